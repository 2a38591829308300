import type { Instant } from '@tripline/kernel';
import { receiptId, type Dispatch, type Receipt } from '@tripline/model';
import type { SendResult } from '@tripline/ports';

/** Reasons longer than this are cut: they are for people, and travel in every receipt. */
export const REASON_LENGTH_MAX = 300;

/** What a dispatch came to, as the scheduler and the person's task are told it. */
export type Ending = SendResult | { readonly kind: 'recalled'; readonly reason: string } | { readonly kind: 'expired' };

const STATUS = {
  accepted: 'sent',
  retryable: 'deferred',
  permanent: 'failed',
  unknown: 'unknown',
  recalled: 'recalled',
  expired: 'expired',
} as const satisfies Record<Ending['kind'], Receipt['status']>;

/** The receipt of an ending. Told again after a crash it carries the same id; each deferral is one of its own. */
export function makeReceipt(dispatch: Dispatch, ending: Ending, provider: string, now: Instant): Receipt {
  const status = STATUS[ending.kind];
  const { action, run, person, trigger, step, channel, depth, attempt } = dispatch;
  return {
    id: receiptId(action, status, status === 'deferred' ? String(attempt) : ''),
    ...{ action, run, person, trigger, step, channel, status, depth, attempt, provider },
    at: now,
    ...reasonOf(ending),
    ...(ending.kind === 'retryable' && ending.retryAt !== undefined ? { retryAt: ending.retryAt } : {}),
    ...(ending.kind === 'accepted' && ending.providerMessageId ? { providerMessageId: ending.providerMessageId } : {}),
  };
}

function reasonOf(ending: Ending): { reason?: string } {
  if (ending.kind === 'accepted') return {};
  if (ending.kind === 'expired') return { reason: 'expired' };
  return { reason: (ending.reason === '' ? 'unspecified' : ending.reason).slice(0, REASON_LENGTH_MAX) };
}
