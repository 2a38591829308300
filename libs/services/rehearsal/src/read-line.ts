import {
  isJsonObject,
  NOT_AN_INSTANT,
  parseInstant,
  parseJson,
  parseUtf8,
  type Instant,
  type JsonObject,
  type Problem,
} from '@tripline/kernel';
import type { Line } from './line-source.js';

/** One call of a line with the time it was received. `item` is its place in a batch, 0 for a call alone. */
export type ReceivedCall = {
  readonly received: Instant;
  readonly call: JsonObject;
  /** The batch's, for a call whose own times have to be corrected by it. */
  readonly sentAt?: Instant;
  readonly item: number;
};

export type LineProblem = Problem & { readonly line: number };
export type LineRead = { readonly calls: readonly ReceivedCall[]; readonly problems: readonly LineProblem[] };

/** Reads a line to its calls: one, or those of a batch. A call that says neither when it was received nor when it happened is a problem. */
export function readLine({ number, bytes }: Line): LineRead {
  const read = new Reading(number);
  const value = bytes === undefined ? read.note('', 'too long for a line') : valueOf(bytes, read);
  if (value === undefined) return read;
  if (!isJsonObject(value)) read.note('', 'must be a JSON object');
  else if (Array.isArray(value['batch'])) read.batch(value, value['batch']);
  else read.call(value, 0, undefined, '');
  return read;
}

function valueOf(bytes: Uint8Array, read: Reading): unknown {
  const text = parseUtf8(bytes);
  if (text === undefined) return read.note('', 'is not UTF-8');
  return parseJson(text) ?? read.note('', 'is not JSON');
}

/** What every call of a batch has where it says nothing else. */
type Holder = { readonly received: Instant | undefined; readonly sentAt: Instant | undefined };

class Reading implements LineRead {
  readonly calls: ReceivedCall[] = [];
  readonly problems: LineProblem[] = [];

  constructor(readonly line: number) {}

  note(path: string, message: string): undefined {
    this.problems.push({ line: this.line, path, message });
  }

  batch(holder: JsonObject, items: readonly unknown[]): void {
    const before = this.problems.length;
    const times = { received: this.#instant(holder, 'receivedAt', ''), sentAt: this.#instant(holder, 'sentAt', '') };
    if (this.problems.length > before) return;
    items.forEach((item, i) => {
      if (isJsonObject(item)) this.call(item, i, times, `batch.${i}.`);
      else this.note(`batch.${i}`, 'must be a JSON object');
    });
  }

  call(call: JsonObject, item: number, holder: Holder | undefined, at: string): void {
    const before = this.problems.length;
    const received = this.#instant(call, 'receivedAt', at) ?? holder?.received ?? this.#happened(call, at);
    if (this.problems.length > before) return;
    if (received === undefined) return this.note(`${at}timestamp`, 'must be given, or receivedAt');
    this.calls.push({ received, item, ...timed(call, holder?.sentAt) });
  }

  #happened(call: JsonObject, at: string): Instant | undefined {
    return this.#instant(call, 'timestamp', at) ?? this.#instant(call, 'originalTimestamp', at);
  }

  #instant(holder: JsonObject, name: string, at: string): Instant | undefined {
    const value = holder[name];
    if (value === undefined || value === null) return undefined;
    const instant = typeof value === 'string' ? parseInstant(value) : undefined;
    return instant ?? this.note(`${at}${name}`, NOT_AN_INSTANT);
  }
}

/** A `timestamp` on record is the event time as it is: `sentAt` corrects only a clock of which nothing else is known. */
function timed(call: JsonObject, sentAt: Instant | undefined): Pick<ReceivedCall, 'call' | 'sentAt'> {
  if (call['timestamp'] === undefined || call['timestamp'] === null) return sentAt === undefined ? { call } : { call, sentAt };
  return { call: 'sentAt' in call ? { ...call, sentAt: null } : call };
}
