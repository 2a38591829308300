import { later, plus, type Duration, type Instant } from '@tripline/kernel';
import type { Draft } from '../draft.js';
import { MESSAGES_MAX, type Messages } from './person-state.js';

/** 53 bits of a text (two multiplicative hashes): a false repeat is rarer than one in 10^12 with the few ids a person has. */
export function hashId(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

export const isKnown = ({ current, before }: Messages, hash: number): boolean => current.includes(hash) || before.includes(hash);

/**
 * Remembers one id. Two generations: a new one begins `keep` after the last, or when it is full; so each id is known for at least
 * `keep`, unless more than `MESSAGES_MAX` came in that time (`forgot`).
 */
export function remember(messages: Messages, hash: number, at: Instant, keep: Duration): { messages: Messages; forgot: boolean } {
  const { since, current, before: known } = messages;
  const old = at >= plus(since, keep);
  if (!old && current.length < MESSAGES_MAX)
    return { messages: { since, current: current.concat([hash]), before: known }, forgot: false };
  const forgot = !old && known.length > 0;
  const before = at >= plus(since, (2 * keep) as Duration) ? [] : current;
  return { messages: { since: at, current: [hash], before }, forgot };
}

const KEEP_MIN = 3_600_000 as Duration;

/** The same message id counts once; ids are remembered for as long as late events are accepted. */
export function isRepeated(draft: Draft, id: string, received: Instant): boolean {
  const hash = hashId(id);
  if (isKnown(draft.state.messages, hash)) return true;
  const keep = Math.max(KEEP_MIN, draft.program.acceptMax) as Duration;
  const at = later(received, draft.state.messages.since);
  const { messages, forgot } = remember(draft.state.messages, hash, at, keep);
  if (forgot) draft.note('messages-forgotten');
  draft.set({ messages });
  return false;
}
