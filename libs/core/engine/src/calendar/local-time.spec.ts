import { describe, expect, it } from '@jest/globals';
import { makeInstant, parseInstant, type Instant } from '@tripline/kernel';
import fc from 'fast-check';
import { minuteOf, nextLocalTime } from './local-time.js';
import { findZone, mustFindZone } from './zones.js';

const next = (zone: string, from: string, time: string): string =>
  new Date(nextLocalTime(mustFindZone(zone), parseInstant(from)!, minuteOf(time))).toISOString();

describe('the next such local time', () => {
  it.each([
    // Berlin, spring: 02:00 to 03:00 on 29 March 2026 does not exist.
    ['Europe/Berlin', '2026-03-28T23:00:00Z', '02:30', '2026-03-29T01:00:00.000Z', 'the first instant after the gap'],
    ['Europe/Berlin', '2026-03-28T23:00:00Z', '02:00', '2026-03-29T01:00:00.000Z', 'the first minute of the gap'],
    ['Europe/Berlin', '2026-03-28T23:00:00Z', '01:59', '2026-03-29T00:59:00.000Z', 'the last minute before it'],
    ['Europe/Berlin', '2026-03-28T23:00:00Z', '03:00', '2026-03-29T01:00:00.000Z', 'the first minute after it'],
    ['Europe/Berlin', '2026-03-29T01:00:00.001Z', '02:30', '2026-03-30T00:30:00.000Z', 'a gap that is over: tomorrow'],
    // Autumn: 02:00 to 03:00 on 25 October 2026 occurs twice.
    ['Europe/Berlin', '2026-10-24T22:00:00Z', '02:30', '2026-10-25T00:30:00.000Z', 'the first of the two'],
    ['Europe/Berlin', '2026-10-25T00:30:00.001Z', '02:30', '2026-10-26T01:30:00.000Z', 'not the second'],
    ['Europe/Berlin', '2026-10-25T00:59:00Z', '03:00', '2026-10-25T02:00:00.000Z', 'the first minute after both'],
    // South: summer time begins in October, ends in April.
    ['Australia/Sydney', '2026-10-03T14:00:00Z', '02:30', '2026-10-03T16:00:00.000Z', 'southern spring'],
    ['Australia/Sydney', '2026-04-04T12:00:00Z', '02:30', '2026-04-04T15:30:00.000Z', 'southern autumn, the first'],
    // Half an hour of summer time, and a day that was left out.
    ['Australia/Lord_Howe', '2026-10-03T14:00:00Z', '02:15', '2026-10-03T15:30:00.000Z', 'a gap of half an hour'],
    ['Pacific/Apia', '2011-12-30T09:30:00Z', '12:00', '2011-12-30T10:00:00.000Z', 'a day that does not exist'],
    ['America/Scoresbysund', '2025-03-30T00:30:00Z', '23:30', '2025-03-30T01:00:00.000Z', 'a gap before midnight'],
    ['America/Scoresbysund', '2025-03-30T01:00:00Z', '23:30', '2025-03-30T01:00:00.000Z', 'at its end, of the day before'],
    // The date, not the offset, is counted.
    ['Pacific/Kiritimati', '2026-01-01T00:00:00Z', '09:00', '2026-01-01T19:00:00.000Z', '14 hours ahead'],
    ['Pacific/Pago_Pago', '2026-01-01T00:00:00Z', '09:00', '2026-01-01T20:00:00.000Z', '11 hours behind'],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', '09:00', '2026-01-01T03:15:00.000Z', '5:45 ahead'],
    ['UTC', '2028-02-28T09:00:00.001Z', '09:00', '2028-02-29T09:00:00.000Z', 'a leap day'],
    ['UTC', '2028-02-29T09:00:00.001Z', '09:00', '2028-03-01T09:00:00.000Z', 'after a leap day'],
    ['UTC', '2026-12-31T23:59:59.999Z', '00:00', '2027-01-01T00:00:00.000Z', 'a new year'],
    ['Europe/Berlin', '2199-07-01T00:00:00Z', '09:00', '2199-07-01T07:00:00.000Z', 'summer in a distant year'],
  ])('%s from %s at %s is %s: %s', (zone, from, time, expected) => {
    expect(next(zone, from, time)).toBe(expected);
  });

  it.each([
    ['2026-07-01T06:59:59.999Z', '2026-07-01T07:00:00.000Z'],
    ['2026-07-01T07:00:00.000Z', '2026-07-01T07:00:00.000Z'],
    ['2026-07-01T07:00:00.001Z', '2026-07-02T07:00:00.000Z'],
  ])('is not before: from %s it is %s', (from, expected) => {
    expect(next('Europe/Berlin', from, '09:00')).toBe(expected);
  });

  it('agrees with an oracle that looks at the clock on the wall every minute', () => {
    const zones = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Australia/Sydney',
      'Australia/Lord_Howe',
      'America/Sao_Paulo',
      'Asia/Tokyo',
      'Asia/Kolkata',
    );
    /** Around the changes of 2015 to 2018, which no data set disputes any more. */
    const around = fc.constantFrom(
      ...[
        '2015-03-29',
        '2015-10-25',
        '2016-03-13',
        '2016-11-06',
        '2017-04-02',
        '2017-10-01',
        '2017-10-15',
        '2018-02-18',
        '2016-02-29',
      ],
    );
    fc.assert(
      fc.property(zones, around, fc.integer({ min: -2_160, max: 2_160 }), fc.nat({ max: 1_439 }), (name, day, shift, minute) => {
        const from = makeInstant(Date.parse(day) + shift * 60_000);
        expect(nextLocalTime(mustFindZone(name), from, minute)).toBe(onTheWall(name, from, minute));
      }),
      { numRuns: 150 },
    );
  });
});

/** Walks minute by minute; what the wall passed over (spring) counts as it jumps, what it shows again (autumn) does not. */
function onTheWall(zone: string, from: Instant, minute: number): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const wall = (ms: number): number => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute')) / 60_000;
  };
  let highest = wall(from - 4 * 3_600_000);
  for (let at = from - 4 * 3_600_000 + 60_000; ; at += 60_000) {
    const now = wall(at);
    for (let shown = highest + 1; shown <= now; shown++) if (shown % 1_440 === minute && at >= from) return at;
    highest = Math.max(highest, now);
  }
}

describe('zones', () => {
  it('are found by their names and links, not by offsets or by what objects inherit', () => {
    expect(findZone('US/Pacific')?.stretches).toEqual(findZone('America/Los_Angeles')?.stretches);
    for (const name of ['', '+02:00', 'Mars/Olympus', 'constructor', '__proto__']) expect(findZone(name)).toBeUndefined();
    expect(() => mustFindZone('nowhere')).toThrow('there is no time zone "nowhere"');
  });

  it('have no hole from the beginning to the end of time', () => {
    for (const name of ['UTC', 'Europe/Berlin', 'Africa/Casablanca']) {
      const { stretches } = mustFindZone(name);
      expect([stretches[0]?.from, stretches.at(-1)?.until]).toEqual([-Infinity, Infinity]);
      stretches.slice(1).forEach((stretch, i) => expect(stretch.from).toBe(stretches[i]?.until));
    }
  });
});
