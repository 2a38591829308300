import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json } from '@tripline/kernel';
import { parseTrigger } from '@tripline/model';
import { makeTriggerDocument } from '@tripline/testing-builders';
import fc from 'fast-check';
import type { CalendarPart, DatePart, SchedulePart } from '../compile/calendar-part.js';
import { formatDay } from './civil-day.js';
import { compileTrigger } from '../compile/compile-trigger.js';
import { parseDate } from './date-value.js';
import { nextOfDate, nextOfSchedule } from './occurrence.js';
import { calendarDays, DAY, dayOf, FROM, MINUTE, UNTIL, wallOf, ZONES } from './wall-clock.rig.js';
import { mustFindZone } from './zones.js';

function part(element: Json): CalendarPart {
  const parsed = parseTrigger(makeTriggerDocument({ by: undefined, when: [element] }));
  const compiled = parsed.ok ? compileTrigger(parsed.value) : parsed;
  expect(compiled).toMatchObject({ ok: true });
  return compiled.ok ? compiled.value.calendar! : (undefined as never);
}

const time = fc.nat({ max: 47 }).map((half) => half * 30);
const textOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const ORDINALS: Readonly<Record<string, number>> = {
  '1st': 1,
  '2nd': 2,
  '13th': 13,
  '29th': 29,
  '30th': 30,
  '31st': 31,
  last: 31,
};
const some = (words: readonly string[]) => fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 3 });
const days = fc.oneof(fc.constant(['daily']), some(WEEKDAYS), some(Object.keys(ORDINALS)));
const DAYS = calendarDays();
const EDGE = fc.constantFrom(-1, 0, 1);
/** Room at both ends for shifts and offsets. */
const ROOM = 75 * DAY;
const minuteOfWorld = fc.integer({ min: FROM / MINUTE + ROOM, max: UNTIL / MINUTE - ROOM });

describe('a schedule comes round', () => {
  /** Every day of the calendar that is one of those, at the time when the wall first shows it. */
  const onTheWall = (words: readonly string[], minute: number, zone: string): number[] =>
    DAYS.filter(({ iso, weekday, isLast }) =>
      words.some((word) => {
        const date = ORDINALS[word];
        if (date === undefined) return word === 'daily' || word === weekday;
        const own = Number(iso.slice(8));
        return own === date || (isLast && own < date);
      }),
    ).flatMap(({ day }) => wallOf(zone).firstShown(day * DAY + minute) ?? []);

  it('as an oracle says that walks through the minutes of the wall', () => {
    fc.assert(
      fc.property(days, time, fc.constantFrom(...ZONES), minuteOfWorld, EDGE, (words, minute, zone, from, ms) => {
        const schedule = part({ every: `${words.join(',')} ${textOf(minute)}` }) as SchedulePart;
        const all = onTheWall(words, minute, zone);
        const exact = all.find((at) => at >= from * MINUTE)!;
        for (const at of [makeInstant(from * MINUTE + ms), makeInstant(exact + ms)])
          expect(nextOfSchedule(schedule, mustFindZone(zone), at).at).toBe(all.find((each) => each >= at));
      }),
      { numRuns: 500 },
    );
  });

  it('not again on a day that was told', () => {
    const daily = part({ every: 'daily 09:00' }) as SchedulePart;
    const from = makeInstant(Date.parse('2016-05-04T01:00:00Z'));
    const next = (told?: string) =>
      formatDay(nextOfSchedule(daily, mustFindZone('UTC'), from, (told && dayOf(told)) || undefined).day);
    expect([next(), next('2016-05-03'), next('2016-05-04')]).toEqual(['2016-05-04', '2016-05-04', '2016-05-05']);
  });
});

describe('a date comes round', () => {
  const date = fc.integer({ min: 0, max: DAYS.length - 1 }).map((i) => DAYS[i]!.iso);
  const instant = minuteOfWorld.map((minute) => new Date(minute * MINUTE).toISOString());
  const shift = fc.option(fc.integer({ min: -35, max: 35 }), { nil: 0 });
  const at = fc.option(time, { nil: undefined });
  const element = (days: number, minute: number | undefined, yearly: boolean): Json => ({
    date: 'user.d',
    ...(days === 0 ? {} : { [days < 0 ? 'before' : 'after']: `${Math.abs(days)}d` }),
    ...(minute === undefined ? {} : { at: textOf(minute) }),
    ...(yearly ? { yearly } : {}),
  });

  /** Where the wall of the zone shows the date's day, so many days on, at that time. */
  const onTheWall = (value: string, zone: string, days: number, minute: number | undefined): number | undefined => {
    const wall = wallOf(zone);
    if (value.length === 10) return wall.firstShown((dayOf(value) + days) * DAY + (minute ?? 0));
    if (days === 0 && minute === undefined) return Date.parse(value);
    const shown = wall.shownAt(Date.parse(value) / MINUTE);
    const day = Math.floor(shown / DAY);
    return wall.firstShown((day + days) * DAY + (minute ?? shown - day * DAY));
  };

  it('once, as the wall says', () => {
    fc.assert(
      fc.property(fc.oneof(date, instant), fc.constantFrom(...ZONES), shift, at, EDGE, (value, zone, days, minute, ms) => {
        const expected = onTheWall(value, zone, days, minute);
        fc.pre(expected !== undefined);
        const found = nextOfDate(
          part(element(days, minute, false)) as DatePart,
          parseDate(value)!,
          mustFindZone(zone),
          makeInstant(expected + ms),
        );
        expect(found?.at).toBe(ms > 0 ? undefined : expected);
      }),
      { numRuns: 500 },
    );
  });

  it('every year on its month and day, 29 February on the 28th of other years', () => {
    const yearly = (value: string, from: string, zone = 'UTC', fields: object = {}): string => {
      const found = nextOfDate(
        { ...(part(element(0, 540, true)) as DatePart), ...fields },
        parseDate(value)!,
        mustFindZone(zone),
        makeInstant(Date.parse(from)),
      );
      return `${formatDay(found!.day)} at ${new Date(found!.at).toISOString().slice(0, 16)}`;
    };
    expect(yearly('1990-05-01', '2026-01-01')).toBe('2026-05-01 at 2026-05-01T09:00');
    expect(yearly('1990-05-01', '2026-05-01T09:00:00.001Z')).toBe('2027-05-01 at 2027-05-01T09:00');
    expect(yearly('1988-02-29', '2026-01-01')).toBe('2026-02-28 at 2026-02-28T09:00');
    expect(yearly('1988-02-29', '2028-01-01')).toBe('2028-02-29 at 2028-02-29T09:00');
    expect(yearly('1988-02-29', '2100-01-01')).toBe('2100-02-28 at 2100-02-28T09:00');
    expect(yearly('2000-01-01', '2026-06-01', 'UTC', { days: -3 })).toBe('2027-01-01 at 2026-12-29T09:00');
    expect(yearly('2000-12-31', '2026-01-01', 'UTC', { days: 3 })).toBe('2025-12-31 at 2026-01-03T09:00');
    expect(yearly('2000-12-31T20:00:00Z', '2026-06-01', 'Asia/Tokyo')).toBe('2027-01-01 at 2027-01-01T00:00');
    expect(yearly('2030-05-01', '2026-01-01')).toBe('2030-05-01 at 2030-05-01T09:00');
    expect(yearly('0001-12-24', '2026-01-01')).toBe('2026-12-24 at 2026-12-24T09:00');
  });

  it('every year as the wall says', () => {
    const birth = fc.tuple(
      fc.constantFrom('1980', '1999', '2015'),
      fc.constantFrom('-02-28', '-03-01', '-12-31', '-01-01', '-10-30', '-03-27'),
    );
    const values = fc.oneof(
      birth.map(([year, day]) => year + day),
      fc.constantFrom('1988-02-29', '2000-02-29'),
    );
    fc.assert(
      fc.property(
        values,
        fc.constantFrom(...ZONES),
        shift,
        time,
        minuteOfWorld,
        EDGE,
        (value, zone, days, minute, minutes, ms) => {
          const all = ['2015', '2016', '2017'].flatMap((year) => {
            const own = value.endsWith('-02-29') && year !== '2016' ? `${year}-02-28` : year + value.slice(4);
            const day = DAYS.find(({ iso }) => iso === own);
            return day === undefined ? [] : (wallOf(zone).firstShown((day.day + days) * DAY + minute) ?? []);
          });
          const near = all.find((at) => at >= minutes * MINUTE);
          fc.pre(near !== undefined);
          for (const from of [minutes * MINUTE, near + ms]) {
            const expected = all.find((at) => at >= from);
            if (expected === undefined) continue;
            const found = nextOfDate(
              part(element(days, minute, true)) as DatePart,
              parseDate(value)!,
              mustFindZone(zone),
              makeInstant(from),
            );
            expect(found?.at).toBe(expected);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
