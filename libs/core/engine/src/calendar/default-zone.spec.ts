import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json, type JsonObject } from '@tripline/kernel';
import type { Control } from '@tripline/model';
import { eventAt, makeTriggerDocument } from '@tripline/testing-builders';
import fc from 'fast-check';
import { advance } from '../advance.js';
import { applyControl, encodeDefinitions, parseDefinitions, settingsOf, type Definitions } from '../compile/definitions.js';
import { makeProgram } from '../compile/program.js';
import type { Input, Output } from '../input.js';
import { decodePerson, encodePerson } from '../person/person-codec.js';
import type { PersonState } from '../person/person-state.js';
import { nextTimer } from '../timers.js';
import { calendarDays, DAY, MINUTE, wallOf, ZONES } from './wall-clock.rig.js';
import { ZONE_DATA_VERSION } from './zones.js';

/** The settings of a task as its log tells them, to one person who is known to it. */
class Told {
  #definitions: Definitions = [];
  #program = makeProgram([]);
  #state: PersonState | undefined;
  #revision = 0;
  readonly outputs: Output[] = [];

  zone(zone: string, at: number, revision = ++this.#revision): void {
    this.#control(
      { of: 'settings', name: 'settings', revision, change: { type: 'settings', zone, zoneData: ZONE_DATA_VERSION } },
      at,
    );
  }
  publish({ name = 't', ...fields }: { readonly name?: string; readonly [name: string]: Json | undefined }, at: number): void {
    const document = documentOf({ by: undefined, ...fields, name });
    const revision = ++this.#revision;
    this.#control({ name, revision, change: { type: 'publish', version: revision, document, openRuns: 'drain' } }, at);
  }
  event(at: number, name: string, traits?: { readonly [name: string]: Json }): void {
    const fields = traits === undefined ? {} : { type: 'identify' as const, traits };
    const when = { timestamp: makeInstant(at), received: makeInstant(at) };
    this.#take({ kind: 'event', event: eventAt(0, name, {}, { ...fields, ...when }), clock: makeInstant(at) });
  }
  /** Everything that is due by then, in its order. */
  pass(until: number): void {
    for (let next = this.#next; next !== undefined && next.due <= until; next = this.#next)
      this.#take({ kind: 'timer', due: next.due, clock: makeInstant(until) });
  }
  /** When mails of the trigger were decided. */
  mails(trigger = 't'): string[] {
    return this.outputs.flatMap((o) => (o.kind === 'action' && o.trigger === trigger ? [new Date(o.decided).toISOString()] : []));
  }
  notices(): string[] {
    return this.outputs.flatMap((o) => (o.kind === 'notice' ? [o.name] : []));
  }
  get zoneInForce(): string | undefined {
    return settingsOf(this.#definitions)?.zone;
  }
  get awaited(): string | undefined {
    const next = this.#next;
    return next === undefined ? undefined : new Date(next.deadline).toISOString();
  }
  get #next(): ReturnType<typeof nextTimer> {
    return this.#state === undefined ? undefined : nextTimer(this.#state);
  }
  #control(control: Omit<Control, 'kind'>, at: number): void {
    const definitions = applyControl(this.#definitions, { kind: 'control', ...control }, makeInstant(at));
    expect(parseDefinitions(encodeDefinitions(definitions))).toEqual(definitions);
    this.#definitions = definitions;
    this.#program = makeProgram(definitions);
    expect(this.#program.problems).toEqual([]);
  }
  #take(input: Input): void {
    const { state, outputs } = advance(this.#program, 'u:ada', this.#state, input);
    this.#state = state === undefined ? undefined : decodePerson(encodePerson(state));
    this.outputs.push(...outputs);
  }
}

/** One object a document, so that it is compiled once. */
const documents = new Map<string, JsonObject>();
function documentOf(fields: { readonly [name: string]: Json | undefined }): JsonObject {
  const key = JSON.stringify(fields);
  const document = documents.get(key) ?? makeTriggerDocument(fields);
  documents.set(key, document);
  return document;
}

const ms = (text: string): number => Date.parse(text);
const DAILY = { when: [{ every: 'daily 09:00' }], onRepeat: 'parallel' };

describe('the default zone', () => {
  it('is UTC until it is told, then what the newest record says', () => {
    const task = new Told();
    expect(task.zoneInForce).toBeUndefined();
    task.zone('Europe/Berlin', 0, 5);
    task.zone('Asia/Tokyo', 1, 5);
    task.zone('Asia/Tokyo', 1, 4);
    expect(task.zoneInForce).toBe('Europe/Berlin');
    task.zone('Asia/Tokyo', 2, 6);
    expect(task.zoneInForce).toBe('Asia/Tokyo');
  });

  it('moves no wait that has begun; the next one counts by it', () => {
    const task = new Told();
    task.publish(
      { when: [{ event: 'a' }], do: [{ wait: { at: '09:00' } }, { id: 'mail', email: 'm' }], onRepeat: 'parallel' },
      0,
    );
    task.event(ms('2026-07-01T02:00Z'), 'a');
    task.zone('Europe/Berlin', ms('2026-07-01T03:00Z'));
    task.event(ms('2026-07-01T04:00Z'), 'a');
    task.pass(ms('2026-07-03T00:00Z'));
    expect(task.mails()).toEqual(['2026-07-01T07:00:00.000Z', '2026-07-01T09:00:00.000Z']);
  });

  it('moves no date that is awaited; one told after it counts by it', () => {
    const date = (ends: string): Told => {
      const task = new Told();
      task.publish({ when: [{ date: 'user.ends', at: '09:00' }] }, 0);
      task.event(ms('2026-07-01T00:00Z'), '$identify', { ends: '2026-07-10' });
      task.zone('America/New_York', ms('2026-07-02T00:00Z'));
      task.event(ms('2026-07-03T00:00Z'), '$identify', { ends });
      return task;
    };
    expect(date('2026-07-10').awaited).toBe('2026-07-10T09:00:00.000Z');
    expect(date('2026-07-11').awaited).toBe('2026-07-11T13:00:00.000Z');
  });

  it.each([
    ['what the person says', { timezone: 'Asia/Tokyo' }, { zone: 'user' }, '2026-07-02T00:00:00.000Z'],
    ['what the document says', { timezone: 'Asia/Tokyo' }, { zone: 'America/New_York' }, '2026-07-01T13:00:00.000Z'],
    ['nothing of a person whose zone is not known', { timezone: 'Mars/Olympus' }, { zone: 'user' }, '2026-07-01T07:00:00.000Z'],
    ['nothing of what a person says that is not asked', { timezone: 'Asia/Tokyo' }, {}, '2026-07-01T07:00:00.000Z'],
  ])('gives way to %s', (_, traits, zone, expected) => {
    const task = new Told();
    task.zone('Europe/Berlin', 0);
    task.publish({ when: [{ every: 'daily 09:00', ...zone }] }, 0);
    task.event(ms('2026-07-01T01:00Z'), '$identify', traits);
    expect(task.awaited).toBe(expected);
  });

  it('does not take away a day that is awaited, also where a publication has all dates looked at anew', () => {
    const task = new Told();
    task.zone('America/New_York', 0);
    task.publish(DAILY, 0);
    task.event(ms('2026-07-01T02:00Z'), '$identify', { x: 1 });
    task.zone('Asia/Tokyo', ms('2026-07-01T03:00Z'));
    task.publish({ ...DAILY, name: 'other' }, ms('2026-07-01T04:00Z'));
    task.event(ms('2026-07-01T05:00Z'), '$identify', { x: 1 });
    task.pass(ms('2026-07-03T01:00Z'));
    expect(task.mails()).toEqual(['2026-07-01T13:00:00.000Z', '2026-07-02T00:00:00.000Z', '2026-07-03T00:00:00.000Z']);
    expect(task.mails('other')).toEqual(['2026-07-02T00:00:00.000Z', '2026-07-03T00:00:00.000Z']);
    expect(task.notices()).toEqual([]);
  });

  it('does not hold whom their own zone moves: a day that is over where they are now is over', () => {
    const task = new Told();
    task.publish({ when: [{ every: 'daily 09:00', zone: 'user' }] }, 0);
    task.event(ms('2026-07-01T02:00Z'), '$identify', { timezone: 'America/New_York' });
    task.event(ms('2026-07-01T05:00Z'), '$identify', { timezone: 'Asia/Tokyo' });
    expect(task.awaited).toBe('2026-07-02T00:00:00.000Z');
  });

  it('passes over a day only where it is a whole day ahead, and counts it', () => {
    const task = new Told();
    task.zone('Pacific/Pago_Pago', 0);
    task.publish(DAILY, 0);
    task.event(ms('2026-07-01T02:00Z'), '$identify', { x: 1 });
    task.zone('Pacific/Kiritimati', ms('2026-07-01T03:00Z'));
    task.pass(ms('2026-07-03T00:00Z'));
    expect(task.mails()).toEqual(['2026-07-01T20:00:00.000Z', '2026-07-02T19:00:00.000Z']);
    expect(task.notices()).toEqual(['round-passed']);
  });
});

describe('a schedule across a change of the default zone', () => {
  const isoDays = calendarDays();
  const words = fc.constantFrom('daily', 'monday', 'monday,thursday', '1st,15th', 'last');
  const isOn = (text: string, { iso, weekday, isLast }: (typeof isoDays)[number]): boolean =>
    text === 'daily' ||
    text.split(',').includes(weekday) ||
    (text === 'last' && isLast) ||
    (text === '1st,15th' && /-(01|15)$/.test(iso));
  const HALF = 30;
  const SPAN = 70;

  /** Days and instants, from what clocks on the wall of each zone showed: those of the old up to the first that is awaited at the change, then those of the new. */
  function oracle(
    text: string,
    minute: number,
    zones: readonly [string, string],
    changed: number,
    [begin, end]: readonly [number, number],
  ): { told: number[]; passed: boolean } {
    const [old, young] = zones.map(wallOf) as [ReturnType<typeof wallOf>, ReturnType<typeof wallOf>];
    const told: number[] = [];
    let last = Number.NEGATIVE_INFINITY;
    let passed = false;
    for (const each of isoDays.filter((day) => isOn(text, day))) {
      const at = (last <= changed ? old : young).firstShown(each.day * DAY + minute);
      if (at === undefined || at < begin || at >= end) continue;
      if (at <= last) passed = true;
      else told.push((last = at));
    }
    return { told, passed };
  }

  it('tells the old zone’s next, then the new zone’s: each day once, none passed over in silence', () => {
    const first = dayAt('2016-01-05') * DAY;
    const beginnings = fc.integer({ min: first, max: first + 280 * DAY });
    fc.assert(
      fc.property(
        ...([
          words,
          fc.integer({ min: 0, max: DAY / HALF - 1 }),
          fc.constantFrom(...ZONES),
          fc.constantFrom(...ZONES),
          beginnings,
          fc.integer({ min: 0, max: 30 * DAY }),
          fc.boolean(),
        ] as const),
        (text, half, old, young, beginning, after, isHeard) => {
          const minute = half * HALF;
          const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
          const [begin, end] = [beginning * MINUTE, (beginning + SPAN * DAY) * MINUTE];
          const changed = (beginning + after) * MINUTE + 1;
          const task = new Told();
          task.zone(old, 0);
          task.publish({ when: [{ every: `${text} ${time}` }], onRepeat: 'parallel' }, 0);
          task.event(begin, '$identify', { x: 1 });
          task.pass(changed + 10_000);
          task.zone(young, changed);
          if (isHeard) task.event(changed + 10_001, '$identify', { x: 1 });
          task.pass(end + 9_999);
          const { told, passed } = oracle(text, minute, [old, young], changed, [begin, end]);
          expect(task.mails()).toEqual(told.map((at) => new Date(at).toISOString()));
          expect(task.notices().includes('round-passed')).toBe(passed);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each(['2016-03-27', '2016-10-30'])('keeps its days around %s, wherever the record stands, to the minute', (transition) => {
    const noon = dayAt(transition) * DAY + DAY / 2;
    for (const [old, young] of [
      ['Europe/Berlin', 'America/New_York'],
      ['Australia/Lord_Howe', 'Europe/Berlin'],
    ] as const)
      for (let position = noon - DAY; position < noon + DAY; position += HALF)
        for (const offset of [-1, 0, 1]) {
          const changed = position * MINUTE + offset;
          const task = new Told();
          task.zone(old, 0);
          task.publish({ when: [{ every: 'daily 02:30' }], onRepeat: 'parallel' }, 0);
          task.event((noon - 2 * DAY) * MINUTE, '$identify', { x: 1 });
          task.pass(changed + 10_000 - 1);
          task.zone(young, changed);
          task.pass((noon + 3 * DAY) * MINUTE);
          const known = [(noon - 2 * DAY) * MINUTE, (noon + 3 * DAY) * MINUTE - 9_999] as const;
          const { told } = oracle('daily', 150, [old, young], changed - 1, known);
          expect(task.mails()).toEqual(told.map((at) => new Date(at).toISOString()));
        }
  });

  function dayAt(iso: string): number {
    return ms(`${iso}T00:00:00Z`) / MINUTE / DAY;
  }
});
