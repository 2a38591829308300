import { assert } from './assert.js';

declare const instant: unique symbol;
declare const duration: unique symbol;

/** A point on the UTC time line, in whole milliseconds since 1970. Two instants cannot be added: see `plus`. */
export type Instant = number & { readonly [instant]: true };

/** A length of time in whole milliseconds, never negative. `d` is 24 h: calendar days belong to zones, not here. */
export type Duration = number & { readonly [duration]: true };

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const DURATION = /^(?:\d+(?:ms|s|m|h|d|w))+$/;
const PART = /(\d+)(ms|s|m|h|d|w)/g;
/** Lengths past this are refused: ten years of days fit, and any instant plus it stays a safe integer. */
export const DURATION_MAX_MS = 3_660 * UNIT_MS.d;

/** The last instant an ECMAScript date can name. */
export const INSTANT_MAX_MS = 8_640_000_000_000_000;

export function makeInstant(ms: number): Instant {
  assert(Number.isSafeInteger(ms) && Math.abs(ms) <= INSTANT_MAX_MS, `an instant is whole milliseconds, not ${ms}`);
  return ms as Instant;
}

export function makeDuration(ms: number): Duration {
  assert(Number.isSafeInteger(ms) && ms >= 0, `a duration is whole milliseconds from 0, not ${ms}`);
  return ms as Duration;
}

export const plus = (at: Instant, length: Duration): Instant => (at + length) as Instant;
export const minus = (at: Instant, length: Duration): Instant => (at - length) as Instant;
/** How long from `from` until `to`; zero when `to` is not later. */
export const between = (from: Instant, to: Instant): Duration => Math.max(0, to - from) as Duration;
export const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);
export const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b);

export const milliseconds = (n: number): Duration => makeDuration(n);
export const seconds = (n: number): Duration => makeDuration(n * UNIT_MS.s);
export const minutes = (n: number): Duration => makeDuration(n * UNIT_MS.m);
export const hours = (n: number): Duration => makeDuration(n * UNIT_MS.h);
export const days = (n: number): Duration => makeDuration(n * UNIT_MS.d);

/** Reads `90m`, `1h30m`, `30d`, `500ms`; undefined for anything else and for more than `DURATION_MAX_MS`. */
export function parseDuration(text: string): Duration | undefined {
  if (!DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(PART)) total += Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  return total <= DURATION_MAX_MS ? (total as Duration) : undefined;
}

/** Writes a duration as `parseDuration` reads it, largest units first: 5,400,000 is `1h30m`. */
export function formatDuration(length: Duration): string {
  let rest: number = length;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / UNIT_MS[unit]);
    rest -= count * UNIT_MS[unit];
    if (count > 0) text += `${count}${unit}`;
  }
  return text === '' ? '0s' : text;
}

const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2}))?$/;

/** What is wrong with a text that `parseInstant` does not read. */
export const NOT_AN_INSTANT = 'must be an ISO 8601 instant with its offset, as 2026-01-31T09:30:00Z';

/** Reads an ISO 8601 date (midnight UTC) or date-time with its offset; undefined for anything else: no local time is guessed. */
export function parseInstant(text: string): Instant | undefined {
  if (!ISO.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : (ms as Instant);
}

/** Writes an instant as ISO 8601 in UTC with milliseconds. */
export const formatInstant = (at: Instant): string => new Date(at).toISOString();
