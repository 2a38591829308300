import { formatInstant, isJsonObject, type Json, type JsonObject } from '@tripline/kernel';
import type { PersonKey } from '@tripline/model';
import { reachedUs, type Input } from '../input.js';
import { says } from './says.js';
import type { TraceEntry } from './trace.js';

/** Characters of JSON that are told of one value that was read. */
const VALUE_LENGTH_MAX = 200;

/**
 * What a decision was taken by: an event, with when it happened and reached us, or a tick, which decides what was due at an instant; or
 * a record of another id of the person.
 */
export type TakenBy =
  | { readonly event: string; readonly id: string; readonly timestamp: string; readonly received: string }
  | { readonly due: string }
  | { readonly record: string; readonly id: string };

/** One trace entry with what it was decided by and in a sentence, for people. JSON; instants in ISO 8601. */
export type Told = {
  readonly person: PersonKey;
  /** When the log came to it: the event's `received`, or the instant that was due. */
  readonly at: string;
  /** The task's clock by then; absent: it had read no tick yet. */
  readonly clock?: string;
  readonly by: TakenBy;
  readonly trigger?: string;
  readonly version?: number;
  readonly run?: string;
  readonly what: string;
  readonly says: string;
  readonly detail?: JsonObject;
};

/** The entry as it is told to people. */
export function toldOf(person: PersonKey, input: Input, { what, detail, event, ...of }: TraceEntry): Told {
  const at = formatInstant(reachedUs(input));
  const clock = input.clock === 0 ? {} : { clock: formatInstant(input.clock) };
  const told = {
    person,
    at,
    ...clock,
    by: takenBy(event === undefined ? input : { kind: 'event', event, clock: input.clock }),
    ...of,
    what,
  };
  return {
    ...told,
    says: says({ what, ...of, ...(detail === undefined ? {} : { detail }) }),
    ...(detail === undefined ? {} : { detail: shortened(detail) }),
  };
}

/** Events hold long texts: of a value that was read the beginning is enough. */
function shortened(detail: JsonObject): JsonObject {
  const { values } = detail;
  if (!isJsonObject(values)) return detail;
  return { ...detail, values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, short(value)])) };
}

function short(value: Json): Json {
  const text = JSON.stringify(value);
  return text.length <= VALUE_LENGTH_MAX ? value : `${text.slice(0, VALUE_LENGTH_MAX)}…`;
}

function takenBy(input: Input): TakenBy {
  if (input.kind === 'timer') return { due: formatInstant(input.due) };
  if (input.kind !== 'event') return { record: input.record.kind, id: input.record.id };
  const { name, id, timestamp, received } = input.event;
  return { event: name, id, timestamp: formatInstant(timestamp), received: formatInstant(received) };
}
