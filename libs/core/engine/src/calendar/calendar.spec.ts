import { describe, expect, it } from '@jest/globals';
import { formatInstant, makeInstant, type Json, type JsonObject } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import { playEvents, type Played, type PlayUntil } from '../play/play.js';
import { makeProgram, type Program } from '../compile/program.js';

const D = 86_400_000;
type Fields = { readonly [field: string]: Json | undefined };
const program = (when: Json, fields: Fields = {}, zone = 'UTC'): Program => {
  const document = makeTriggerDocument({ name: 't', by: undefined, when, ...fields });
  const made = makeProgram([{ name: 't', version: 1, revision: 1, state: 'live', document }], { zone });
  expect(made.problems).toEqual([]);
  return made;
};
const identify = (ms: number, traits: JsonObject, receivedMs = ms): Event =>
  eventAt(ms, '$identify', {}, { type: 'identify', traits, received: makeInstant(START + receivedMs) });
const play = (p: Program, events: Event[], options: PlayUntil = {}): Played =>
  playEvents(p, 'u:ada', events, { recode: true, ...options });
const told = (played: Played): string[] => played.actions.map(({ decided }) => formatInstant(decided).replace(':00.000Z', 'Z'));
const counts = (played: Played, name: string): number => played.notices.filter((n) => n.name === name).length;
const TRIAL = { date: 'user.trialEndsAt' };

describe('a date in a trait', () => {
  it.each<[string, JsonObject, JsonObject, string[]]>([
    ['a date is its midnight', {}, { trialEndsAt: '2026-05-01' }, ['2026-05-01T00:00Z']],
    ['an instant is itself', {}, { trialEndsAt: '2026-05-01T10:30:00+02:00' }, ['2026-05-01T08:30Z']],
    ['so many days before it', { before: '3d' }, { trialEndsAt: '2026-05-01' }, ['2026-04-28T00:00Z']],
    ['so many days after it', { after: '3d', at: '18:15' }, { trialEndsAt: '2026-05-01' }, ['2026-05-04T18:15Z']],
    ['and hours', { before: '1d2h' }, { trialEndsAt: '2026-05-01' }, ['2026-04-29T22:00Z']],
    ['at a time of day', { before: '3d', at: '09:00' }, { trialEndsAt: '2026-05-01T23:59:00Z' }, ['2026-04-28T09:00Z']],
    ['in a zone', { at: '09:00', zone: 'Europe/Berlin' }, { trialEndsAt: '2026-05-01' }, ['2026-05-01T07:00Z']],
    [
      "its day is the zone's",
      { at: '09:00', zone: 'Asia/Tokyo' },
      { trialEndsAt: '2026-05-01T20:00:00Z' },
      ['2026-05-02T00:00Z'],
    ],
    [
      "in the person's zone",
      { zone: 'user' },
      { trialEndsAt: '2026-05-01', timezone: 'America/New_York' },
      ['2026-05-01T04:00Z'],
    ],
    ['whose zone nobody knows', { zone: 'user' }, { trialEndsAt: '2026-05-01', timezone: 'Mars/Olympus' }, ['2026-05-01T00:00Z']],
    [
      'calendar days, not 24 hours',
      { before: '2d', zone: 'Europe/Berlin' },
      { trialEndsAt: '2026-03-30T09:00:00+02:00' },
      ['2026-03-28T08:00Z'],
    ],
    ['a time that does not exist', { at: '02:30', zone: 'Europe/Berlin' }, { trialEndsAt: '2026-03-29' }, ['2026-03-29T01:00Z']],
    ['one that occurs twice', { at: '02:30', zone: 'Europe/Berlin' }, { trialEndsAt: '2026-10-25' }, ['2026-10-25T00:30Z']],
    [
      'an instant in the second of both',
      { zone: 'Europe/Berlin' },
      { trialEndsAt: '2026-10-25T01:30:00Z' },
      ['2026-10-25T01:30Z'],
    ],
  ])('%s', (_, fields, traits, expected) => {
    expect(told(play(program([{ ...TRIAL, ...fields }]), [identify(0, traits)]))).toEqual(expected);
  });

  it.each<[Json]>([
    ['soon'],
    ['2026-02-30'],
    ['2026-02-30T00:00:00Z'],
    ['2026-05-01T10:00:00'],
    [1_777_593_600_000],
    [true],
    [{}],
  ])('%j is none: unknown, and counted', (trialEndsAt) => {
    const played = play(program([TRIAL]), [identify(0, { trialEndsAt })]);
    expect([told(played), counts(played, 'date-unknown')]).toEqual([[], 1]);
  });

  it('moves, is cleared, and comes back', () => {
    const change = (...steps: [number, Json][]): string[] =>
      told(
        play(
          program([TRIAL]),
          steps.map(([day, trialEndsAt]) => identify(day * D, { trialEndsAt })),
        ),
      );
    expect(change([0, '2026-05-01'], [1, '2026-06-01'])).toEqual(['2026-06-01T00:00Z']);
    expect(change([0, '2026-05-01'], [1, null])).toEqual([]);
    expect(change([0, '2026-05-01'], [1, null], [2, '2026-05-01'])).toEqual(['2026-05-01T00:00Z']);
    expect(change([0, '2026-01-10'], [20, '2026-02-01'])).toEqual(['2026-01-10T00:00Z', '2026-02-01T00:00Z']);
    expect(change([0, '2026-01-10'], [20, '2026-02-01'], [40, '2026-01-10'])).toEqual(['2026-01-10T00:00Z', '2026-02-01T00:00Z']);
    expect(change([0, '2026-01-10'], [20, '2026-01-10T00:00:00Z'])).toEqual(['2026-01-10T00:00Z']);
  });
});

describe('a schedule', () => {
  const MONDAYS = ['2026-01-05', '2026-01-12', '2026-01-19', '2026-01-26'];
  it.each<[string, string[]]>([
    ['monday 09:00', MONDAYS],
    [
      'monday,thursday 09:00',
      [
        '2026-01-01',
        '2026-01-05',
        '2026-01-08',
        '2026-01-12',
        '2026-01-15',
        '2026-01-19',
        '2026-01-22',
        '2026-01-26',
        '2026-01-29',
      ],
    ],
    ['1st,15th 09:00', ['2026-01-01', '2026-01-15']],
    ['last 09:00', ['2026-01-31']],
  ])('%s', (every, days) => {
    const played = play(program([{ every }]), [identify(0, { a: 1 })], { until: makeInstant(START + 31 * D) });
    expect(told(played)).toEqual(days.map((day) => `${day}T09:00Z`));
    expect(new Set(played.actions.map(({ run }) => run)).size).toBe(days.length);
  });
});
