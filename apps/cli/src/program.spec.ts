import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readCliConfig } from './config.js';
import { EXIT } from './output.js';
import { runProgram } from './program.js';

let server: Server;
let url = '';
let folder = '';
let answer: { readonly status: number; readonly body: object } = { status: 200, body: {} };
const asked: { readonly line: string; readonly body: string }[] = [];

/** Runs `tripline …` against a server that answers `answer`. */
async function tripline(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const lines = { out: [] as string[], err: [] as string[] };
  const code = await runProgram(args, () => ({ url, collectorUrl: url, writeKey: 'demo', by: 'cli' }), {
    output: { out: (line) => void lines.out.push(line), err: (line) => void lines.err.push(line) },
    interrupted: () => Promise.resolve(),
  });
  return { code, out: lines.out.join('\n'), err: lines.err.join('\n') };
}

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tripline-cli-'));
  asked.length = 0;
  server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ line: `${request.method} ${request.url}`, body });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the default zone', () => {
  const document = {
    ...{ kind: 'trigger', name: 'hello', purpose: 'transactional', when: [{ event: 'visit' }] },
    do: [{ wait: { at: '09:00' } }, { id: 'mail', email: 'm' }],
    examples: [{ name: 'at nine', events: [{ at: '0s', event: 'visit' }], expect: [{ at: '8h', step: 'mail' }] }],
  };

  it('is a document beside others: checked with line and cure, compared with what is in force, applied', async () => {
    answer = { status: 200, body: { zone: 'UTC', zoneData: '2026f', semantics: 1 } };
    const good = await file('settings.yaml', 'kind: settings\nzone: Europe/Berlin\n');
    expect(await tripline('diff', good)).toMatchObject({ code: EXIT.done, out: expect.stringMatching(/changed {4}settings\n[^]*-zone: UTC\n\+zone: Europe.Berlin[^]*1 changed/) }); // prettier-ignore
    const same = await file('same.yaml', 'kind: settings\nzone: UTC\n');
    expect((await tripline('diff', same)).out).toBe('unchanged  settings\n0 new, 0 changed, 1 unchanged');
    for (const [text, problem] of [
      ['kind: settings\nzone: Mars/Olympus\n', ':2:1  zone: there is no time zone "Mars/Olympus": write for example Europe/Berlin'],
      ['kind: settings\nzon: UTC\n', ':2:1  zon: unknown field: closest is "zone"'],
      ['kind: settings\n', ':1:1  kind: changes nothing: give zone, semantics or both'],
      ['kind: settings\nzone: UTC\n---\nkind: settings\nsemantics: 1\n', ':4:1  kind: settings is already in this text'],
    ] as const)
      expect(await tripline('validate', await file('bad.yaml', text))).toMatchObject({ code: EXIT.refused, err: expect.stringContaining(problem) }); // prettier-ignore
    answer = {
      status: 201,
      body: { published: [], warnings: [], settings: { zone: 'Europe/Berlin', zoneData: '2026f', semantics: 1 } },
    };
    expect((await tripline('apply', '-f', good)).out).toBe('settings zone Europe/Berlin, semantics 1');
  });

  it('is shown and changed through the control plane', async () => {
    answer = { status: 200, body: { zone: 'Europe/Berlin', zoneData: '2026f', semantics: 1 } };
    expect(await tripline('get', 'settings')).toEqual({
      code: EXIT.done,
      out: 'kind: settings\nzone: Europe/Berlin\nsemantics: 1',
      err: '',
    });
    expect((await tripline('get', 'settings', '--json')).out).toBe(
      '{\n  "kind": "settings",\n  "zone": "Europe/Berlin",\n  "semantics": 1\n}',
    );
    expect(await tripline('get', 'settings', 'all')).toMatchObject({ code: EXIT.refused, err: 'settings have no names' });
    expect((await tripline('set', 'zone', 'europe/berlin')).out).toContain('the default zone is Europe/Berlin');
    expect(asked.map(({ line }) => line)).toEqual(['GET /api/settings', 'GET /api/settings', 'PUT /api/settings']);
    expect(asked[2]?.body).toBe('{"zone":"europe/berlin"}');
    const problems = [{ path: 'zone', message: 'there is no time zone "x"' }];
    answer = { status: 200, body: { zone: 'UTC', zoneData: '2026f', semantics: 2 } };
    expect((await tripline('set', 'semantics', '2')).out).toBe('the semantics are number 2: for what is decided from now on');
    expect(asked.at(-1)?.body).toBe('{"semantics":2}');
    for (const bad of ['two', '0', '1.5', '']) expect((await tripline('set', 'semantics', bad)).code).toBe(EXIT.usage);
    answer = { status: 400, body: { error: { code: 'invalid', message: 'the request cannot be understood', problems } } };
    expect(await tripline('set', 'zone', 'x')).toMatchObject({
      code: EXIT.refused,
      err: expect.stringContaining('zone: there is no'),
    });
    expect((await tripline('set', 'colour', 'x')).code).toBe(EXIT.usage);
  });

  it('is said with what is played: examples and recorded events', async () => {
    const path = await file('hello.json', JSON.stringify(document));
    expect(await tripline('test', path)).toMatchObject({ code: EXIT.refused, out: expect.stringContaining('mail at 9h') });
    expect((await tripline('test', path, '--zone', 'Europe/Berlin')).code).toBe(EXIT.done);
    const call = { type: 'track', event: 'visit', userId: 'ada', messageId: '1', timestamp: '2026-07-01T00:00:00Z' };
    const events = await file('events.jsonl', JSON.stringify(call));
    const played = async (...args: string[]): Promise<string> =>
      (await tripline('replay', '--trigger', path, '--events', events, ...args)).out;
    expect([await played(), await played('--zone', 'Europe/Berlin')]).toEqual([
      expect.stringContaining('2026-07-01T09:00'),
      expect.stringContaining('2026-07-01T07:00'),
    ]);
    for (const command of ['test', 'replay', 'explain'])
      expect(await tripline(command, path, '--zone', 'Mars/Olympus')).toMatchObject({
        code: EXIT.usage,
        err: expect.stringContaining('There is no such time zone'),
      });
  });
});

describe('tripline validate', () => {
  const template = (name: string) => `kind: template\nname: ${name}\nchannel: sms\ntext: Hi\n`;

  it('asks no server, unless told to; then says what the server would, by file and line', async () => {
    answer = { status: 200, body: { warnings: [{ path: 'when.0.event', message: 'never seen', line: 6, column: 14 }] } };
    await file('a.yaml', template('a'));
    const second = await file('b.yaml', template('b'));
    const done = { code: EXIT.done, out: '2 documents: nothing wrong' };
    expect(await tripline('validate', folder)).toEqual({ ...done, err: '' });
    expect(asked).toEqual([]);
    const told = await tripline('validate', '--server', folder);
    expect(told).toEqual({ ...done, err: `warning: ${second}:1:14  when.0.event: never seen` });
    expect(asked).toEqual([{ line: 'POST /api/check', body: `${template('a')}---\n${template('b')}` }]);
  });

  it('asks nobody about what is wrong by itself, and says what the server refuses', async () => {
    const bad = await file('a.yaml', 'kind: cohort\n');
    expect(await tripline('validate', '--server', bad)).toMatchObject({
      code: EXIT.refused,
      err: expect.stringContaining('kind: must'),
    });
    expect(asked).toEqual([]);
    const problem = { document: 0, path: 'text', message: 'no', line: 4, column: 1 };
    answer = {
      status: 400,
      body: { error: { code: 'invalid-document', message: 'this could not be published', problems: [problem] } },
    };
    const good = await file('b.yaml', template('b'));
    expect(await tripline('validate', good, '--server')).toMatchObject({
      code: EXIT.refused,
      err: `${good}:4:1  text: no\nthis could not be published`,
    });
  });
});

describe('tripline apply', () => {
  it('publishes a folder in one call, and says what came of it', async () => {
    answer = {
      status: 201,
      body: {
        published: [{ kind: 'trigger', name: 'cart', version: 2 }],
        warnings: [{ document: 1, path: 'exit', message: 'no exit', line: 3, column: 1 }],
      },
    };
    await file('a.yaml', 'a: 1');
    const second = await file('b.yaml', 'b: 2\n');
    expect(await tripline('apply', '-f', folder)).toEqual({
      code: EXIT.done,
      out: 'trigger cart version 2',
      err: `warning: ${second}:1:1  exit: no exit`,
    });
    expect(asked).toEqual([{ line: 'POST /api/triggers', body: 'a: 1\n---\nb: 2\n' }]);
  });

  it('names file, line and column of what was refused', async () => {
    const problems = [{ document: 1, path: 'when.0.wher', message: 'unknown field: closest is "where"', line: 4, column: 7 }];
    answer = { status: 400, body: { error: { code: 'invalid-document', message: 'nothing was published', problems } } };
    await file('a.yaml', 'a: 1\n');
    const second = await file('b.yaml', 'b: 2\nc: 3\n');
    const { code, out, err } = await tripline('apply', '-f', folder);
    expect([code, out]).toEqual([EXIT.refused, '']);
    expect(err).toBe(`${second}:2:7  when.0.wher: unknown field: closest is "where"\nnothing was published`);
  });
});

const TRIGGER = {
  kind: 'trigger',
  name: 'cart',
  purpose: 'transactional',
  when: [{ event: 'cart.item_added' }],
  do: [{ id: 'mail', email: 'cart-mail' }],
};
const published = (document: object, fields: object = {}) => ({
  kind: 'trigger',
  name: 'cart',
  version: 2,
  document,
  publishedAt: 0,
  by: 'cli:ada',
  withdrawn: false,
  ...fields,
});

describe('tripline diff', () => {
  it('says what apply would change, line by line, and publishes nothing', async () => {
    answer = { status: 200, body: { triggers: [published({ ...TRIGGER, purpose: 'marketing' })] } };
    const same = { ...TRIGGER, name: 'other' };
    await file('a.json', JSON.stringify(TRIGGER));
    await file('b.json', JSON.stringify(same));
    const { code, out } = await tripline('diff', folder);
    expect(code).toBe(EXIT.done);
    expect(out).toMatch(
      /^changed {4}trigger cart \(version 2\)\n--- version 2\n\+\+\+ .*a\.json\n@@[^]*\n-purpose: marketing\n\+purpose: transactional\n/,
    );
    expect(out).toMatch(/\nnew {8}trigger other\n1 new, 1 changed, 0 unchanged$/);
    expect(asked.map(({ line }) => line)).toEqual(['GET /api/triggers']);
  });

  it('asks nobody about documents that could not be published', async () => {
    const { code, err } = await tripline('diff', await file('a.yaml', 'kind: trigger\n'));
    expect([code, asked]).toEqual([EXIT.refused, []]);
    expect(err).toMatch(/a\.yaml:1:1 {2}name: /);
  });
});

describe('tripline get', () => {
  it('prints what is in force as documents that can be applied again', async () => {
    answer = { status: 200, body: { triggers: [published(TRIGGER), published(TRIGGER, { name: 'gone', withdrawn: true })] } };
    const { code, out } = await tripline('get', 'triggers');
    expect([code, out.split('\n').slice(0, 3)]).toEqual([
      EXIT.done,
      ['# version 2, published 1970-01-01T00:00:00.000Z by cli:ada', 'kind: trigger', 'name: cart'],
    ]);
    expect(await tripline('validate', await file('got.yaml', out))).toMatchObject({
      code: EXIT.done,
      out: '1 document: nothing wrong',
    });
    expect(JSON.parse((await tripline('get', 'triggers', '--json')).out)).toEqual([TRIGGER]);
    expect(JSON.parse((await tripline('get', 'triggers', 'cart', '--json')).out)).toEqual(TRIGGER);
  });

  it('names what is not there, is withdrawn, or is no kind', async () => {
    answer = { status: 200, body: { triggers: [published(TRIGGER, { name: 'gone', withdrawn: true })] } };
    expect(await tripline('get', 'triggers', 'cart')).toMatchObject({ code: EXIT.refused, err: 'there is no trigger cart' });
    expect(await tripline('get', 'triggers', 'gone')).toMatchObject({ code: EXIT.refused, err: 'the trigger gone is withdrawn' });
    expect(await tripline('get', 'triggers')).toMatchObject({ code: EXIT.done, out: '', err: 'no trigger is published' });
    expect(await tripline('get', 'policies')).toMatchObject({ code: EXIT.usage });
    answer = { status: 200, body: { segments: [published(TRIGGER, { kind: 'segment', name: 'vip' })] } };
    expect(JSON.parse((await tripline('get', 'segments', 'vip', '--json')).out)).toEqual(TRIGGER);
  });
});

describe('tripline clock', () => {
  it('moves the clock ahead by what was asked', async () => {
    answer = { status: 200, body: { now: 3_600_000 } };
    expect(await tripline('clock', '+1h')).toEqual({ code: EXIT.done, out: '1970-01-01T01:00:00.000Z', err: '' });
    expect(asked).toEqual([{ line: 'POST /api/clock', body: '{"advance":"1h"}' }]);
  });

  it('says what is no length of time, and asks nobody', async () => {
    expect(await tripline('clock', '+soon')).toMatchObject({ code: EXIT.usage, err: expect.stringContaining('+1h or +30d') });
    expect(asked).toEqual([]);
  });

  it('says where the clock cannot be moved', async () => {
    answer = { status: 405, body: { error: { code: 'method-not-allowed', message: 'POST is not answered here: use GET' } } };
    expect(await tripline('clock', '+1h')).toMatchObject({ code: EXIT.refused, err: 'POST is not answered here: use GET' });
  });
});

describe('tripline release', () => {
  it('lets a user, or an anonymous id, go on', async () => {
    answer = { status: 204, body: {} };
    expect(await tripline('release', 'ada')).toEqual({
      code: EXIT.done,
      err: '',
      out: 'ada goes on as soon as their task comes to it',
    });
    expect(await tripline('release', 'a b', '--anonymous')).toMatchObject({ code: EXIT.done });
    expect(asked.map(({ line }) => line)).toEqual(['POST /api/persons/u%3Aada/release', 'POST /api/persons/a%3Aa%20b/release']);
  });
});

describe('tripline pause and resume', () => {
  it('pauses as told, and says what that means', async () => {
    answer = { status: 204, body: {} };
    expect(await tripline('pause', 'cart')).toEqual({
      ...{ code: EXIT.done, err: '', out: 'cart is paused: runs begin as before, messages are held' },
    });
    expect(await tripline('pause', 'cart', '--entries', 'closed', '--messages', 'drop')).toMatchObject({
      out: 'cart is paused: nothing begins, messages are dropped',
    });
    expect(await tripline('resume', 'a b')).toEqual({ code: EXIT.done, err: '', out: 'a b goes on' });
    expect(asked).toEqual([
      { line: 'POST /api/triggers/cart/pause', body: '{"entries":"open","messages":"hold"}' },
      { line: 'POST /api/triggers/cart/pause', body: '{"entries":"closed","messages":"drop"}' },
      { line: 'POST /api/triggers/a%20b/resume', body: '' },
    ]);
  });

  it('names what is no choice, and a trigger that is not there', async () => {
    expect(await tripline('pause', 'cart', '--entries', 'shut')).toMatchObject({
      ...{ code: EXIT.usage, err: expect.stringContaining('open, closed') },
    });
    expect(asked).toEqual([]);
    answer = { status: 404, body: { error: { code: 'unknown-trigger', message: 'there is no trigger of this name' } } };
    expect(await tripline('resume', 'cart')).toMatchObject({ code: EXIT.refused, err: 'there is no trigger of this name' });
  });
});

describe('tripline messages', () => {
  const message = {
    at: 0,
    status: 'dropped',
    reason: 'no-consent',
    trigger: 'cart',
    step: 'mail',
    channel: 'email',
    person: 'u:ada',
  };

  it('lists them with status and reason, by the filters given', async () => {
    answer = { status: 200, body: { messages: [{ ...message, userId: 'ada' }] } };
    const { out } = await tripline('messages', '--user', 'ada', '--status', 'dropped');
    expect(out).toBe('1970-01-01T00:00:00.000Z  dropped (no-consent)  cart/mail  email  ada');
    expect(asked.map(({ line }) => line)).toEqual(['GET /api/messages?max=50&status=dropped&userId=ada']);
  });

  it("lets no person's data steer the terminal", async () => {
    answer = { status: 200, body: { messages: [{ ...message, userId: 'a\u001b[2J\u009b1mb' }] } };
    expect((await tripline('messages')).out).toContain('a\ufffd[2J\ufffd1mb');
  });
});

describe('tripline state', () => {
  it('takes a bare id for a userId', async () => {
    answer = { status: 200, body: { person: 'u:ada' } };
    expect(await tripline('state', 'ada')).toMatchObject({ code: EXIT.done, out: '{\n  "person": "u:ada"\n}' });
    await tripline('state', 'a:123');
    expect(asked.map(({ line }) => line)).toEqual(['GET /api/persons/u%3Aada', 'GET /api/persons/a%3A123']);
  });
});

describe('tripline', () => {
  it('has an exit code of its own for each kind of failure', async () => {
    expect(await tripline('--help')).toMatchObject({ code: EXIT.done, out: expect.stringContaining('TRIPLINE_URL') });
    expect(await tripline('publish')).toMatchObject({ code: EXIT.usage, err: expect.stringContaining('unknown command') });
    expect(await tripline('apply')).toMatchObject({ code: EXIT.usage, err: expect.stringContaining('--file') });
    expect(await tripline('apply', '-f', join(folder, 'none'))).toMatchObject({
      code: EXIT.refused,
      err: expect.stringContaining('none'),
    });
    url = 'http://127.0.0.1:1';
    expect(await tripline('state', 'ada')).toMatchObject({
      code: EXIT.unreachable,
      err: expect.stringContaining('does not answer'),
    });
  });

  it('reads where to go from the environment, and refuses what is no address', () => {
    expect(readCliConfig({ TRIPLINE_URL: 'https://x.example/t', TRIPLINE_TOKEN: 's', USER: 'ada' })).toEqual({
      url: 'https://x.example/t',
      collectorUrl: 'https://x.example/t',
      writeKey: 'demo',
      token: 's',
      by: 'cli:ada',
    });
    expect(readCliConfig({ TRIPLINE_URL: '', USER: 'a\r\nb' })).toMatchObject({ url: 'http://127.0.0.1:8080', by: 'cli' });
    expect(readCliConfig({ TRIPLINE_COLLECTOR_URL: 'http://c', TRIPLINE_WRITE_KEY: 'k' })).toMatchObject({
      collectorUrl: 'http://c',
      writeKey: 'k',
    });
    for (const bad of ['localhost:8080', 'ftp://x', 'http://'])
      for (const name of ['TRIPLINE_URL', 'TRIPLINE_COLLECTOR_URL'])
        expect(() => readCliConfig({ [name]: bad })).toThrow(new RegExp(name));
  });
});

describe('tripline why', () => {
  const told = [
    { person: 'u:anna', trigger: 'cart', version: 2, run: 'run_1', at: '2026-01-01T00:00:00.000Z', by: { event: 'cart.item_added', id: 'm1', timestamp: '2026-01-01T00:00:00.000Z', received: '2026-01-01T00:00:00.000Z' }, what: 'attempt.opened', says: 'opens an attempt', offset: 7 },
    { person: 'u:anna', trigger: 'cart', version: 2, run: 'run_1', at: '2026-01-01T01:00:10.000Z', by: { due: '2026-01-01T01:00:10.000Z' }, what: 'fired', says: 'asks for mail', offset: 9 },
  ]; // prettier-ignore
  const message = {
    run: 'run_1',
    step: 'mail',
    channel: 'email',
    status: 'dropped',
    reason: 'frequency-cap',
    at: Date.UTC(2026, 0, 1, 1, 0, 11),
    later: [],
  };
  const why = {
    person: 'u:anna',
    trigger: 'cart',
    task: 3,
    from: 5,
    upTo: 12,
    events: 1,
    clock: '2026-01-01T02:00:00.000Z',
    versions: [2],
    gaps: ['the log begins at offset 5'],
    told,
    messages: [message, { ...message, run: 'run_0', status: 'sent', reason: undefined, later: ['clicked'] }],
  };

  it('says what was decided, what became of the messages, and what is not known', async () => {
    answer = { status: 200, body: why };
    const { code, out, err } = await tripline('why', 'anna', 'cart', '--since', '2026-01-01T00:00:00+01:00');
    expect([code, out.split('\n')]).toEqual([
      EXIT.done,
      [
        'u:anna',
        '  cart v2, run_1',
        '    2026-01-01 00:00:00.000  cart.item_added (m1)  opens an attempt',
        '    2026-01-01 01:00:10.000  the clock             asks for mail',
        '    2026-01-01 01:00:11.000  message mail by email: dropped (frequency-cap)',
        '  messages of runs that are not told of here',
        '    2026-01-01 01:00:11.000  message mail by email: sent, clicked',
      ],
    ]);
    expect(err).toBe(
      '1 event of this person in offsets 5 to 12 of task 3, clock 2026-01-01T02:00:00.000Z\nnote: the log begins at offset 5',
    );
    expect(asked).toMatchObject([{ line: 'GET /api/persons/u%3Aanna/why?trigger=cart&since=2025-12-31T23%3A00%3A00.000Z' }]);
  });

  it('asks for an anonymous id, gives the answer as it is, and says so where there is nothing', async () => {
    const nothing = { ...why, told: [], messages: [], gaps: [] };
    answer = { status: 200, body: nothing };
    expect(JSON.parse((await tripline('why', 'anna', 'cart', '--anonymous', '--json')).out)).toEqual(nothing);
    expect(asked).toMatchObject([{ line: 'GET /api/persons/a%3Aanna/why?trigger=cart' }]);
    expect((await tripline('why', 'anna', 'cart')).err).toContain('nothing was decided about u:anna by cart\n');
    expect((await tripline('why', 'anna')).code).toBe(EXIT.usage);
    expect((await tripline('why', 'anna', 'cart', '--since', 'noon')).code).toBe(EXIT.usage);
  });
});
