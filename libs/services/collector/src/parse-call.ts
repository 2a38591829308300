import {
  accept,
  deriveId,
  isJsonObject,
  refuse,
  type Instant,
  type JsonObject,
  type Parsed,
  type Problem,
} from '@tripline/kernel';
import {
  encodeTaskInput,
  EVENT_BYTES_MAX,
  EVENT_NAME_LENGTH_MAX,
  makePersonKey,
  parseId,
  type Event,
  type EventType,
} from '@tripline/model';
import { eventTime } from './call-time.js';
import { canonicalJson } from './canonical.js';
import { checkShape } from './check-shape.js';

export const CALL_TYPES = ['track', 'identify', 'alias', 'page', 'screen', 'group'] as const;
export type CallType = (typeof CALL_TYPES)[number];

/** What is known of a call beside its own fields. */
export type CallContext = {
  readonly received: Instant;
  readonly source: string;
  /** Given by the address it was posted to; else the call's own `type`. */
  readonly type?: CallType;
  readonly sentAt?: Instant | undefined;
  /** Where it stands in the ingest log, from which a missing `messageId` is derived; absent: from the content. */
  readonly position?: readonly string[];
  /** It came by a way for history; else the call's own `historical` says so. */
  readonly historical?: true;
};

/** An event with its value for `tripline.events`. */
export type Encoded = { readonly event: Event; readonly value: Uint8Array };

/** Reads one call of the Segment spec to an event of its person. Every problem names its field. */
export function parseCall(call: unknown, context: CallContext): Parsed<Encoded> {
  if (!isJsonObject(call)) return refuse({ path: '', message: 'must be a JSON object' });
  const misshapen = checkShape(call);
  if (misshapen !== undefined) return refuse(misshapen);
  const problems: Problem[] = [];
  const type = context.type ?? typeOf(call, problems);
  const ids = idsOf(call, problems);
  const timestamp = eventTime(call, context.received, context.sentAt, problems);
  const content = type === undefined ? undefined : contentOf(type, call, problems);
  const messageId = idIn(call, 'messageId', problems);
  const historical = context.historical ?? historicalIn(call, problems);
  if (problems.length > 0 || type === undefined || ids === undefined || content === undefined) return refuse(...problems);
  const id = messageId ?? derivedId(call, type, context);
  const { received, source } = context;
  return encoded({ id, type, timestamp, received, source, ...ids, ...content, ...(historical === true ? { historical } : {}) });
}

function encoded(event: Event): Parsed<Encoded> {
  const value = encodeTaskInput({ kind: 'event', ...event });
  if (value.length <= EVENT_BYTES_MAX) return accept({ event, value });
  return refuse({ path: '', message: `larger than ${EVENT_BYTES_MAX} bytes` });
}

/** The same event, however it was sent. */
const NO_CONTENT: ReadonlySet<string> = new Set(['sentAt', 'writeKey', 'historical']);

/** Does a call, or a batch for all its calls, say that this is history? Undefined where it is not. */
export function historicalIn(holder: JsonObject, problems: Problem[]): true | undefined {
  const value = holder['historical'];
  if (value === true) return true;
  if (value !== undefined && value !== null && value !== false)
    problems.push({ path: 'historical', message: 'must be true or false' });
  return undefined;
}

function derivedId(call: JsonObject, type: CallType, { position, source }: CallContext): string {
  if (position !== undefined) return deriveId('evt', ...position);
  const content = Object.entries(call).filter(([name]) => !NO_CONTENT.has(name));
  return deriveId('evt', source, type, canonicalJson(Object.fromEntries(content)));
}

function typeOf(call: JsonObject, problems: Problem[]): CallType | undefined {
  const type = call['type'] ?? (typeof call['event'] === 'string' ? 'track' : undefined);
  if (CALL_TYPES.includes(type as CallType)) return type as CallType;
  problems.push({ path: 'type', message: `must be one of ${CALL_TYPES.join(', ')}` });
  return undefined;
}

function idIn(call: JsonObject, name: string, problems: Problem[]): string | undefined {
  const value = call[name];
  if (value === undefined || value === null) return undefined;
  const id = parseId(name, value);
  if (id.ok) return id.value;
  problems.push(...id.problems);
  return undefined;
}

function idsOf(call: JsonObject, problems: Problem[]): Pick<Event, 'person' | 'anonymousId'> | undefined {
  const before = problems.length;
  const userId = idIn(call, 'userId', problems);
  const anonymousId = idIn(call, 'anonymousId', problems);
  const person = makePersonKey({ userId, anonymousId });
  if (person === undefined) {
    if (problems.length === before) problems.push({ path: 'userId', message: 'userId or anonymousId must be given' });
    return undefined;
  }
  return { person, ...(userId !== undefined && anonymousId !== undefined ? { anonymousId } : {}) };
}

type Content = Pick<Event, 'name' | 'properties' | 'traits'>;

function contentOf(type: CallType, call: JsonObject, problems: Problem[]): Content {
  const given = objectIn(call, 'traits', '', problems);
  const context = objectIn(call, 'context', '', problems) ?? {};
  const inContext = objectIn(context, 'traits', 'context.', problems);
  const traits = type === 'identify' ? { ...inContext, ...given } : { ...inContext };
  const name = type === 'track' ? trackName(call, problems) : `$${type satisfies EventType}`;
  const properties = propertiesOf(type, call, given, problems);
  return { name, properties, ...(Object.keys(traits).length > 0 ? { traits } : {}) };
}

function propertiesOf(type: CallType, call: JsonObject, given: JsonObject | undefined, problems: Problem[]): JsonObject {
  const properties = objectIn(call, 'properties', '', problems) ?? {};
  if (type === 'page' || type === 'screen') return { ...pick(call, 'name', 'category'), ...properties };
  if (type === 'alias') return requiredId(call, 'previousId', problems);
  if (type === 'group') return { ...requiredId(call, 'groupId', problems), ...(given === undefined ? {} : { traits: given }) };
  return type === 'identify' ? {} : properties;
}

function requiredId(call: JsonObject, name: string, problems: Problem[]): JsonObject {
  const before = problems.length;
  const id = idIn(call, name, problems);
  if (id === undefined && problems.length === before) problems.push({ path: name, message: 'must be given' });
  return id === undefined ? {} : { [name]: id };
}

const pick = (call: JsonObject, ...names: readonly string[]): JsonObject =>
  Object.fromEntries(names.flatMap((name) => (typeof call[name] === 'string' ? [[name, call[name]]] : [])));

function objectIn(holder: JsonObject, name: string, prefix: string, problems: Problem[]): JsonObject | undefined {
  const value = holder[name];
  if (value === undefined || value === null) return undefined;
  if (isJsonObject(value)) return value;
  problems.push({ path: `${prefix}${name}`, message: 'must be a JSON object' });
  return undefined;
}

function trackName(call: JsonObject, problems: Problem[]): string {
  const name = call['event'];
  if (typeof name !== 'string' || name === '') problems.push({ path: 'event', message: 'must be the name of the event' });
  else if (name.length > EVENT_NAME_LENGTH_MAX)
    problems.push({ path: 'event', message: `longer than ${EVENT_NAME_LENGTH_MAX} characters` });
  else if (name.startsWith('$')) problems.push({ path: 'event', message: 'names that begin with $ are our own' });
  else return name;
  return '';
}
