import type { Duration, Instant } from '@tripline/kernel';
import type { Dispatch } from '@tripline/model';
import type { SendResult } from './channel-provider.js';

/**
 * `go`: written down, now call. `done`: this attempt has ended, with this result. `recalled`, `expired`: it must not go out any more.
 * `busy`: somebody began it less than `patience` ago and has not finished. `unfinished`: begun longer ago and never finished: the request may have left;
 * `over` where it has been recalled, stopped or has expired since.
 */
export type Begun =
  | { readonly kind: 'go' }
  | { readonly kind: 'done'; readonly result: SendResult }
  | { readonly kind: 'recalled'; readonly reason: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'unfinished'; readonly over: boolean };

/** Every call to a provider, written before it is made and completed after it. */
export interface AttemptLedger {
  begin(dispatch: Dispatch, provider: string, now: Instant, patience: Duration): Promise<Begun>;
  finish(dispatch: Dispatch, result: SendResult, now: Instant): Promise<void>;
}
