import { earlier, hours, later, minutes, plus, seconds, type Duration, type Instant } from '@tripline/kernel';
import type { Dispatch } from '@tripline/model';
import type { SendResult } from '@tripline/ports';

/** How long after the n-th attempt the next one comes at the earliest (the schedule of Standard Webhooks). */
const BACKOFF: readonly Duration[] = [
  seconds(5),
  minutes(5),
  minutes(30),
  hours(2),
  hours(5),
  hours(10),
  hours(14),
  hours(20),
  hours(24),
];

/** After this many attempts a message that could not be delivered has failed. */
export const ATTEMPTS_MAX = BACKOFF.length + 1;
/** A provider's own wish for a still later time is honoured up to this. */
export const RETRY_AFTER_MAX: Duration = hours(24);

/** May it be sent again when nobody knows whether it left? A webhook carries an id its receiver drops repeats by; a transactional message had better come twice than not. */
export const mayRepeat = (dispatch: Dispatch): boolean => dispatch.channel === 'webhook' || dispatch.purpose === 'transactional';

/**
 * What an attempt's result means for the action: the provider's own words made final or given a time. `retryable` always comes with
 * `retryAt`; past the last attempt it is `permanent`; an `unknown` that may be repeated is retryable while attempts are left.
 */
export function settleResult(dispatch: Dispatch, result: SendResult, now: Instant): SendResult {
  const last = dispatch.attempt >= ATTEMPTS_MAX;
  if (result.kind === 'unknown' && mayRepeat(dispatch) && !last)
    return { kind: 'retryable', reason: result.reason, retryAt: plus(now, backoff(dispatch.attempt)) };
  if (result.kind !== 'retryable') return result;
  if (last) return { kind: 'permanent', reason: `attempts-exhausted: ${result.reason}` };
  return { ...result, retryAt: retryAtOf(dispatch, result.retryAt, now) };
}

const backoff = (attempt: number): Duration => BACKOFF[Math.min(attempt, BACKOFF.length) - 1] ?? RETRY_AFTER_MAX;

/** The provider's time, and not before our own: one that says "in a second" all through its restart would use up the attempts in as many. */
function retryAtOf(dispatch: Dispatch, wished: Instant | undefined, now: Instant): Instant {
  const own = plus(now, backoff(dispatch.attempt));
  return wished === undefined ? own : later(own, earlier(wished, plus(now, RETRY_AFTER_MAX)));
}
