import { CHANNELS } from '@tripline/model';
import type { DocumentKind } from '@tripline/ports';

type Schema = Readonly<Record<string, unknown>>;
type Operation = Readonly<Record<string, unknown>>;

const text = { type: 'string' } as const;
const integer = { type: 'integer' } as const;
const instant = { type: 'integer', format: 'int64', description: 'milliseconds since 1970, UTC' } as const;
const channel = { type: 'string', enum: CHANNELS } as const;
const STATUS = { type: 'string', enum: ['sent', 'held', 'dropped', 'recalled', 'failed', 'unknown'] } as const;
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const list = (items: Schema): Schema => ({ type: 'array', items });
const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = Object.keys(properties)): Schema => ({
  type: 'object',
  properties,
  required: [...required],
});

const json = (description: string, schema: Schema): Schema => ({ description, content: { 'application/json': { schema } } });
const PROBLEMS = {
  '400': json('not understood: the problems name the fields', ref('Problem')),
  '401': json('no token, or a wrong one', ref('Problem')),
  '403': json('the page of another site asks', ref('Problem')),
  '503': json(
    'not possible at the moment; of a person: moving, recovering, task-halted, no-owner or busy, with words',
    ref('Problem'),
  ),
};
const NOT_FOUND = { '404': json('there is none', ref('Problem')) };
const NOT_MOVABLE = { '405': json('this clock cannot be moved', ref('Problem')) };
const DONE = { '204': { description: 'done' } };

const inQuery = (name: string, schema: Schema): Schema => ({ name, in: 'query', schema });
const inPath = (name: string, description: string): Schema => ({ name, in: 'path', required: true, schema: text, description });
const MAX = inQuery('max', { type: 'integer', minimum: 1, maximum: 1_000, default: 100 });
const WHOSE = [inQuery('userId', text), inQuery('anonymousId', text)];

type Parts = { readonly responses: Schema; readonly parameters?: readonly Schema[]; readonly requestBody?: Schema };
const operation = (operationId: string, summary: string, { responses, ...rest }: Parts): Operation => ({
  operationId,
  summary,
  ...rest,
  responses: { ...responses, ...PROBLEMS },
});
const body = (schema: Schema): Schema => ({ required: true, content: { 'application/json': { schema } } });
const DOCUMENTS_BODY = {
  required: true,
  description: 'one or several documents of any kind',
  content: { 'application/yaml': { schema: text }, 'application/json': { schema: { type: 'object' } } },
};

const documentPaths = (kind: DocumentKind): Record<string, Schema> => {
  const plural = `${kind}s`;
  const Kind = `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`;
  const name = inPath('name', `the name of the ${kind}`);
  return {
    [`/api/${plural}`]: {
      get: operation(`list${Kind}s`, `the newest version of each ${kind}`, {
        responses: { '200': json(plural, object({ [plural]: list(ref('Published')) })) },
      }),
      post: operation(`publish${Kind}s`, 'publishes all the documents, or none', {
        requestBody: DOCUMENTS_BODY,
        responses: {
          '201': json(
            'published',
            object({ published: list(ref('Published')), settings: ref('Settings'), warnings: list(ref('DocumentProblem')) }, [
              'published',
              'warnings',
            ]),
          ),
        },
      }),
    },
    [`/api/${plural}/{name}`]: {
      get: operation(`show${Kind}`, `the newest version of one ${kind}`, {
        parameters: [name],
        responses: { '200': json(kind, ref('Published')), ...NOT_FOUND },
      }),
      delete: operation(`withdraw${Kind}`, `withdraws the ${kind}`, { parameters: [name], responses: { ...DONE, ...NOT_FOUND } }),
    },
  };
};

const switchPath = (id: string, summary: string, more: Partial<Parts> = {}): Schema => ({
  post: operation(id, summary, {
    parameters: [inPath('name', 'the name of the trigger')],
    ...more,
    responses: { ...DONE, ...NOT_FOUND, ...more.responses },
  }),
});

const ENTRIES = { type: 'string', enum: ['open', 'closed'] } as const;
const PAUSE = {
  requestBody: {
    ...body(
      object(
        {
          entries: { ...ENTRIES, default: 'open', description: 'closed: nothing begins until resumed' },
          messages: { type: 'string', enum: ['hold', 'drop'], default: 'hold' },
        },
        [],
      ),
    ),
    required: false,
  },
  responses: { '409': json('the trigger is withdrawn', ref('Problem')) },
};

const SCHEMAS = {
  Problem: object({ error: object({ code: text, message: text, problems: list(ref('DocumentProblem')) }, ['code', 'message']) }),
  DocumentProblem: object(
    { path: text, message: text, document: { type: 'integer' }, line: { type: 'integer' }, column: { type: 'integer' } },
    ['path', 'message'],
  ),
  Published: object({
    kind: { type: 'string', enum: ['trigger', 'segment', 'template'] },
    name: text,
    version: { type: 'integer' },
    document: { type: 'object' },
    publishedAt: instant,
    by: text,
    withdrawn: { type: 'boolean' },
  }),
  Message: object(
    {
      ...{ id: text, person: text, userId: text, trigger: text, version: { type: 'integer' }, step: text, run: text },
      ...{ channel, template: text, reason: text, at: instant, decided: instant, expires: instant, later: list(text) },
      status: STATUS,
    },
    ['id', 'person', 'trigger', 'version', 'step', 'run', 'channel', 'template', 'status', 'at', 'decided', 'expires', 'later'],
  ),
  Explanation: object(
    {
      ...{ person: text, trigger: text, task: integer, from: integer, upTo: integer, events: integer, clock: text },
      ...{ versions: list(integer), gaps: list(text), told: list(ref('Told')), messages: list(ref('Message')) },
    },
    [...['person', 'trigger', 'task', 'from', 'upTo', 'events', 'versions', 'gaps', 'told', 'messages']],
  ),
  Told: object(
    {
      ...{ person: text, at: text, clock: text, by: { type: 'object' }, trigger: text, version: integer, run: text },
      ...{ what: text, says: text, detail: { type: 'object' }, offset: integer },
    },
    ['person', 'at', 'by', 'what', 'says', 'offset'],
  ),
  Mail: object(
    { id: text, person: text, channel, to: text, subject: text, text, html: text, trigger: text, step: text, at: instant },
    [...['id', 'person', 'channel', 'text', 'trigger', 'step', 'at']],
  ),
  DeadLetter: object(
    {
      reason: text,
      detail: text,
      source: text,
      received: text,
      part: text,
      partition: { type: 'integer' },
      offset: { type: 'integer' },
      bytes: { type: 'integer' },
      text,
      base64: text,
    },
    [...['reason', 'detail', 'source', 'received', 'partition', 'offset', 'bytes']],
  ),
  EventSeen: object({
    ...{ name: text, lastDay: integer, total: integer, lastSeen: instant, looked: integer },
    ...{ properties: list(object({ name: text, count: integer })), cut: { type: 'boolean' } },
  }),
  Consent: object(
    { userId: text, anonymousId: text, channel, topic: text, granted: { type: 'boolean' }, source: text, textVersion: text },
    [...['channel', 'granted', 'source']],
  ),
  Suppression: object({ channel, address: text, reason: text }),
  Settings: object(
    {
      zone: text,
      zoneData: { type: 'string', description: 'the version of the zone data it was told with' },
      semantics: { type: 'integer', description: "the number of the engine's semantics" },
      at: instant,
      by: text,
    },
    ['zone', 'zoneData', 'semantics'],
  ),
  Switch: object({
    scope: text,
    state: { type: 'string', enum: ['stopped', 'paused', 'running'] },
    entries: ENTRIES,
    messages: { type: 'string', enum: ['go', 'hold', 'drop'] },
    at: instant,
    by: text,
  }),
};

/** What `GET /api/openapi.json` answers: every route of the control plane. */
export const OPENAPI = {
  openapi: '3.0.3',
  info: { title: 'Tripline', version: '0.1.0', description: 'The control plane: triggers, segments, messages, people, policy.' },
  security: [{ token: [] }, {}],
  components: { schemas: SCHEMAS, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  paths: {
    ...documentPaths('trigger'),
    ...documentPaths('segment'),
    ...documentPaths('template'),
    '/api/triggers/{name}/stop': switchPath('stopTrigger', 'drops what comes and what is held'),
    '/api/triggers/{name}/pause': switchPath(
      'pauseTrigger',
      'holds or drops messages until resumed, and lets nothing begin where told so',
      PAUSE,
    ),
    '/api/triggers/{name}/resume': switchPath('resumeTrigger', 'lets messages go again, and attempts begin'),
    '/api/stop': { post: operation('stop', 'drops the messages of every trigger', { responses: DONE }) },
    '/api/resume': { post: operation('resume', 'lets messages go again', { responses: DONE }) },
    '/api/switches': {
      get: operation('listSwitches', 'what is stopped or paused', {
        responses: { '200': json('switches', object({ switches: list(ref('Switch')) })) },
      }),
    },
    '/api/check': {
      post: operation('checkDocuments', 'what publishing would say; nothing is published', {
        requestBody: DOCUMENTS_BODY,
        responses: { '200': json('may be published', object({ warnings: list(ref('DocumentProblem')) })) },
      }),
    },
    '/api/events/names': {
      get: operation('listEventNames', 'the events there are, by name: how many, when last, and what they carry', {
        responses: { '200': json('the events', object({ events: list(ref('EventSeen')), behind: integer })) },
      }),
    },
    '/api/messages': {
      get: operation('listMessages', 'what became of messages, newest first', {
        parameters: [...WHOSE, inQuery('trigger', text), inQuery('status', STATUS), MAX],
        responses: { '200': json('messages', object({ messages: list(ref('Message')) })) },
      }),
    },
    '/api/mailbox': {
      get: operation('listMailbox', 'what was kept instead of sent, newest first', {
        parameters: [...WHOSE, MAX],
        responses: { '200': json('mail', object({ mail: list(ref('Mail')) })) },
      }),
    },
    '/api/dead-letters': {
      get: operation('listDeadLetters', 'records set aside, newest first', {
        parameters: [MAX],
        responses: { '200': json('dead letters', object({ deadLetters: list(ref('DeadLetter')) })) },
      }),
    },
    '/api/persons/{person}': {
      get: operation('showPerson', 'one person as their task sees them', {
        parameters: [inPath('person', 'u:<userId> or a:<anonymousId>')],
        responses: { '200': json('the person', { type: 'object' }), ...NOT_FOUND },
      }),
    },
    '/api/persons/{person}/why': {
      get: operation(
        'explain',
        'why a trigger did or did not write to a person, told again from the log, and what became of its messages',
        {
          parameters: [
            inPath('person', 'u:<userId> or a:<anonymousId>'),
            { ...inQuery('trigger', text), required: true },
            inQuery('since', { type: 'string', format: 'date-time' }),
          ],
          responses: { '200': json('every decision, oldest first', ref('Explanation')) },
        },
      ),
    },
    '/api/persons/{person}/release': {
      post: operation('releasePerson', 'lets a person go on who was set aside; of anybody else it changes nothing', {
        parameters: [inPath('person', 'u:<userId> or a:<anonymousId>')],
        responses: DONE,
      }),
    },
    '/api/consents': {
      post: operation('recordConsent', 'adds to the consent ledger', { requestBody: body(ref('Consent')), responses: DONE }),
    },
    '/api/suppressions': {
      post: operation('suppress', 'an address never to be written to', {
        requestBody: body(ref('Suppression')),
        responses: DONE,
      }),
    },
    '/api/clock': {
      get: operation('showClock', 'the time of this system', {
        responses: { '200': json('the time', object({ now: instant, movable: { type: 'boolean' } })) },
      }),
      post: operation('skipAhead', 'moves the embedded log’s clock ahead; only there', {
        requestBody: body(object({ advance: text })),
        responses: { '200': json('the new time', object({ now: instant })), ...NOT_MOVABLE },
      }),
    },
    '/api/history/begin': {
      post: operation('beginHistory', 'before an import: its mark, when everything published so far is in force', {
        responses: { '200': json('the mark', object({ begun: integer })) },
      }),
    },
    '/api/history': {
      post: operation('completeHistory', 'after an import: all that happened from this instant on was sent', {
        requestBody: body(object({ completeFrom: { type: 'string', format: 'date-time' }, begun: integer }, ['completeFrom'])),
        responses: { '200': json('the tasks are told', object({ completeFrom: text, revision: integer })) },
      }),
    },
    '/api/settings': {
      get: operation('showSettings', 'what holds for every trigger: the zone of local times that name none, and the semantics', {
        responses: { '200': json('the settings', ref('Settings')) },
      }),
      put: operation(
        'changeSettings',
        'another default zone or higher semantics, from their place in the log on; what is left out stays',
        {
          requestBody: body(
            object(
              {
                zone: { type: 'string', description: 'an IANA name, as Europe/Berlin' },
                semantics: {
                  type: 'integer',
                  minimum: 1,
                  description: 'raised when every processor runs a build that knows it; never lowered',
                },
              },
              [],
            ),
          ),
          responses: { '200': json('stored, and on its way to the tasks', ref('Settings')) },
        },
      ),
    },
    '/api/live': {
      get: operation('live', 'server-sent events: events, firings, recalls and outcomes as they come', {
        responses: { '200': { description: 'a stream', content: { 'text/event-stream': { schema: text } } } },
      }),
    },
    '/api/openapi.json': {
      get: operation('openapi', 'this document', { responses: { '200': json('OpenAPI', { type: 'object' }) } }),
    },
  },
};
