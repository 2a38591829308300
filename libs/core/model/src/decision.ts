import type { Instant } from '@tripline/kernel';
import type { FinalStatus } from './outcome.js';

/** The gate's reason codes, in the order in which they are looked at. Every outcome carries one. */
export const REASONS = [
  'stopped',
  'trigger-withdrawn',
  'recalled',
  'expired',
  'trigger-paused',
  'stale',
  'attempts-exhausted',
  'profile-behind',
  'no-address',
  'no-consent',
  'suppressed',
  'handed-over',
  // Not the gate's own: what the scheduler closes or puts off afterwards.
  'deferred',
  'silent',
] as const;
export type Reason = (typeof REASONS)[number];

/** The gate's answer for one action. What is held is looked at again, whole, at `until`. `failed` and `unknown` close what was handed over before. */
export type Decision =
  | { readonly kind: 'send'; readonly to?: string }
  | { readonly kind: 'hold'; readonly reason: Reason; readonly until: Instant }
  | { readonly kind: 'drop'; readonly status: Exclude<FinalStatus, 'sent'>; readonly reason: Reason };
