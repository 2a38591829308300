import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Instant } from '@tripline/kernel';
import type { Action } from '@tripline/model';
import { makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { advance } from '../advance.js';
import { stands } from './condition-oracle.rig.js';
import {
  conditionOfOneAttempt,
  historyInOrder,
  OPENER,
  SETTLE,
  spans,
  toEvent,
  type Fact,
  type Sequence,
} from './conditions.rig.js';
import type { Definition } from '../compile/definitions.js';
import type { Input } from '../input.js';
import { outcomeEvent } from '../play/person-play.js';
import { decodePerson, encodePerson } from '../person/person-codec.js';
import type { PersonState } from '../person/person-state.js';
import { makeProgram, type Program } from '../compile/program.js';
import { nextTimer } from '../timers.js';

/** A new version in the middle of composed conditions: attempts end in the version they began in, or are cancelled with it. */
const definition = (when: Sequence, version: number, state: Definition['state']): Definition => ({
  ...{ name: 't', version, revision: version, state },
  document: makeTriggerDocument({ name: 't', by: undefined, when: spans(when), time: { settle: `${SETTLE}ms` } }),
});

/** Plays the history; from the event at `change` on the second program is in force. */
function play(programs: readonly [Program, Program], facts: readonly Fact[], change: number): Action[] {
  const actions: Action[] = [];
  let state: PersonState | undefined;
  const apply = (program: Program, input: Input): void => {
    const answer = advance(program, 'u:ada', state, input);
    state = answer.state === undefined ? undefined : decodePerson(encodePerson(answer.state));
    for (const output of answer.outputs) {
      if (output.kind !== 'action') continue;
      actions.push(output);
      const event = outcomeEvent(output, 'sent', output.decided, output.ready);
      apply(program, { kind: 'event', event, clock: output.ready });
    }
  };
  const tick = (program: Program, until: Instant): void => {
    for (let next = state && nextTimer(state); next !== undefined && next.due <= until; next = state && nextTimer(state))
      apply(program, { kind: 'timer', due: next.due, clock: next.due });
  };
  facts.map(toEvent).forEach((event, i) => {
    tick(i > change ? programs[1] : programs[0], event.received);
    apply(i >= change ? programs[1] : programs[0], { kind: 'event', event, clock: event.received });
  });
  tick(programs[1], makeInstant(START + 8_000_000_000));
  expect(state?.runs ?? []).toEqual([]);
  return actions;
}

/** One attempt at a time, each in the version that was in force when it began. */
function expected(whens: readonly [Sequence, Sequence], facts: readonly Fact[], change: number): [number, number][] {
  const fired: [number, number][] = [];
  let open: { readonly opener: number; readonly version: 0 | 1 } | undefined;
  const close = (now: number, turns: number): boolean => {
    if (open === undefined) return true;
    const state = stands(whens[open.version], facts, open.opener, { now, turns });
    if ('step' in state) return false;
    if ('done' in state) fired.push([open.version + 1, state.done.at]);
    open = undefined;
    return true;
  };
  facts.forEach(({ name, at }, turn) => {
    if (name === OPENER && close(at, turn)) open = { opener: turn, version: turn >= change ? 1 : 0 };
  });
  close(600, facts.length);
  return fired;
}
const byTime = (a: readonly [number, number], b: readonly [number, number]): number => a[1] - b[1] || a[0] - b[0];
const firings = (actions: readonly Action[]): [number, number][] =>
  actions.map((a): [number, number] => [a.version, a.decided - START]).sort(byTime);
// Memory of a look back is the trigger's, so that a new version may know more than it has seen itself.
const any = conditionOfOneAttempt();

describe('a new version in the middle of a condition', () => {
  it('lets open attempts end in their own, and begins the next', () => {
    fc.assert(
      fc.property(any, any, historyInOrder, fc.nat({ max: 17 }), (one, two, facts, change) => {
        const programs = [
          makeProgram([definition(one, 1, 'live')]),
          makeProgram([definition(one, 1, 'draining'), definition(two, 2, 'live')]),
        ] as const;
        const looks = /"(seen|notSeen)":/.test(JSON.stringify(two));
        const wanted = expected([one, two], facts, change).sort(byTime);
        const actual = firings(play(programs, facts, change));
        if (looks) expect(actual.filter(([version]) => version === 1)).toEqual(wanted.filter(([version]) => version === 1));
        else expect(actual).toEqual(wanted);
      }),
      { numRuns: 600 },
    );
  });

  it('ends them where that was asked for: nothing of the old one comes after', () => {
    fc.assert(
      fc.property(any, any, historyInOrder, fc.nat({ max: 17 }), (one, two, facts, change) => {
        const programs = [makeProgram([definition(one, 1, 'live')]), makeProgram([definition(two, 2, 'live')])] as const;
        const from = facts[change]?.at ?? Number.POSITIVE_INFINITY;
        for (const [version, at] of firings(play(programs, facts, change))) if (version === 1) expect(at).toBeLessThan(from);
      }),
      { numRuns: 400 },
    );
  });
});

describe('a repeat', () => {
  it.each(['restart', 'extend'])('of an attempt that drains is met by the version it began in: %s', (onRepeat) => {
    const of = (version: number, length: string, state: Definition['state']): Definition => ({
      ...{ name: 't', version, revision: version, state },
      document: makeTriggerDocument({
        name: 't',
        by: undefined,
        when: [{ event: OPENER }, { not: 'never', for: length }],
        onRepeat,
      }),
    });
    const first = makeProgram([of(1, '20ms', 'live')]);
    const both = makeProgram([of(1, '20ms', 'draining'), of(2, '900ms', 'live')]);
    const fact = (at: number) => toEvent({ name: OPENER, at, received: at }, at);
    let { state } = advance(first, 'u:ada', undefined, { kind: 'event', event: fact(0), clock: makeInstant(START) });
    ({ state } = advance(both, 'u:ada', state, {
      kind: 'event',
      event: fact(10),
      clock: makeInstant(START),
    }));
    expect(state?.runs).toMatchObject([{ version: 1, deadline: START + 30 }]);
  });
});
