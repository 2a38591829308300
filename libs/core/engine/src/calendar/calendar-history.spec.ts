import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { makeEvent, makeTriggerDocument } from '@tripline/testing-builders';
import fc from 'fast-check';
import { advance } from '../advance.js';
import type { PersonState } from '../person/person-state.js';
import { playEvents } from '../play/play.js';
import { makeProgram, type Program } from '../compile/program.js';
import { DAY, dayOf, isoOf, MINUTE, wallOf } from './wall-clock.rig.js';

/**
 * Whole histories of a person's dates and zones against an oracle that shares no code with the engine: it looks at every minute at which
 * any date of the history could come round in any zone of it, and asks what of the history was known, and true, then.
 */
const SETTLE = 10_000;
const END = Date.parse('2017-03-10T00:00:00Z');
const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Pacific/Auckland'];
/** Leap day, year's end, changes of clocks north and south. */
const AROUND = ['2016-01-01', '2016-02-29', '2016-03-27', '2016-04-03', '2016-10-16', '2016-10-30', '2016-12-31'];
type Told = { readonly at: number; readonly received: number; readonly d?: string | null; readonly timezone?: string | null };
/** `turn`: its place among what came. */
type Change = { readonly at: number; readonly turn: number; readonly value: string | null };
type Asked = { readonly days: number; readonly minute: number | undefined; readonly yearly: boolean };

const textOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const program = (when: Json): Program => {
  const document = makeTriggerDocument({ name: 't', by: undefined, when: [when] });
  const made = makeProgram([{ name: 't', version: 1, revision: 1, state: 'live', document }]);
  expect(made.problems).toEqual([]);
  return made;
};
const elementOf = ({ days, minute, yearly }: Asked): Json => ({
  ...{ date: 'user.d', zone: 'user', yearly },
  ...(days === 0 ? {} : { [days < 0 ? 'before' : 'after']: `${Math.abs(days)}d` }),
  ...(minute === undefined ? {} : { at: textOf(minute) }),
});
const eventOf = ({ at, received, ...traits }: Told, i: number): Event =>
  makeEvent({
    ...{ id: `e${i}`, name: '$identify', type: 'identify', traits: traits },
    ...{ timestamp: makeInstant(at), received: makeInstant(received) },
  });
const firings = (p: Program, history: readonly Told[]): number[] =>
  playEvents(p, 'u:ada', history.map(eventOf), { recode: true, until: makeInstant(END) }).actions.map((a) => a.decided);

/** What a trait was, by the events that had come before `by`: changes in the order they came, an older one only where there was nothing. */
function changesOf(history: readonly Told[], trait: 'd' | 'timezone', by: number): Change[] {
  const changes: Change[] = [];
  const now = { d: null as string | null, timezone: null as string | null };
  let newest = 0;
  for (const [turn, each] of history.filter(({ received }) => received < by).entries()) {
    let changed = false;
    for (const name of ['d', 'timezone'] as const) {
      const value = each[name];
      if (value === undefined || value === now[name] || (each.at < newest && now[name] !== null)) continue;
      now[name] = value;
      changed = true;
      if (name === trait) changes.push({ at: each.at, turn, value });
    }
    if (changed) newest = Math.max(newest, each.at);
  }
  return changes;
}

/** When the wall of a zone shows that date, shifted, at that time; of a yearly one in each year. */
function roundsOf(value: string, zone: string, { days, minute, yearly }: Asked): { at: number; year: string }[] {
  const own = value.slice(0, 4);
  return ['2015', '2016', '2017'].flatMap((year) => {
    if (yearly ? year < own : year !== own) return [];
    const day = year + value.slice(4);
    const isMissing = isoOf(dayOf(day)) !== day;
    const at = wallOf(zone).firstShown((dayOf(isMissing ? `${year}-02-28` : day) + days) * DAY + (minute ?? 0));
    return at === undefined ? [] : [{ at, year }];
  });
}

function oracle(history: readonly Told[], asked: Asked): number[] {
  const values = history.flatMap(({ d }) => d ?? []);
  const zones = ['UTC', ...history.flatMap(({ timezone }) => timezone ?? [])];
  const minutes = values.flatMap((value) => zones.flatMap((zone) => roundsOf(value, zone, asked).map(({ at }) => at)));
  const told = new Map<string, string>();
  return [...new Set(minutes)]
    .sort((a, b) => a - b)
    .filter((at) => {
      const dates = changesOf(history, 'd', at + SETTLE);
      const last = dates.at(-1);
      if (last === undefined || last.value === null || at + SETTLE > END) return false;
      const moves = changesOf(history, 'timezone', at + SETTLE);
      const known = moves.filter((each) => each.at < at || each.turn <= last.turn);
      const isToldOf = last.at <= at || known.some(({ turn }) => turn > last.turn);
      const meanwhile = moves.filter((each) => each.at === at && each.turn > last.turn);
      const zonesAt = [...(isToldOf ? [known.at(-1)] : []), ...meanwhile].map((each) => each?.value ?? 'UTC');
      const round = zonesAt.flatMap((zone) => roundsOf(last.value ?? '', zone, asked)).find((each) => each.at === at);
      const reign = `${dates.length}`;
      if (round === undefined || (told.get(reign) ?? '') >= round.year) return false;
      told.set(reign, round.year);
      return true;
    });
}

const asked: fc.Arbitrary<Asked> = fc.record({
  days: fc.constantFrom(0, -1, -3, 2),
  minute: fc.constantFrom(undefined, 0, 30, 120, 150, 540, 1_439),
  yearly: fc.constant(false),
});
const near = (center: string) =>
  fc.record({
    minutes: fc.integer({ min: -5 * DAY, max: 3 * DAY }),
    late: fc.constantFrom(0, 0, 0, 1, SETTLE - 1, SETTLE, SETTLE + 1, 3_600_000),
    d: fc.constantFrom(undefined, null, ...[-2, 0, 0, 1].map((shift) => isoOf(dayOf(center) + shift))),
    timezone: fc.constantFrom(undefined, undefined, null, ...ZONES),
    /** Moved to where one of the dates comes round, to the millisecond. */
    edge: fc.option(fc.record({ pick: fc.nat(), ms: fc.constantFrom(-SETTLE, -1, 0, 1, SETTLE - 1, SETTLE, SETTLE + 1) }), {
      freq: 2,
    }),
  });
const histories = (asks: fc.Arbitrary<Asked>) =>
  fc
    .tuple(
      asks,
      fc
        .constantFrom(...AROUND)
        .chain((center) => fc.tuple(fc.constant(center), fc.array(near(center), { minLength: 1, maxLength: 7 }))),
    )
    .map(([ask, [center, events]]) => {
      const values = events.flatMap(({ d }) => d ?? []);
      const zones = ['UTC', ...events.flatMap(({ timezone }) => timezone ?? [])];
      const rounds = values.flatMap((value) => zones.flatMap((zone) => roundsOf(value, zone, ask).map(({ at }) => at)));
      const history = events.map(({ minutes, late, d, timezone, edge }): Told => {
        const there = edge === null || rounds.length === 0 ? undefined : (rounds[edge.pick % rounds.length] as number) + edge.ms;
        const at = there ?? (dayOf(center) * DAY + minutes) * MINUTE;
        return { at, received: at + late, ...(d === undefined ? {} : { d }), ...(timezone === undefined ? {} : { timezone }) };
      });
      return { ask, history: history.sort((a, b) => a.received - b.received || a.at - b.at) };
    });

describe('the dates of a person', () => {
  it('come round as the whole history says, set, changed and cleared in any order, early and late', () => {
    fc.assert(
      fc.property(histories(asked), ({ ask, history }) => {
        expect(firings(program(elementOf(ask)), history)).toEqual(oracle(history, ask));
      }),
      { numRuns: 1_000 },
    );
  });

  it('and every year', () => {
    fc.assert(
      fc.property(histories(asked.map((each) => ({ ...each, yearly: true }))), ({ ask, history }) => {
        expect(firings(program(elementOf(ask)), history)).toEqual(oracle(history, ask));
      }),
      { numRuns: 300 },
    );
  });

  it('come round the same where the ticks are late and zones change meanwhile', () => {
    fc.assert(
      fc.property(histories(asked), ({ ask, history: all }) => {
        const date = all.find(({ d }) => typeof d === 'string')?.d;
        const history = all.map(({ at, received, timezone }, i): Told => ({
          ...{ at, received },
          ...(timezone === undefined ? {} : { timezone }),
          ...(i === 0 && date !== undefined ? { d: date } : {}),
        }));
        const p = program(elementOf(ask));
        const state = history
          .map(eventOf)
          .reduce<PersonState | undefined>(
            (before, event) => advance(p, 'u:ada', before, { kind: 'event', event, clock: event.received }).state,
            undefined,
          );
        const due = makeInstant(END);
        const { outputs } = advance(p, 'u:ada', state, { kind: 'timer', due, clock: due });
        const late = outputs.flatMap((o) => (o.kind === 'action' ? [o.decided] : []));
        expect(late).toEqual(firings(p, history));
      }),
      { numRuns: 500 },
    );
  });
});
