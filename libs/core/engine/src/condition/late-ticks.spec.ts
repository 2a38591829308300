import { expect, it } from '@jest/globals';
import { makeInstant, type Instant } from '@tripline/kernel';
import { START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { advance } from '../advance.js';
import { condition, history, OPENER, program, toEvent, type Fact, type Sequence } from './conditions.rig.js';
import type { Input } from '../input.js';
import type { PersonState } from '../person/person-state.js';
import { nextTimer } from '../timers.js';

/** What is decided and not taken back, and when for, with ticks that come `lag` after their time; nothing is sent yet. */
function decisions(when: Sequence, onRepeat: string, facts: readonly Fact[], lag: number): (readonly [string, number])[] {
  const made = program(when, onRepeat);
  const decided = new Map<string, readonly [string, number]>();
  let state: PersonState | undefined;
  const apply = (input: Input): void => {
    const answer = advance(made, 'u:ada', state, input);
    state = answer.state;
    for (const output of answer.outputs) {
      if (output.kind === 'action') decided.set(output.id, [output.run, output.decided - START]);
    }
    for (const output of answer.outputs) if (output.kind === 'recall') decided.delete(output.action);
  };
  const tick = (until: Instant): void => {
    for (let next = state && nextTimer(state); next !== undefined && next.due <= until; next = state && nextTimer(state))
      apply({ kind: 'timer', due: next.due, clock: next.due });
  };
  for (const event of facts.map(toEvent)) {
    tick((event.received - lag) as Instant);
    apply({ kind: 'event', event, clock: event.received });
  }
  tick(makeInstant(START + 8_000_000_000));
  return [...decided.values()].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
}

const beginningWithWhatItWaitsFor = (when: Sequence): Sequence => ({
  ...when,
  sequence: when.sequence.map((each) => ('event' in each && each.event === OPENER ? { ...each, event: 'a' } : each)),
});

it('a tick that comes late decides as one on time', () => {
  let fired = 0;
  fc.assert(
    fc.property(
      fc.oneof(condition(), condition().map(beginningWithWhatItWaitsFor)),
      fc.constantFrom('keepFirst', 'restart', 'extend', 'parallel'),
      fc.integer({ min: 0, max: 40 }).chain(history),
      fc.integer({ min: 1, max: 70 }),
      (when, onRepeat, facts, lag) => {
        const punctual = decisions(when, onRepeat, facts, 0);
        expect(decisions(when, onRepeat, facts, lag)).toEqual(punctual);
        fired += punctual.length;
      },
    ),
    { numRuns: 800 },
  );
  expect(fired).toBeGreaterThan(20);
});
