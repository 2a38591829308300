import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json, type JsonObject } from '@tripline/kernel';
import { parseTrigger, type Action, type Event } from '@tripline/model';
import { makeTriggerDocument, START } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import { compileTrigger } from '../compile/compile-trigger.js';
import type { Definition } from '../compile/definitions.js';
import { describePerson } from '../person/describe-person.js';
import type { Output } from '../input.js';
import { brief, D, H, SETTLE, Task } from '../one-task.rig.js';
import { DATES_MAX } from '../person/person-state.js';
import { playExamples } from '../play/play.js';
import { makeProgram } from '../compile/program.js';
import { segment } from '../segment/segments.rig.js';

type Fields = { readonly [field: string]: Json | undefined };
const traits = (given: JsonObject, fields: Partial<Event> = {}): Partial<Event> => ({
  type: 'identify',
  traits: given,
  ...fields,
});
const tell = (task: Task, ms: number, given: JsonObject, fields: Partial<Event> = {}): readonly Output[] =>
  task.event(ms, '$identify', {}, traits(given, fields));
const received = (ms: number): Partial<Event> => ({ received: makeInstant(START + ms) });
/** Without what the profile is told. */
const heard = (outputs: readonly Output[]): Json[] => brief(outputs.filter(({ kind }) => kind !== 'profile'));
const of = (when: Json, fields: Fields = {}): Task => Task.of({ by: undefined, when, ...fields });
const definition = (version: number, when: Json, fields: Fields = {}, more: Partial<Definition> = {}): Definition => ({
  ...{ name: 't', version, revision: version, state: 'live' },
  document: makeTriggerDocument({ name: 't', by: undefined, when, ...fields }),
  ...more,
});
/** The same person under other definitions. */
function under(task: Task | undefined, definitions: readonly Definition[]): Task {
  const program = makeProgram(definitions);
  expect(program.problems).toEqual([]);
  const next = new Task(program);
  next.state = task?.state;
  return next;
}
const DATE = [{ date: 'user.ends', as: 'end' }];
/** 11 January. */
const X = 10 * D;
const ENDS = '2026-01-11';
const DAILY = [{ every: 'daily 09:00' }];

describe('a date that is awaited', () => {
  it('is decided by the tick after its settle, not by an event', () => {
    const task = of(DATE);
    expect([heard(tell(task, 0, { ends: ENDS })), task.next]).toEqual([[], X]);
    expect([heard(task.event(X + H, 'a')), heard(task.tick(X + SETTLE - 1)), heard(task.tick(X + SETTLE))]).toEqual([
      [],
      [],
      [['mail', X]],
    ]);
    expect([task.next, heard(tell(task, X + H, { other: 1 })), task.state?.calendar?.dates]).toEqual([
      expect.any(Number),
      [],
      [{ trigger: 't', of: ENDS, told: (START + X) / D }],
    ]);
  });

  it.each([
    [X - 1, X - 1, X],
    [X, X, X],
    [X, X + SETTLE - 1, X],
    [X, X + SETTLE, undefined],
    [X + 1, X + 1, undefined],
  ])('set at %i, told at %i, is awaited for %p: what is past opens nothing, counted', (happened, told, next) => {
    const task = of(DATE);
    expect([heard(tell(task, happened, { ends: ENDS }, received(told))), task.next]).toEqual([
      next === undefined ? ['date-past'] : [],
      next,
    ]);
    expect(task.state?.calendar?.dates ?? []).toHaveLength(next === undefined ? 0 : 1);
  });

  it('takes back what has not gone out when it is another, and what is open', () => {
    const ended = (change: JsonObject): Json[][] => {
      const task = of(DATE);
      tell(task, 0, { ends: ENDS });
      task.tick(X + SETTLE);
      return [heard(tell(task, X + H, change)), [task.next ?? null]];
    };
    expect(ended({ ends: '2026-02-11' })[0]).toEqual([['recall', 'date-changed']]);
    expect(ended({ ends: null })[0]).toEqual([['recall', 'date-changed']]);
    expect(ended({ ends: '2026-01-11' })[0]).toEqual([]);
    expect(ended({ ends: 'never' })[0]).toEqual([['recall', 'date-changed'], 'date-unknown']);
    const waiting = of(DATE, { do: [{ id: 'mail', email: 'm' }, { wait: { for: '5d' } }, { id: 'last', email: 'm' }] });
    tell(waiting, 0, { ends: ENDS });
    const [mail] = waiting.tick(X + SETTLE);
    waiting.outcome(X + SETTLE, mail, 'sent');
    expect(waiting.next).toBe(X + SETTLE + 5 * D);
    tell(waiting, X + D, { ends: '2026-02-11' });
    expect([waiting.state?.runs, waiting.next]).toEqual([[], 41 * D]);
  });

  it('is the same where it is only written otherwise', () => {
    const task = of(DATE);
    tell(task, 0, { ends: '2026-01-11T00:00:00Z' });
    task.tick(X + SETTLE);
    expect(heard(tell(task, X + H, { ends: '2026-01-11T01:00:00+01:00' }))).toEqual([]);
  });

  it('is taken back by a change that comes after its tick was due as if the tick had been on time', () => {
    const task = of(DATE);
    tell(task, 0, { ends: ENDS });
    tell(task, X + D, { ends: '2026-02-11' });
    expect(heard(task.tick(X + 2 * D))).toEqual([
      ['recall', 'date-changed'],
      ['mail', X],
    ]);
  });

  it('counts a change that would have prevented what is gone', () => {
    const task = of(DATE, { do: [{ id: 'mail', email: 'm' }, { wait: { for: '5d' } }, { id: 'last', email: 'm' }] });
    tell(task, 0, { ends: ENDS });
    const [mail] = task.tick(X + SETTLE);
    task.outcome(X + SETTLE, mail, 'sent');
    expect(heard(tell(task, X - H, { ends: null }, received(X + D)))).toEqual(['late-cancel']);
  });

  it('is told by an import for what is to come, and opens nothing for what is past', () => {
    const task = of(DATE);
    expect(heard(tell(task, 0, { ends: '2025-01-01' }, { historical: true }))).toEqual(['date-past']);
    expect([heard(tell(task, D, { ends: ENDS }, { historical: true })), task.next]).toEqual([[], X]);
  });

  it('moves with the zone of the person, unless its instant has come; no date is told twice', () => {
    const when = [{ date: 'user.ends', at: '09:00', zone: 'user' }];
    const moved = (...zones: [number, string][]): [number | undefined, Task] => {
      const task = of(when);
      tell(task, 0, { ends: ENDS, timezone: 'Europe/Berlin' });
      for (const [ms, timezone] of zones) tell(task, ms, { timezone });
      return [task.next, task];
    };
    const berlin = X + 8 * H;
    expect(moved()[0]).toBe(berlin);
    expect(moved([D, 'America/New_York'])[0]).toBe(X + 14 * H);
    expect(moved([D, 'nowhere'])[0]).toBe(X + 9 * H);
    expect(moved([berlin, 'America/New_York'])[0]).toBe(berlin);
    expect(moved([berlin - 1, 'America/New_York'])[0]).toBe(X + 14 * H);
    expect(moved([berlin - 1, 'Asia/Tokyo'])[0]).toBeUndefined();
    const [, task] = moved();
    task.tick(berlin + SETTLE);
    tell(task, berlin + H, { timezone: 'America/New_York' });
    expect(heard(task.tick(X + D))).toEqual([]);
  });

  it('says under its alias when it is, and which date', () => {
    const task = of([{ date: 'user.ends', before: '3d', at: '09:00', as: 'end' }], {
      do: [
        { id: 'mail', email: 'm', with: { at: 'end.at', day: 'end.date' } },
        { wait: { for: '2d', since: 'end' } },
        { id: 'last', email: 'm' },
      ],
    });
    tell(task, 0, { ends: '2026-01-14T20:00:00Z' });
    const [mail] = task.tick(X + 9 * H + SETTLE);
    expect((mail as Action).data).toEqual({ at: '2026-01-11T09:00:00.000Z', day: '2026-01-14' });
    task.outcome(X + 10 * H, mail, 'sent');
    expect(task.next).toBe(X + 2 * D + 9 * H);
  });

  it('comes every year, each its own run', () => {
    const task = of([{ date: 'user.born', yearly: true }]);
    tell(task, 0, { born: '2000-01-11' });
    const runs = [X, X + 365 * D].flatMap((at) => task.tick(at + SETTLE).flatMap((o) => (o.kind === 'action' ? [o.run] : [])));
    const [dated] = task.state?.calendar?.dates ?? [];
    expect([new Set(runs).size, dated?.next?.at]).toEqual([2, START + X + 730 * D]);
  });
});

describe('what comes after a date or a schedule', () => {
  it('counts from its instant, with what happened before the tick', () => {
    const task = of([...DATE, { not: 'order', for: '1d' }], { exit: [{ event: 'left' }, { is: 'user.blocked' }] });
    tell(task, 0, { ends: ENDS });
    task.tick(X + SETTLE);
    expect(task.next).toBe(X + D);
    expect(heard(task.tick(X + D + SETTLE))).toEqual([['mail', X + D]]);
    const bought = (ms: number): Json[] => {
      const other = of([...DATE, { not: 'order', for: '1d' }]);
      tell(other, 0, { ends: ENDS });
      other.event(ms, 'order');
      return heard(other.tick(X + D + SETTLE));
    };
    expect([bought(X - 1), bought(X), bought(X + 1)]).toEqual([[['mail', X + D]], [], []]);
  });

  it('is not decided before its own settle is over', () => {
    const task = of([...DATE, { not: 'order', for: '5s' }]);
    tell(task, 0, { ends: ENDS });
    expect([heard(task.tick(X + SETTLE)), task.next]).toEqual([[], X + 5_000]);
    task.event(X + 3_000, 'order', {}, received(X + SETTLE + 2_000));
    expect(heard(task.tick(X + D))).toEqual([]);
  });

  it('may be an event, also one that came before the tick', () => {
    const task = of([...DATE, { event: 'login', within: '1d' }]);
    tell(task, 0, { ends: ENDS });
    expect(heard(task.event(X + 1, 'login'))).toEqual([]);
    expect(heard(task.tick(X + SETTLE))).toEqual([['mail', X + 1]]);
  });

  it('is ended by exits, also by one that came before the tick', () => {
    const left = (ms: number): Json[] => {
      const task = of(DATE, { exit: [{ event: 'left' }] });
      tell(task, 0, { ends: ENDS });
      task.event(ms, 'left');
      return heard(task.tick(X + SETTLE));
    };
    expect([left(X - 1), left(X)]).toEqual([[['mail', X]], ['opening-exited']]);
    const blocked = of([...DATE, { not: 'order', for: '1d' }], { exit: [{ is: 'user.blocked' }] });
    tell(blocked, 0, { ends: ENDS, blocked: true });
    expect([heard(blocked.tick(X + SETTLE)), blocked.state?.runs]).toEqual([['run-exited'], []]);
  });

  it('overlaps with the next occurrence, also at the same instant', () => {
    const steps = [{ id: 'mail', email: 'm' }, { wait: { for: '1d' } }, { id: 'last', email: 'm' }];
    const task = of([{ every: 'daily 09:00' }, { not: 'a', for: '2d' }], { do: steps });
    tell(task, 0, { x: 1 });
    const at = (day: number): number => day * D + 9 * H;
    const fired = [0, 1, 2, 3, 4].map((day) => heard(task.tick(at(day) + SETTLE)));
    expect(fired).toEqual([[], [], [['mail', at(2)]], [['mail', at(3)]], [['mail', at(4)]]]);
  });

  it('is limited like any other', () => {
    const task = of(DAILY, { limit: { runs: 1, per: '2d' } });
    tell(task, 0, { x: 1 });
    const fired = [0, 1, 2, 3].map((day) => {
      const at = day * D + 9 * H + SETTLE;
      const outputs = task.tick(at);
      for (const output of outputs) if (output.kind === 'action') task.outcome(at, output, 'sent');
      return heard(outputs);
    });
    expect(fired).toEqual([[['mail', 9 * H]], ['run-limited'], [['mail', 2 * D + 9 * H]], ['run-limited']]);
  });
});

describe('a schedule', () => {
  it('fires what a late tick finds, each at its own instant', () => {
    const task = of(DAILY);
    tell(task, 0, { x: 1 });
    expect(heard(task.tick(3 * D)).filter(Array.isArray)).toEqual([0, 1, 2].map((day) => ['mail', day * D + 9 * H]));
  });

  it.each([
    [9 * H - 1, 9 * H - 1, 9 * H],
    [9 * H, 9 * H + SETTLE - 1, 9 * H],
    [9 * H, 9 * H + SETTLE, D + 9 * H],
    [9 * H + 1, 9 * H + 1, D + 9 * H],
  ])('begins with the first event of a person: at %i, told at %i, it waits for %i', (happened, told, next) => {
    const task = of(DAILY);
    tell(task, happened, { x: 1 }, received(told));
    expect(task.next).toBe(next);
  });

  it('is not told twice on one day to who travels', () => {
    const task = of([{ every: 'daily 09:00', zone: 'user' }]);
    tell(task, 0, { timezone: 'Europe/Berlin' });
    expect(heard(task.tick(8 * H + SETTLE))).toEqual([['mail', 8 * H]]);
    tell(task, 10 * H, { timezone: 'America/New_York' });
    expect(heard(task.tick(D + 14 * H - 1))).toEqual([]);
    expect(heard(task.tick(D + 14 * H + SETTLE))).toEqual([['mail', D + 14 * H]]);
  });

  it('for a segment that is not known is told to nobody, counted', () => {
    const task = of([{ every: 'daily 09:00', in: 'vip' }]);
    tell(task, 0, { x: 1 });
    expect([heard(task.tick(9 * H + SETTLE)), task.next]).toEqual([['member-unknown'], D + 9 * H]);
  });

  it('is told to who is in the segment when it comes round, as a tick on time finds them, however late it is', () => {
    const at = (ms: number) => ({ since: makeInstant(START + ms), revision: 2, name: 'quiet' });
    const quiet = { kind: 'segment', name: 'quiet', let: { n: { count: 'order', within: '10h' } }, where: 'n == 0' };
    const scheduled = definition(1, [{ every: 'daily 09:00', in: 'quiet' }]);
    const daily = () => under(undefined, [segment(quiet, at(0)), scheduled]);
    const late = daily();
    tell(late, 0, { x: 1 });
    expect(heard(late.tick(12 * H))).toEqual(['member-unknown']);
    expect(heard(late.tick(D + 12 * H))).toEqual([['mail', D + 9 * H]]);
    const ordered = daily();
    tell(ordered, 0, { x: 1 });
    ordered.event(D + 9 * H - 1, 'order');
    expect(heard(ordered.tick(D + 12 * H))).toEqual(['member-unknown']);
    ordered.event(2 * D + 8 * H, 'order');
    expect(heard(ordered.tick(2 * D + 12 * H))).toEqual([]);
    expect(heard(ordered.tick(3 * D + 12 * H))).toEqual([['mail', 3 * D + 9 * H]]);
  });

  it('makes nobody known by an event that says nothing', () => {
    const task = of(DAILY);
    task.event(0, 'page.viewed');
    expect(task.state).toBeUndefined();
  });
});

describe('dates under other versions', () => {
  const asked = (version: number, fields: JsonObject, more: Partial<Definition> = {}): Definition =>
    definition(version, [{ date: 'user.ends', ...fields }], {}, more);

  it('are awaited as the live version says, from when the person is next touched', () => {
    let task = under(undefined, [asked(1, {})]);
    tell(task, 0, { ends: ENDS });
    task = under(task, [asked(1, {}, { state: 'draining' }), asked(2, { at: '09:00' }, { since: makeInstant(START + D) })]);
    expect(task.next).toBe(X);
    tell(task, 2 * D, { x: 1 });
    expect(task.next).toBe(X + 9 * H);
    expect(task.tick(X + D)).toMatchObject([{ kind: 'action', version: 2, decided: START + X + 9 * H }]);
  });

  it('that were told are not told again, whatever a new version asks of them', () => {
    let task = under(undefined, [asked(1, {})]);
    tell(task, 0, { ends: ENDS });
    task.tick(X + SETTLE);
    task = under(task, [asked(2, { after: '3d' })]);
    tell(task, X + D, { x: 1 });
    expect(heard(task.tick(X + 5 * D)).filter(Array.isArray)).toEqual([]);
  });

  it('do not lose what is pending to the publication of another trigger', () => {
    let task = under(undefined, [asked(1, {})]);
    tell(task, 0, { ends: ENDS });
    const other = { ...definition(1, DAILY, { name: 'other' }), name: 'other' };
    task = under(task, [asked(1, {}), { ...other, since: makeInstant(START + X + SETTLE) }]);
    expect(heard(task.tick(X + SETTLE))).toEqual([['mail', X]]);
    expect(task.state?.calendar?.dates.map(({ trigger }) => trigger).sort()).toEqual(['other', 't']);
  });

  it('end with their trigger', () => {
    let task = under(undefined, [asked(1, {})]);
    tell(task, 0, { ends: ENDS });
    task = under(task, [asked(1, {}, { state: 'withdrawn' })]);
    expect([heard(task.tick(X + SETTLE)), task.next, task.state?.calendar]).toEqual([[], undefined, undefined]);
  });

  it('take back the runs of a version that drains, too', () => {
    let task = under(undefined, [asked(1, {})]);
    tell(task, 0, { ends: ENDS });
    task.tick(X + SETTLE);
    task = under(task, [asked(1, {}, { state: 'draining' }), asked(2, { before: '1d' })]);
    expect(heard(tell(task, X + H, { ends: '2026-02-11' }))).toEqual([['recall', 'date-changed']]);
    expect(task.state?.calendar?.dates).toMatchObject([{ next: { at: START + 40 * D } }]);
  });

  it('are not moved by a version that only drains', () => {
    const fixed = asked(2, { at: '09:00', zone: 'Europe/Berlin' });
    const task = under(undefined, [asked(1, { at: '09:00', zone: 'user' }, { state: 'draining' }), fixed]);
    tell(task, 0, { ends: ENDS });
    tell(task, D, { timezone: 'America/New_York' });
    expect(task.next).toBe(X + 8 * H);
  });

  it('are asked for by the live version alone', () => {
    const task = under(undefined, [asked(1, {}, { state: 'draining' }), asked(2, {})]);
    expect(heard(tell(task, 0, { ends: '2025-01-01' }))).toEqual(['date-past']);
  });

  it('stay where they are when the zone of the program is another', () => {
    const task = under(undefined, [asked(1, { at: '09:00' })]);
    tell(task, 0, { ends: ENDS });
    const moved = new Task(makeProgram([asked(1, { at: '09:00' })], { zone: 'Asia/Tokyo' }));
    moved.state = task.state;
    tell(moved, D, { x: 1 });
    expect([task.next, moved.next]).toEqual([X + 9 * H, X + 9 * H]);
  });

  it('know nothing from before the version was published', () => {
    const task = under(undefined, [definition(1, DAILY, {}, { since: makeInstant(START + 5 * D) })]);
    tell(task, 0, { x: 1 });
    expect(task.next).toBe(5 * D + 9 * H);
  });

  it('are so many a person, and no more', () => {
    const many = Array.from({ length: DATES_MAX + 1 }, (_, i) => {
      const name = `t${i}`;
      return { ...definition(1, DATE, { name }), name };
    });
    const task = under(undefined, many);
    expect(heard(tell(task, 0, { ends: ENDS }))).toEqual(['dates-full']);
    expect(task.state?.calendar?.dates).toHaveLength(DATES_MAX);
    expect(heard(task.tick(X + SETTLE)).filter(Array.isArray)).toHaveLength(DATES_MAX);
  });
});

describe('dates for people to read', () => {
  it('stand with what is awaited, until when', () => {
    const task = of([{ date: 'user.born', before: '1d', yearly: true }]);
    tell(task, 0, { born: '2000-01-12' });
    const dates = (): unknown => describePerson(task.program, task.person, task.state!)['dates'];
    const until = { day: '2026-01-12', until: '2026-01-11T00:00:00.000Z', decidedAt: '2026-01-11T00:00:10.000Z' };
    expect(dates()).toEqual([{ trigger: 't', of: '2000-01-12', ...until }]);
    task.tick(X + SETTLE);
    expect(dates()).toMatchObject([{ told: '2026-01-12', day: '2027-01-12' }]);
  });

  it('are traced when they are awaited, told and taken back', () => {
    const task = of(DATE);
    const traced: string[] = [];
    const apply = (input: Parameters<typeof advance>[3]): void => {
      task.state = advance(task.program, task.person, task.state, input, ({ what }) => void traced.push(what)).state;
    };
    tell(task, 0, { ends: '2026-03-01' });
    const clock = makeInstant(START + X + SETTLE);
    const event = (id: string, ends: string): Event =>
      ({
        ...traits({ ends }),
        id,
        name: '$identify',
        person: 'u:ada',
        timestamp: START,
        received: START,
        properties: {},
      }) as Event;
    apply({ kind: 'event', event: event('one', ENDS), clock });
    apply({ kind: 'timer', due: clock, clock });
    apply({ kind: 'event', event: { ...event('two', '2026-03-01'), timestamp: clock, received: clock }, clock });
    expect(traced).toEqual([
      ...['date.awaited', 'date.awaited', 'attempt.opened', 'attempt.complete', 'fired'],
      ...['date.changed', 'run.ended', 'date.awaited'],
    ]);
  });
});

describe('a document', () => {
  const problems = (fields: Fields): string[] => {
    const parsed = parseTrigger(makeTriggerDocument({ by: undefined, ...fields }));
    const compiled = parsed.ok ? compileTrigger(parsed.value) : parsed;
    return compiled.ok ? [] : compiled.problems.map(({ path, message }) => `${path}: ${message}`);
  };

  it('says in which way a date or a schedule cannot be meant', () => {
    expect(problems({ when: DATE, by: 'cart' })).toEqual(['by: a date or a schedule is of a person: it knows no `by`']);
    expect(problems({ when: [{ every: 'daily 09:00', zone: 'Mars/Olympus' }] })[0]).toMatch(
      /^when\.0\.zone: there is no time zone/,
    );
    expect(problems({ when: DATE, onRepeat: 'restart' })[0]).toMatch(/^onRepeat: each occurrence/);
    expect(problems({ when: DATE, onRepeat: 'parallel' })).toEqual([]);
  });

  it('plays its examples to the end they name, and for a year where a schedule has none', () => {
    const document = (until: JsonObject): JsonObject =>
      makeTriggerDocument({
        ...{ name: 't', by: undefined, when: [{ every: '1st 09:00' }] },
        examples: [
          {
            ...{ name: 'a', ...until, events: [{ at: '0s', event: '$identify', traits: { x: 1 } }] },
            expect: [
              { at: '9h', step: 'mail' },
              { at: '31d9h', step: 'mail' },
            ],
          },
        ],
      });
    expect(playExamples(document({ until: '40d' }))).toMatchObject({ ok: true, value: [{ ok: true }] });
    const long = playExamples(document({}));
    expect(long.ok && long.value[0]?.actual).toHaveLength(13);
  });
});
