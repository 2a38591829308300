import { addressOf, type Human } from './humans.js';
import type { Taken } from './provider.js';
import type { Sent } from './sender.js';

/** What one human did, as far as its sender knows. */
export type Done = {
  readonly human: Human;
  readonly carts: readonly Sent[];
  readonly orders: readonly Sent[];
  readonly logins: readonly Sent[];
};

export type Times = { readonly windowMs: number; readonly settleMs: number };

/** What must not be: each line one human. `lost` are those whose mail never came to the provider. */
export type Verdict = {
  readonly doubled: readonly string[];
  readonly falseAbsences: readonly string[];
  readonly early: readonly string[];
  readonly lost: readonly string[];
};

/**
 * What the provider was asked for, against what people did: no state, no engine.
 * A1. No address is written to twice.
 * A2. Nobody is written to whose order, and whatever makes them one with the device it was made on, was acknowledged before the deadline and settle.
 * A3. Nobody is written to before the deadline and settle.
 * A4. Who was acknowledged with a cart in time, and did not order before the deadline under any id, was written to.
 */
export function audit(all: readonly Done[], taken: readonly Taken[], times: Times): Verdict {
  const mails = new Map<string, Taken[]>();
  for (const mail of taken) mails.set(mail.to, [...(mails.get(mail.to) ?? []), mail]);
  const mailsTo = ({ human }: Done): readonly Taken[] => mails.get(addressOf(human.id)) ?? [];
  const named = (some: readonly Done[]): readonly string[] => some.map(({ human }) => `${human.id} (${human.kind})`);
  return {
    doubled: named(all.filter((done) => mailsTo(done).length > 1)),
    falseAbsences: named(all.filter((done) => mailsTo(done).length > 0 && wasKnownToBuy(done, times))),
    early: named(all.filter((done) => mailsTo(done).some(({ at }) => at < dueOf(done, times)))),
    lost: named(all.filter((done) => mailsTo(done).length === 0 && mustBeWritten(done, times))),
  };
}

/** The event time may be corrected by how long the call was under way: by so much the deadline may be later. */
const CORRECTION_MS = 5;

const deadlineOf = ({ carts }: Done, { windowMs }: Times): number =>
  Math.min(...carts.map(({ timestamp }) => timestamp)) + windowMs;
const dueOf = (done: Done, times: Times): number => deadlineOf(done, times) + times.settleMs;

function wasKnownToBuy(done: Done, times: Times): boolean {
  const due = dueOf(done, times);
  const inTime = ({ acked }: Sent): boolean => acked !== undefined && acked < due;
  const isLinked = done.human.kind !== 'buys-elsewhere' || done.logins.slice(1).some(inTime);
  return isLinked && done.orders.some((order) => inTime(order) && order.timestamp < deadlineOf(done, times) - CORRECTION_MS);
}

function mustBeWritten(done: Done, times: Times): boolean {
  const { carts, orders } = done;
  const deadline = deadlineOf(done, times);
  const isOpened = carts.some(({ acked }) => acked !== undefined && acked < deadline);
  return isOpened && orders.length === 0;
}
