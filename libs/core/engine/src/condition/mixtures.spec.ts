import { expect, it } from '@jest/globals';
import { days, formatInstant, makeInstant, plus, type Instant, type Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { condition, NAMES, OPENER, spans, type Condition } from './conditions.rig.js';
import { playEvents, type Played, type PlayUntil } from '../play/play.js';
import { makeProgram, type Program } from '../compile/program.js';
import { segment, trigger, type Fields } from '../segment/segments.rig.js';

/** Segments, dates and schedules together with conditions of any composition, on histories that come late, twice and with properties missing. */
const SEGMENTS = ['rising', 'falling', 'trait'] as const;
const element = (field: string, of: string): Condition => ({ [field]: of }) as unknown as Condition;
const memberships = fc
  .tuple(fc.constantFrom('enters', 'leaves'), fc.constantFrom(...SEGMENTS))
  .map(([field, of]) => element(field, of));
const head = fc.oneof(
  memberships,
  fc.constantFrom<Condition>(
    { event: OPENER },
    { date: 'user.day' } as unknown as Condition,
    { date: 'user.day', after: '7ms', yearly: true } as unknown as Condition,
    { every: 'monday 00:00', in: 'rising' } as unknown as Condition,
    { every: '1st,15th 09:00', in: 'trait', zone: 'user' } as unknown as Condition,
    { every: 'last 23:30' } as unknown as Condition,
  ),
);
const guards = [
  '"rising" in user.segments',
  '!("falling" in user.segments)',
  '"trait" in user.segments || "rising" in user.segments',
  'default(user.ok, true)',
];
const exits: readonly Json[] = [{ event: 'x' }, { is: '"falling" in user.segments' }, { is: '!("trait" in user.segments)' }];
const fields = fc
  .record({
    first: head,
    when: condition(),
    length: fc.constantFrom(0, 0, 0, 1, 1, 9),
    mixed: fc.array(fc.option(memberships, { nil: undefined }), { maxLength: 3 }),
    onRepeat: fc.constantFrom('keepFirst', 'restart', 'parallel'),
    guard: fc.option(fc.constantFrom(...guards), { nil: undefined }),
    exit: fc.oneof(fc.constant([]), fc.subarray<Json>([...exits])),
    limit: fc.option(fc.constantFrom<Json>({ runs: 1 }, { runs: 2, per: '30ms' }), { nil: undefined }),
  })
  .map(({ first, when, length, mixed, onRepeat, guard, exit, limit }): Fields => {
    const rest = when.sequence.slice(1, 1 + length).flatMap((each, i) => [each, ...(mixed[i] === undefined ? [] : [mixed[i]])]);
    const sequence = [first, ...rest];
    return { when: spans({ ...when, sequence }), onRepeat, if: guard, exit, limit, time: { settle: '5ms' } };
  })
  .filter((made) => programOf(made, 0).problems.length === 0);

/** `since`: when the segments were published, after the beginning of the history. */
const programOf = (made: Fields, since: number): Program => {
  const named = (name: string, document: Fields) =>
    segment({ name, let: {}, time: { settle: '5ms' }, ...document }, { name, since: makeInstant(START + since) });
  return makeProgram([
    named('rising', { let: { n: { count: 'a', within: '20ms' } }, where: 'n >= 2' }),
    named('falling', { let: { n: { sum: 'n', event: 'b', within: '15ms' } }, where: 'n > 1 && n < 5', keep: 'n > 0' }),
    named('trait', { where: 'user.ok' }),
    trigger('t', made),
  ]);
};

const event = fc.record({
  name: fc.constantFrom(...[OPENER, OPENER, ...NAMES, ...NAMES, ...NAMES, 'x', '$identify', '$identify']),
  at: fc.integer({ min: 0, max: 70 }),
  late: fc.constantFrom(0, 0, 0, 3, 6, 40),
  n: fc.constantFrom(1, 2, -1, 'two', undefined),
  id: fc.integer({ min: 0, max: 200 }),
  day: fc.constantFrom<Json | undefined>(40, 55, 90, 'soon', null, undefined),
  historical: fc.constantFrom(false, false, false, false, true),
});
const traitsOf = (id: number, day: Json | undefined): NonNullable<Event['traits']> => ({
  ok: id % 4 === 0 ? null : id % 3 > 0,
  timezone: id % 2 === 0 ? 'Europe/Berlin' : 'nowhere',
  ...(day === undefined ? {} : { day: typeof day === 'number' ? formatInstant(makeInstant(START + day)) : day }),
});
const toEvent = ({ name, at, late, n, id, day, historical }: typeof event extends fc.Arbitrary<infer T> ? T : never): Event =>
  eventAt(at, name, n === undefined ? {} : { n }, {
    id: `e${id}`,
    received: makeInstant(START + at + late),
    ...(historical ? { historical } : {}),
    ...(name === '$identify' ? { type: 'identify' as const, traits: traitsOf(id, day) } : {}),
  });
const history = fc
  .array(event, { minLength: 10, maxLength: 40, size: 'max' })
  .map((list) => list.map(toEvent).sort((a, b) => a.received - b.received));

const END = plus(makeInstant(START), days(70));
const play = (program: Program, events: readonly Event[], options: PlayUntil = {}): Played =>
  playEvents(program, 'u:ada', events, { until: END, ...options });

function beginningOf(program: Program): string {
  const { calendar, condition } = program.live('t')!;
  const extra = condition.opens[0]?.extra;
  return calendar?.kind ?? (extra?.kind === 'membership' ? (extra.member ? 'enters' : 'leaves') : 'event');
}

it('nothing throws, no message twice, storing and repeats change nothing', () => {
  let actions = 0;
  const begun = new Set<string>();
  const each = fc.property(
    fields,
    history,
    fc.integer({ min: -30, max: 30 }),
    fc.array(fc.nat()),
    (made, events, since, again) => {
      const program = programOf(made, since);
      const played = play(program, events);
      expect(play(program, events, { recode: true })).toEqual(played);
      const twice = again.reduce<readonly Event[]>((all, pick) => {
        const at = pick % all.length;
        return [...all.slice(0, at + 1), all[at]!, ...all.slice(at + 1)];
      }, events);
      const repeated = play(program, twice);
      expect([repeated.actions, repeated.recalls]).toEqual([played.actions, played.recalls]);
      expect(new Set(played.actions.map(({ id }) => id)).size).toBe(played.actions.length);
      for (const { decided, ready, expires } of played.actions) expect(decided <= ready && ready < expires).toBe(true);
      actions += played.actions.length;
      if (played.actions.length > 0) begun.add(beginningOf(program));
    },
  );
  fc.assert(each, { numRuns: 500 });
  expect([actions > 40, [...begun].sort()]).toEqual([true, ['date', 'enters', 'event', 'leaves', 'schedule']]);
});

const certainly = (name: string): string => `"${name}" in user.segments || !("${name}" in user.segments)`;
const unknowns = fc.oneof(
  fc.constantFrom<(made: Fields) => Fields>(
    (made) => ({ ...made, if: certainly('nobody') }),
    (made) => ({ ...made, when: [{ every: 'monday 00:00', in: 'nobody' }] }),
    (made) => ({ ...made, when: [{ enters: 'nobody' }] }),
    (made) => ({ ...made, if: `default(user.ok, true) && (${certainly('falling')})` }),
    (made) => ({ ...made, when: [{ every: 'monday 00:00', in: 'rising' }] }),
    (made) => ({ ...made, when: [{ event: OPENER }, { leaves: 'falling' }] }),
  ),
);

it('what rests on a segment that is not there, or warming, writes to nobody', () => {
  const each = fc.property(fields, history, unknowns, (made, events, unknown) => {
    const never = (END - START + 1) as Instant;
    const program = programOf(unknown({ ...made, if: undefined, onRepeat: undefined }), never);
    expect(program.problems).toEqual([]);
    expect(play(program, events, { recode: true }).actions).toEqual([]);
  });
  fc.assert(each, { numRuns: 200 });
});
