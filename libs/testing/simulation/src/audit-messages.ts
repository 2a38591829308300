import type { MessageView } from '@tripline/ports';
import type { Messages, Sent } from './messages.js';

/** As long as dispatchers wait for one of them that does not come back, less what requests take on their way. */
const PATIENCE_MS = 50_000;

/**
 * Says what is wrong between the processor and the providers.
 * D1. What was asked for has one row, and comes to one end there; nobody sends what was not asked for.
 * D2. No marketing message is taken by its provider twice.
 * D3. What was recalled before a dispatcher asked whether it may go does not go.
 * D4. The end is the truth: sent was taken; of marketing, what neither was sent nor is unknown was not.
 * D5. Unknown is only what nobody could know: no answer came, or it could not be kept.
 * D6. The end was told, once, and the person's task has heard of it.
 */
export function auditMessages({ sent, foreign }: Messages): readonly string[] {
  return [
    ...foreign.map((id) => `D1: ${id} was not asked for`),
    ...sent.flatMap((one) => {
      const [row, ...more] = one.rows;
      if (row === undefined || more.length > 0) return [`D1: ${one.action.id} has ${one.rows.length} rows`];
      return [...ended(one, row), ...twice(one), ...afterRecall(one), ...untrue(one, row), ...lightly(one, row), ...untold(one, row)]; // prettier-ignore
    }),
  ];
}

const isOnce = ({ action: { purpose, channel } }: Sent): boolean => purpose === 'marketing' && channel !== 'webhook';
const taken = ({ calls }: Sent): number => calls.filter((call) => call.taken).length;

const ended = ({ action }: Sent, { status, reason }: MessageView): readonly string[] =>
  status === 'held' || reason === 'silent' ? [`D1: ${action.id} came to no end: ${status} ${reason}`] : [];

const twice = (one: Sent): readonly string[] =>
  isOnce(one) && taken(one) > 1 ? [`D2: ${one.action.id} was taken ${taken(one)} times`] : [];

const afterRecall = ({ action, beginnings, calls, recalled }: Sent): readonly string[] =>
  calls
    .filter(({ by, asked }) => (beginnings.findLast((each) => each.by === by && each.asked <= asked)?.asked ?? 0) > recalled)
    .map(() => `D3: ${action.id} went although it was recalled`);

function untrue(one: Sent, { status, reason }: MessageView): readonly string[] {
  if (status === 'sent') return taken(one) > 0 ? [] : [`D4: ${one.action.id} was sent, and nobody took it`];
  return isOnce(one) && status !== 'unknown' && taken(one) > 0
    ? [`D4: ${one.action.id} is ${status} ${reason}, and was taken`]
    : [];
}

function lightly({ action, beginnings, kept, calls }: Sent, { status }: MessageView): readonly string[] {
  const isUnanswered = calls.some(({ answer = 'unknown' }) => answer === 'unknown');
  const isUnkept = beginnings
    .filter(({ kind }) => kind === 'go' || kind === undefined)
    .some(({ attempt, asked }) => !kept.some((each) => each.attempt === attempt && each.told - asked < PATIENCE_MS));
  return status !== 'unknown' || isUnanswered || isUnkept ? [] : [`D5: ${action.id} is unknown, and somebody knew`];
}

/** Who was given up as unknown may turn out to have been sent. */
function untold({ action, told, heard }: Sent, { status, reason }: MessageView): readonly string[] {
  const end = reason === 'expired' || reason === 'stale' ? 'expired' : status;
  const others = [...told].filter((each) => each !== end && !(end === 'sent' && each === 'unknown'));
  return [
    ...(told.has(end as never) ? [] : [`D6: ${action.id} is ${end}, and nobody was told`]),
    ...others.map((other) => `D6: ${action.id} is ${end}, and told as ${other}`),
    ...(heard.has(end) ? [] : [`D6: the task never heard that ${action.id} is ${end}`]),
  ];
}
