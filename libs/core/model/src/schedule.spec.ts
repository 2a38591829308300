import { describe, expect, it } from '@jest/globals';
import { parseSchedule } from './schedule.js';

describe('a schedule', () => {
  it.each([
    ['daily 09:00', [0, 1, 2, 3, 4, 5, 6], []],
    ['monday 00:00', [1], []],
    ['sunday,thursday 23:59', [0, 4], []],
    ['1st 09:00', [], [1]],
    ['2nd,3rd,4th 09:00', [], [2, 3, 4]],
    ['11th,12th,13th 09:00', [], [11, 12, 13]],
    ['21st,22nd,23rd,31st,last 09:00', [], [21, 22, 23, 31, 31]],
  ])('%s', (text, weekdays, monthDays) => {
    expect(parseSchedule(text)).toEqual({ text, weekdays, monthDays, time: text.slice(-5) });
  });

  it.each([
    ...['', 'daily', '09:00', 'monday', 'Monday 09:00', 'mon 09:00', 'monday 9:00', 'monday 24:00', 'monday 09:60'],
    ...[
      'monday, thursday 09:00',
      'monday,,thursday 09:00',
      'monday,1st 09:00',
      'daily,monday 09:00',
      'monday  09:00',
      ' monday 09:00',
    ],
    ...[
      '0th 09:00',
      '1th 09:00',
      '11st 09:00',
      '32nd 09:00',
      '01st 09:00',
      'last,daily 09:00',
      'monday 09:00 ',
      'constructor 09:00',
    ],
  ])('%j is none', (text) => {
    expect(parseSchedule(text)).toBeUndefined();
  });
});
