import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Instant, type Json } from '@tripline/kernel';
import type { Action, Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { advance } from '../advance.js';
import { stands } from '../condition/condition-oracle.rig.js';
import {
  conditionOfOneAttempt,
  historyInOrder,
  OPENER,
  SETTLE,
  spans,
  toEvent,
  type Fact,
  type Sequence,
} from '../condition/conditions.rig.js';
import type { Definition } from './definitions.js';
import type { Input } from '../input.js';
import { brief, D, H, Task } from '../one-task.rig.js';
import { outcomeEvent } from '../play/person-play.js';
import { decodePerson, encodePerson } from '../person/person-codec.js';
import type { PersonState } from '../person/person-state.js';
import { makeProgram, type Program } from './program.js';
import { segment } from '../segment/segments.rig.js';
import { nextTimer } from '../timers.js';

/** A trigger that is paused with entries closed: nothing begins, everything else goes on. */
type Fields = { readonly [field: string]: Json | undefined };
const definition = (fields: Fields, paused: boolean): Definition => ({
  ...{ name: 't', version: 1, revision: 1, state: 'live' },
  document: makeTriggerDocument({ name: 't', by: undefined, ...fields }),
  ...(paused ? { paused: START } : {}),
});
const VIP = segment({ let: { n: { count: 'a', within: '2d' } }, where: 'n >= 2' });
const programs = (fields: Fields): readonly [open: Program, closed: Program] => {
  const both = [false, true].map((paused) => makeProgram([VIP, definition(fields, paused)]));
  expect(both.flatMap(({ problems }) => problems)).toEqual([]);
  return both as never;
};

type Played = { readonly actions: readonly Action[]; readonly opened: ReadonlyMap<string, number>; readonly refused: number };
/** Plays events and ticks, each on time; `closed` says for an instant (milliseconds after START) or an event whether it finds the trigger paused. */
function play(
  [open, paused]: readonly [Program, Program],
  events: readonly Event[],
  end: number,
  closed: (at: number, turn: number) => boolean,
): Played {
  const actions: Action[] = [];
  const opened = new Map<string, number>();
  let state: PersonState | undefined;
  let refused = 0;
  const apply = (at: Instant, turn: number, input: Input): void => {
    const program = closed(at - START, turn) ? paused : open;
    const answer = advance(program, 'u:ada', state, input, ({ what, run }) => {
      if (what === 'attempt.opened' && run !== undefined) opened.set(run, at - START);
    });
    state = answer.state === undefined ? undefined : decodePerson(encodePerson(answer.state));
    for (const output of answer.outputs) {
      if (output.kind === 'notice' && output.name === 'trigger-paused') refused++;
      if (output.kind !== 'action') continue;
      actions.push(output);
      const event = outcomeEvent(output, 'sent', output.decided, output.ready);
      apply(at, turn, { kind: 'event', event, clock: output.ready });
    }
  };
  const tick = (until: Instant, turn: number): void => {
    for (let next = state && nextTimer(state); next !== undefined && next.due <= until; next = state && nextTimer(state))
      apply(next.due, turn, { kind: 'timer', due: next.due, clock: next.due });
  };
  events.forEach((event, turn) => {
    tick(event.received, turn);
    apply(event.received, turn, { kind: 'event', event, clock: event.received });
  });
  tick(makeInstant(START + end), events.length);
  return { actions, opened, refused };
}
const firings = ({ actions }: Played): [string, number][] => actions.map((a) => [a.run, a.decided - START]);
const NEVER = (): boolean => false;

/** What the trigger begins with. */
const BEGINNINGS: { readonly [name: string]: Fields } = {
  event: { when: [{ event: 'a' }, { not: 'b', for: '5h' }], onRepeat: 'parallel' },
  silence: { when: [{ inactive: 'a', for: '1d' }] },
  'silence told again': { when: [{ inactive: 'a', for: '1d', again: { every: '6h', atMost: 3 } }] },
  'a schedule': { when: [{ every: 'daily 09:00' }] },
  'a schedule for a segment': {
    when: [
      { every: 'daily 09:00', in: 'vip' },
      { not: 'b', for: '3h' },
    ],
  },
  'entering a segment': { when: [{ enters: 'vip' }], onRepeat: 'parallel' },
  'leaving a segment': { when: [{ leaves: 'vip' }, { not: 'b', for: '1h' }], onRepeat: 'parallel' },
  'a date': { when: [{ date: 'user.ends', before: '1d', at: '12:00' }] },
};
const events: fc.Arbitrary<readonly Event[]> = fc
  .array(
    fc.tuple(fc.constantFrom('a', 'a', 'b', 'ends', 'ends'), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4 })),
    {
      minLength: 1,
      maxLength: 14,
    },
  )
  .map((steps) => {
    let at = 0;
    return steps.map(([name, gap, day], i) => {
      at += gap * H;
      const ends = new Date(START + at + day * D).toISOString().slice(0, 10);
      if (name === 'ends') return eventAt(at, '$identify', {}, { id: `e${i}`, type: 'identify', traits: { ends } });
      return eventAt(at, name, {}, { id: `e${i}` });
    });
  });

describe('while entries are closed', () => {
  it.each(Object.keys(BEGINNINGS))('exactly what would have begun then does not: %s', (name) => {
    const both = programs(BEGINNINGS[name] ?? {});
    let kept = 0;
    let left = 0;
    fc.assert(
      fc.property(events, fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 168 }), (given, from, hours) => {
        const closed = (at: number): boolean => at >= from * H && at < (from + hours) * H;
        const unpaused = play(both, given, 30 * D, NEVER);
        const paused = play(both, given, 30 * D, closed);
        const began = (run: string): number => unpaused.opened.get(run) ?? Number.NaN;
        expect([...paused.opened]).toEqual([...unpaused.opened].filter(([, at]) => !closed(at)));
        expect(firings(paused)).toEqual(firings(unpaused).filter(([run]) => !closed(began(run))));
        expect(paused.refused).toBe(unpaused.opened.size - paused.opened.size);
        kept += paused.opened.size;
        left += paused.refused;
      }),
      { numRuns: 150 },
    );
    expect([kept > 10, left > 10]).toEqual([true, true]);
  });

  /** One attempt at a time, whole automata beside it; an opener that comes while it is closed begins none. */
  function expected(when: Sequence, facts: readonly Fact[], closed: (turn: number) => boolean): number[] {
    const fired: number[] = [];
    let open: number | undefined;
    const close = (now: number, turns: number): boolean => {
      if (open === undefined) return true;
      const state = stands(when, facts, open, { now, turns });
      if ('step' in state) return false;
      if ('done' in state) fired.push(state.done.at);
      open = undefined;
      return true;
    };
    facts.forEach(({ name, at }, turn) => {
      if (name === OPENER && close(at, turn) && !closed(turn)) open = turn;
    });
    close(600, facts.length);
    return fired.sort((a, b) => a - b);
  }

  it('one attempt at a time: what is open goes on, whatever the condition', () => {
    fc.assert(
      fc.property(
        conditionOfOneAttempt(),
        historyInOrder,
        fc.nat({ max: 17 }),
        fc.nat({ max: 9 }),
        (when, facts, from, turns) => {
          const closed = (turn: number): boolean => turn >= from && turn < from + turns;
          const both = programs({ when: spans(when), onRepeat: 'keepFirst', time: { settle: `${SETTLE}ms` } });
          const played = play(both, facts.map(toEvent), 8_000_000_000, (_at, turn) => closed(turn));
          const actual = played.actions.map((a) => a.decided - START).sort((a, b) => a - b);
          expect(actual).toEqual(expected(when, facts, closed));
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('a paused trigger', () => {
  /** The same person, with the trigger paused or resumed. */
  const under = (task: Task, fields: Fields, paused: boolean): Task => {
    const next = new Task(makeProgram([definition(fields, paused)]));
    next.state = task.state;
    return next;
  };

  it('lets an open attempt be repeated, violated and completed', () => {
    const fields: Fields = { when: [{ event: 'a' }, { not: 'b', for: '1h' }], onRepeat: 'restart' };
    const opened = under(new Task(makeProgram([])), fields, false);
    opened.event(0, 'a');
    const restarted = under(opened, fields, true);
    expect([brief(restarted.event(H / 2, 'a')), restarted.next]).toEqual([[], 1.5 * H]);
    expect(brief(restarted.tick(1.5 * H + 10_000))).toEqual([['mail', 1.5 * H]]);
    const violated = under(opened, fields, true);
    expect([brief(violated.event(1, 'b')), violated.next]).toEqual([[], undefined]);
    expect(brief(violated.event(2, 'a'))).toEqual(['trigger-paused']);
  });

  it('counts only what would have begun: another reason comes first', () => {
    const fields: Fields = { when: [{ event: 'a' }, { not: 'b', for: '1h' }], exit: [{ event: 'x' }] };
    const paused = under(new Task(makeProgram([])), fields, true);
    paused.event(1_000, 'x');
    expect(brief(paused.event(0, 'a', {}, { received: makeInstant(START + 2_000) }))).toEqual(['opening-exited']);
  });

  it('remembers what denies a first event that comes delayed after it is resumed', () => {
    const fields: Fields = { when: [{ event: 'a' }, { not: 'b', for: '1h' }] };
    const paused = under(new Task(makeProgram([])), fields, true);
    paused.event(1_000, 'b');
    const resumed = under(paused, fields, false);
    const late = resumed.event(0, 'a', {}, { received: makeInstant(START + 2_000) });
    expect([brief(late), resumed.next]).toEqual([[], undefined]);
  });

  it.each([-1, 0, 1])('a spell of silence that comes due %i ms beside the end of the pause is told, or over', (ms) => {
    const fields: Fields = { when: [{ inactive: 'a', for: '1d' }] };
    const due = D + 10_000;
    const task = under(new Task(makeProgram([])), fields, true);
    task.event(0, 'a');
    if (ms < 0) expect(brief(task.tick(due))).toEqual(['trigger-paused']);
    const resumed = under(task, fields, false);
    expect(brief(resumed.tick(due + Math.max(ms, 0)))).toEqual(ms < 0 ? [] : [['mail', D]]);
    resumed.event(3 * D, 'a');
    expect(brief(resumed.tick(4 * D + 10_000))).toEqual([['mail', 4 * D]]);
  });

  it('a date that came while it was paused is over, also in another zone later', () => {
    const fields: Fields = { when: [{ date: 'user.ends', zone: 'user' }] };
    const task = under(new Task(makeProgram([])), fields, true);
    const tell = (of: Task, ms: number, traits: { [name: string]: Json }) =>
      brief(of.event(ms, '$identify', {}, { type: 'identify', traits })).filter((each) => each !== 'profile');
    tell(task, 0, { ends: '2026-01-03', timezone: 'Asia/Tokyo' });
    expect(brief(task.tick(2 * D))).toEqual(['trigger-paused']);
    const resumed = under(task, fields, false);
    expect(tell(resumed, 2 * D + 1, { timezone: 'America/New_York' })).toEqual([]);
    expect(resumed.next).toBeUndefined();
    expect(tell(resumed, 2 * D + 2, { ends: '2026-01-05' })).toEqual([]);
    expect(brief(resumed.tick(6 * D))).toEqual([['mail', 4 * D + 5 * H]]);
  });
});
