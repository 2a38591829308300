import { encodeUtf8, type Instant } from '@tripline/kernel';
import { receiptId, TOPICS, type Dispatch, type Receipt } from '@tripline/model';
import type { Entry, Untold } from '@tripline/ports';

/** What follows from a decision, as a record of the log; undefined for a hold: nobody is told. Ids are the action's, so that told twice is told once. */
export function consequenceOf(untold: Untold, now: Instant): Entry | undefined {
  const { action, decision } = untold;
  if (decision.kind === 'hold') return undefined;
  const [topic, value] =
    decision.kind === 'send'
      ? [TOPICS.dispatch[action.channel], makeDispatch(untold, decision.to)]
      : [TOPICS.receipts, makeReceipt(untold, decision.status, decision.reason, now)];
  return { topic, key: action.person, value: encodeUtf8(JSON.stringify(value)) };
}

function makeDispatch({ action, attempt }: Untold, to: string | undefined): Dispatch {
  const { id, run, person, trigger, step, channel, template, purpose, topic, data, expires, depth, bound } = action;
  return {
    ...{ action: id, run, person, trigger, step, channel, template, purpose, data, expires, depth, attempt },
    ...(topic === undefined ? {} : { topic }),
    ...(to === undefined ? {} : { to }),
    ...(bound === undefined ? {} : { bound }),
  };
}

function makeReceipt({ action }: Untold, status: Receipt['status'], reason: string, now: Instant): Receipt {
  const { id, run, person, trigger, step, channel, depth } = action;
  return { id: receiptId(id, status), action: id, run, person, trigger, step, channel, status, reason, at: now, depth };
}
