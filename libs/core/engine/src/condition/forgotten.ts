import { later, type Instant } from '@tripline/kernel';
import type { Forgotten, PersonState, Remembered } from '../person/person-state.js';

/**
 * How far memory forgot: what gave way because too much was remembered.
 * I1. Up to `at`, inclusive, there may have been such an event, of any key: whoever looks back to before it does not know, and what would deny does.
 * I2. It lives as long as the longest-lived of what gave way would have: later nothing that is still asked reaches back to it.
 * I3. There is one a trigger and test. Past `FORGOTTEN_MAX` all become one, which is about everything.
 */
export type Memory = Pick<PersonState, 'remembered' | 'forgotten'>;

/** How far memory forgot of different tests, for one person; past it, all that is remembered is doubtful up to the newest of them. */
export const FORGOTTEN_MAX = 20;

type Known = readonly Forgotten[] | undefined;

/** With one more entry that gives way. */
export function withForgotten(forgotten: Known, { trigger, test, times: [at], until }: Remembered): Known {
  return at === undefined ? forgotten : mergedForgotten(forgotten, [{ trigger, test, at, until }]);
}

/** What either side forgot. */
export function mergedForgotten(a: Known, b: Known): Known {
  if (a === undefined || b === undefined) return a ?? b;
  const all = b.reduce((others, each) => {
    const known = others.find(({ trigger, test }) => trigger === each.trigger && test === each.test);
    return [...others.filter((other) => other !== known), known === undefined ? each : joined(known, each)];
  }, a);
  return all.length <= FORGOTTEN_MAX ? all : [all.reduce(joined)];
}

const joined = (a: Forgotten, b: Forgotten): Forgotten => ({
  ...(a.trigger === b.trigger && a.test === b.test ? { trigger: a.trigger, test: a.test } : { trigger: null, test: null }),
  at: later(a.at, b.at),
  until: later(a.until, b.until),
});

/** What is still of interest; undefined where nothing is. */
export function stillForgotten(forgotten: Known, now: Instant): Known {
  if (forgotten === undefined || forgotten.every(({ until }) => until > now)) return forgotten;
  const left = forgotten.filter(({ until }) => until > now);
  return left.length === 0 ? undefined : left;
}

/** Up to when, inclusive, events of this test may have been forgotten; undefined where none were. */
export function forgottenUpTo({ forgotten }: Memory, trigger: string, test: string): Instant | undefined {
  if (forgotten === undefined) return undefined;
  const of = forgotten.filter((each) => each.trigger === null || (each.trigger === trigger && each.test === test));
  return of.length === 0 ? undefined : of.map(({ at }) => at).reduce(later);
}
