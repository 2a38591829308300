import { formatInstant, later, plus, type Duration, type Instant } from '@tripline/kernel';
import type { Leaf, SilenceNode } from '../compile/condition.js';
import type { Fact, Mark, Span } from './fact.js';
import { BY_CLOCK, FAILED, type Ground, type Verdict } from './verdict.js';

/**
 * Silence after an element of a condition: when the activity since then stopped for so long. (What begins a condition is in `inactivity.ts`.)
 * I1. Each event begins it anew if it happened before the silence was over and was received before that + settle.
 * I2. The events that follow each other so are one fact, from the first to the last of them: no two are further apart than the span, so that what
 *     counts from any instant among them ends where it would by them all.
 * I3. What names the spell is a fact that is no event: `kept` without `until`.
 */
type SilentSince = { readonly since: Instant; readonly used: readonly Fact[] };

/** Not the turn of any event: none has moved the attempt on by making it wait longer. */
const NO_TURN = -1;

/** Each such event begins it anew; only the end of what it stands in ends it. */
export function judgeSilence({ leaf, for: length }: SilenceNode, from: Mark, outer: Instant, ground: Ground): Verdict {
  const { used, since } = silenceSince(leaf, later(from.at, ground.earliest ?? from.at), length, ground);
  const end = plus(since, length);
  if (end > outer) return FAILED;
  if (end > ground.horizon) return { kind: 'open', deadline: end, used, on: [leaf] };
  const spans: readonly Span[] = [{ leaf: leaf.index, from: (since + 1) as Instant, to: end, open: true }];
  const all = leaf.alias === undefined ? used : [...used, namedSpell(leaf, since)];
  return { kind: 'done', at: end, order: BY_CLOCK, used: all, spans };
}

/** From when the silence counts that counts from `from` at first; `used` is what it rests on. */
function silenceSince({ index: leaf }: Leaf, from: Instant, length: Duration, { facts, settle }: Ground): SilentSince {
  const active = facts.filter((fact) => fact.leaf === leaf && !namesSpell(fact) && lastOf(fact) > from);
  let since = from;
  let first: Fact | undefined;
  for (const fact of active.sort((a, b) => a.at - b.at)) {
    const end = plus(since, length);
    if (fact.at >= end) break;
    if (fact.received >= plus(end, settle)) continue;
    first ??= fact;
    since = later(since, lastOf(fact));
  }
  return { since, used: first === undefined ? [] : [{ ...first, order: NO_TURN, used: true, until: since }] };
}

/** Under its alias a spell is known by when it began. */
const namedSpell = ({ index: leaf }: Leaf, since: Instant): Fact => ({
  ...{ leaf, at: since, received: since, order: NO_TURN, used: true },
  kept: { since: formatInstant(since) },
});

/** Does it only name a spell? */
export const namesSpell = ({ kept, until, order }: Fact): boolean =>
  order === NO_TURN && kept !== undefined && until === undefined;

/** Is it one of those that a condensed fact of the silence stands for? */
export const isCondensedIn = (fact: Fact, { leaf, at, order, until }: Fact): boolean =>
  order === NO_TURN && until !== undefined && fact.leaf === leaf && fact.at >= at && lastOf(fact) <= until;

const lastOf = ({ at, until = at }: Fact): Instant => until;

/** What names the attempt that a spell begins. */
export const spellOpener = (last: Instant, told: number): string =>
  told === 0 ? `${SILENT}${last}` : `${SILENT}${last}, told ${told} times`;

/** Was the attempt begun by silence? */
export const isSpell = ({ opener, opened }: { readonly opener: string; readonly opened: Instant }): boolean =>
  opener.startsWith(`${SILENT}${opened}`);
const SILENT = 'silent since ';
