import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  DURATION_MAX_MS,
  formatDuration,
  formatInstant,
  makeDuration,
  makeInstant,
  parseDuration,
  parseInstant,
  plus,
  type Instant,
} from './time.js';

describe('time', () => {
  it('reads what people write', () => {
    expect(parseDuration('1h')).toBe(3_600_000);
    expect(parseDuration('1h30m')).toBe(5_400_000);
    expect(parseDuration('500ms')).toBe(500);
    expect(parseDuration('30d')).toBe(2_592_000_000);
  });

  it.each(['', '1', 'h', '-1h', '1.5h', '1 h', '1y', '99999999d'])('refuses %j as a duration', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('writes every duration so that it is read back the same', () => {
    fc.assert(
      fc.property(fc.nat({ max: DURATION_MAX_MS }), (ms) => expect(parseDuration(formatDuration(makeDuration(ms)))).toBe(ms)),
    );
  });

  it('reads instants only with an offset: no local time is guessed', () => {
    expect(parseInstant('2026-11-25T10:00:00Z')).toBe(Date.UTC(2026, 10, 25, 10));
    expect(parseInstant('2026-11-25T10:00:00.250+01:00')).toBe(Date.UTC(2026, 10, 25, 9, 0, 0, 250));
    expect(parseInstant('2026-11-25T10:00:00')).toBeUndefined();
    expect(parseInstant('yesterday')).toBeUndefined();
    expect(formatInstant(makeInstant(0))).toBe('1970-01-01T00:00:00.000Z');
  });

  it('does not let the sum of two instants be an instant', () => {
    const at = makeInstant(1);
    // @ts-expect-error a number is not an instant
    const sum: Instant = at + at;
    expect(plus(at, makeDuration(1))).toBe(sum);
  });
});
