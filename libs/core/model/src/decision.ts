import type { Instant } from '@tripline/kernel';

/** The gate's reason codes, in the order in which they are looked at. Every outcome carries one. */
export const REASONS = [
  'stopped',
  'trigger-paused',
  'trigger-withdrawn',
  'recalled',
  'expired',
  'stale',
  'profile-behind',
  'no-address',
  'no-consent',
  'suppressed',
  'handed-over',
] as const;
export type Reason = (typeof REASONS)[number];

/** The gate's answer for one action. What is held is looked at again, whole, at `until`. */
export type Decision =
  | { readonly kind: 'send'; readonly to?: string }
  | { readonly kind: 'hold'; readonly reason: Reason; readonly until: Instant }
  | { readonly kind: 'drop'; readonly status: 'dropped' | 'recalled' | 'expired'; readonly reason: Reason };
