import { expect, it } from '@jest/globals';
import { makeInstant, type Instant, type Json } from '@tripline/kernel';
import type { Action, Event } from '@tripline/model';
import { eventAt, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { condition, NAMES, OPENER, program, type Condition, type Sequence } from './conditions.rig.js';
import { numbered, tree, written } from '../journey/journey-trees.rig.js';
import type { PlayOptions } from '../play/person-play.js';
import { playEvents } from '../play/play.js';

/** Whole documents, every part of them random, on histories that come late, twice and with properties missing. */
const SIMPLE: readonly Sequence[] = [
  { sequence: [{ event: OPENER }] },
  { sequence: [{ event: OPENER }, { not: 'c', for: 7 }] },
  { sequence: [{ event: OPENER }, { any: [{ event: 'a' }, { event: 'b', times: 2, within: 20 }] }, { not: 'c', for: 3 }] },
];
/** What comes first may be anything that is not refused: groups, counts, a trait, a page; or silence. */
const headless = fc
  .tuple(fc.constantFrom<Json | undefined>(undefined, { changed: 'user.ok' }, { event: 'a', times: 2, within: 9 }), condition())
  .map(
    ([
      head,
      {
        sequence: [, ...rest],
        ...when
      },
    ]) => ({
      ...when,
      sequence: head === undefined ? rest : [head as unknown as Condition, ...rest],
    }),
  );
const silent = condition().map(({ sequence: [, ...rest] }) => ({
  sequence: [{ inactive: 'a', for: 9, again: { every: '6ms', atMost: 3 } } as unknown as Condition, ...rest.slice(0, 1)],
}));
const document = fc
  .record({
    when: fc.oneof(condition(), fc.constantFrom<Sequence>(...SIMPLE), headless, silent),
    trees: fc.array(tree, { minLength: 1, maxLength: 3 }),
    onRepeat: fc.constantFrom('keepFirst', 'restart', 'extend', 'parallel'),
    by: fc.boolean(),
    guard: fc.option(fc.constantFrom('default(user.ok, true)', 'user.ok', 'size(list) < 3', 'total > 1 || first.n == 2')),
    exit: fc.subarray<Json>([{ event: 'x' }, { event: 'c', where: 'n > 1' }, { is: 'user.blocked' }]),
    limit: fc.option(fc.constantFrom<Json>({ runs: 1 }, { runs: 1, per: '30ms' }, { runs: 2, per: '50ms' })),
    goal: fc.option(fc.constantFrom<Json>({ event: 'b', within: '40ms' }, { event: 'b', within: '9ms', value: 'event.n' })),
  })
  .map(({ when, trees, onRepeat, by, guard, exit, limit, goal }) => {
    const [head = { event: OPENER }, ...rest] = when.sequence;
    const named = 'event' in head ? { ...head, as: 'first' } : head;
    const steps = numbered(trees, { messages: [], splits: [] });
    const fields: { [field: string]: Json } = {
      do: steps.map(written),
      let: { list: { list: OPENER, unique: 'n', minus: 'b', newest: 4 }, total: { sum: 'n', of: 'list' } },
      exit,
      ...(by ? { by: 'k' } : {}),
      ...(guard === null ? {} : { if: guard }),
      ...(limit === null ? {} : { limit }),
      ...(goal === null ? {} : { goal }),
    };
    return { when: { ...when, sequence: [named, ...rest] }, onRepeat, fields };
  })
  .filter(({ when, onRepeat, fields }) => program(when, onRepeat, fields).problems.length === 0);

const event = fc.record({
  name: fc.constantFrom(...[OPENER, OPENER, OPENER, ...NAMES, ...NAMES, ...NAMES, 'x', 'seen', '$identify']),
  at: fc.integer({ min: 0, max: 70 }),
  late: fc.constantFrom(0, 0, 0, 3, 6, 40),
  k: fc.constantFrom(1, 1, 2, undefined),
  n: fc.constantFrom(1, 2, 'two', undefined),
  id: fc.integer({ min: 0, max: 200 }),
  historical: fc.constantFrom(false, false, false, false, true),
});
const toEvent = ({ name, at, late, k, n, id, historical }: typeof event extends fc.Arbitrary<infer T> ? T : never): Event =>
  eventAt(at, name, JSON.parse(JSON.stringify({ k, n })) as Event['properties'], {
    id: `e${id}`,
    received: makeInstant(START + at + late),
    ...(historical ? { historical } : {}),
    ...(name === '$identify' ? { type: 'identify' as const, traits: { ok: id % 3 > 0, blocked: id % 9 === 0 } } : {}),
  });
const fates = ['sent', 'dropped', 'failed', undefined] as const;

it('a thousand triggers: nothing throws, every run ends, no message twice, storing and repeats change nothing', () => {
  const counts = { actions: 0, recalls: 0 };
  fc.assert(
    fc.property(
      document,
      fc.array(event, { minLength: 10, maxLength: 40, size: 'max' }),
      fc.array(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 20 })), { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(), { maxLength: 5 }),
      ({ when, onRepeat, fields }, list, answers, again) => {
        const made = program(when, onRepeat, fields);
        const outcome = (action: Action): ReturnType<NonNullable<PlayOptions['outcome']>> => {
          const [fate, delay] = answers[Number(action.step.slice(1)) % answers.length] ?? [0, 0];
          const status = fates[fate];
          const at = (action.ready + delay) as Instant;
          return status === undefined ? undefined : { status, timestamp: at, received: at };
        };
        const events = list.map(toEvent).sort((a, b) => a.received - b.received);
        const played = playEvents(made, 'u:ada', events, { outcome });
        expect(playEvents(made, 'u:ada', events, { outcome, recode: true })).toEqual(played);
        const repeated = again.reduce<readonly Event[]>((all, pick) => {
          const at = pick % all.length;
          return [...all.slice(0, at + 1), all[at]!, ...all.slice(at + 1)];
        }, events);
        const twice = playEvents(made, 'u:ada', repeated, { outcome });
        expect([twice.actions, twice.recalls, twice.goals]).toEqual([played.actions, played.recalls, played.goals]);
        expect(played.state?.runs ?? []).toEqual([]);
        for (const ids of [played.actions.map((a) => a.id), played.recalls.map((r) => r.id)])
          expect(new Set(ids).size).toBe(ids.length);
        for (const { decided, ready, expires } of played.actions) expect(decided <= ready && ready < expires).toBe(true);
        counts.actions += played.actions.length;
        counts.recalls += played.recalls.length;
      },
    ),
    { numRuns: 1_000 },
  );
  expect([counts.actions > 200, counts.recalls > 0]).toEqual([true, true]);
});
