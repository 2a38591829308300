/** Past this depth of trigger causing trigger, events are refused and counted. */
export const CAUSE_DEPTH_MAX = 5;

/** What of ours brought an event about: it opens no run of that trigger. */
export type CausedBy = { readonly trigger: string; readonly depth: number };

/** The run, step and action an outcome belongs to. */
export type OutcomeOf = {
  readonly action: string;
  readonly run: string;
  readonly trigger: string;
  readonly step: string;
  readonly status: OutcomeStatus;
};

/** An action ends in exactly one of these. `sent` and `unknown` count for `limit`; the others give the place back. */
export const FINAL_STATUSES = ['sent', 'dropped', 'recalled', 'expired', 'failed', 'unknown'] as const;
export type FinalStatus = (typeof FINAL_STATUSES)[number];

/** What may become known after a message was sent; each implies `sent`. */
export const LATER_STATUSES = [
  'delivered',
  'bounced',
  'opened',
  'clicked',
  'complained',
  'unsubscribed',
  'displayed',
  'replied',
] as const;
export type LaterStatus = (typeof LATER_STATUSES)[number];

export type OutcomeStatus = FinalStatus | LaterStatus;

export const isFinal = (status: string): status is FinalStatus => (FINAL_STATUSES as readonly string[]).includes(status);
