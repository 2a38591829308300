import { describe, expect, it } from '@jest/globals';
import { parseInstant, type Json, type JsonObject } from '@tripline/kernel';
import { START } from '@tripline/testing-builders';
import { brief, D, H, SETTLE, Task } from '../one-task.rig.js';
import { makeProgram } from '../compile/program.js';

const MAIL = { id: 'mail', email: 'one', expires: '12h' };
const TEXT = { id: 'text', sms: 'two' };
/** Milliseconds from the start of the tests' time. */
const ms = (text: string): number => parseInstant(text)! - START;

describe('a wait for a span', () => {
  it.each([
    [H - 1, []],
    [H, [['text', H]]],
    [H + 1, [['text', H]]],
  ])('of an hour is decided when its end and the settle are known to have passed: at %i', (at, expected) => {
    const task = Task.of({ do: [{ wait: { for: '1h' } }, TEXT] });
    task.event(0, 'a');
    expect(brief(task.tick(at + SETTLE))).toEqual(expected);
  });

  it('knows nothing of calendars: a day is 24 hours', () => {
    const task = Task.of({ do: [{ wait: { for: '1d' } }, TEXT] }, { zone: 'Europe/Berlin' });
    const at = ms('2026-03-28T12:00:00Z');
    task.event(at, 'a');
    expect(task.next).toBe(at + D);
  });
});

describe('a wait since something earlier', () => {
  const since = (name: string, span: string): Json => ({ wait: { for: span, since: name } });

  it('counts from the event under an alias', () => {
    const task = Task.of({
      when: [
        { event: 'a', as: 'first' },
        { event: 'b', as: 'second' },
      ],
      do: [since('first', '2h'), TEXT],
    });
    task.event(0, 'a');
    task.event(H, 'b');
    expect(task.next).toBe(2 * H);
  });

  it('counts from the newest event under an alias that began anew', () => {
    const when = [
      { event: 'a', as: 'first' },
      { event: 'b', within: '1d' },
    ];
    const task = Task.of({ when, onRepeat: 'restart', do: [since('first', '3h'), TEXT] });
    task.event(0, 'a');
    task.event(H, 'a');
    task.event(2 * H, 'b');
    expect(task.next).toBe(4 * H);
  });

  it('counts from the last of several events under an alias', () => {
    const task = Task.of({ when: [{ event: 'a', times: 2, within: '1d', as: 'both' }], do: [since('both', '3h'), TEXT] });
    task.event(0, 'a');
    task.event(H, 'a');
    expect(task.next).toBe(4 * H);
  });

  it('counts from the last activity before a spell of silence', () => {
    const task = Task.of({
      by: undefined,
      when: [{ inactive: 'a', for: '30d', as: 'spell' }],
      do: [MAIL, since('spell', '60d'), TEXT],
    });
    task.event(0, 'a');
    const [mail] = task.tick(30 * D + SETTLE);
    task.outcome(30 * D + H, mail, 'sent');
    expect(task.next).toBe(60 * D);
    expect(brief(task.tick(60 * D + SETTLE))).toEqual([['text', 60 * D]]);
  });

  it('counts from the completion of a message, not from its decision', () => {
    const task = Task.of({ do: [MAIL, { wait: { for: '1h' } }, since('mail', '5h'), TEXT] });
    const [mail] = task.event(0, 'a');
    task.outcome(2 * H, mail, 'sent');
    task.tick(3 * H + SETTLE);
    expect(task.next).toBe(7 * H);
  });

  it.each([
    ['3h1ms', 3 * H + 1, []],
    ['3h', undefined, [['text', 3 * H]]],
    ['2h', undefined, [['text', 3 * H]]],
  ])('that is over when it begins is over at once: %s', (span, next, expected) => {
    const task = Task.of({ do: [MAIL, since('first', span), TEXT] });
    const [mail] = task.event(0, 'a');
    expect(brief(task.outcome(3 * H, mail, 'sent'))).toEqual(expected);
    if (next !== undefined) expect(task.next).toBe(next);
  });

  it('counts from the step before where the message was not asked for, counted', () => {
    const task = Task.of({ do: [{ if: 'false', do: [MAIL] }, since('mail', '2h'), TEXT] });
    expect(brief(task.event(0, 'a'))).toEqual(['since-unknown']);
    expect(task.next).toBe(2 * H);
  });
});

describe('a wait until a time of day', () => {
  const at = (more: JsonObject = {}, zone?: string) =>
    Task.of({ do: [{ wait: { at: '09:00', ...more } }, TEXT] }, zone === undefined ? {} : { zone });
  const begun = (task: Task, when: string, traits?: JsonObject) => {
    if (traits !== undefined) task.event(0, '$identify', {}, { type: 'identify', traits });
    const outputs = brief(task.event(ms(when), 'a'));
    return [
      task.next === undefined ? outputs : new Date(START + task.next).toISOString(),
      outputs.filter((o) => typeof o === 'string'),
    ];
  };

  it.each([
    ['2026-07-01T08:59:59.999Z', '2026-07-01T09:00:00.000Z'],
    ['2026-07-01T09:00:00.001Z', '2026-07-02T09:00:00.000Z'],
  ])('begun at %s ends at %s', (when, expected) => {
    expect(begun(at(), when)).toEqual([expected, []]);
  });

  it('begun at that very instant is over at once', () => {
    expect(brief(at().event(9 * H, 'a'))).toEqual([['text', 9 * H]]);
  });

  it.each([
    ['2026-07-01T09:00:00.000Z', '2026-07-02T09:00:00.000Z'],
    ['2026-07-01T09:00:00.001Z', '2026-07-03T09:00:00.000Z'],
    ['2026-07-01T08:59:59.999Z', '2026-07-02T09:00:00.000Z'],
  ])('with a span ends at the first such time not before that is over: from %s, %s', (when, expected) => {
    expect(begun(at({ for: '1d' }), when)).toEqual([expected, []]);
  });

  it.each([
    ['user, known', { zone: 'user' }, { timezone: 'America/New_York' }, 'Asia/Tokyo', '2026-07-01T13:00:00.000Z', []],
    [
      'user, not known',
      { zone: 'user' },
      { timezone: 'Mars/Olympus' },
      'Asia/Tokyo',
      '2026-07-02T00:00:00.000Z',
      ['zone-unknown'],
    ],
    ['user, no text', { zone: 'user' }, { timezone: 7 }, 'Asia/Tokyo', '2026-07-02T00:00:00.000Z', ['zone-unknown']],
    ['user, none', { zone: 'user' }, undefined, undefined, '2026-07-02T09:00:00.000Z', ['zone-unknown']],
    [
      'a zone of its own',
      { zone: 'Europe/Berlin' },
      { timezone: 'America/New_York' },
      'Asia/Tokyo',
      '2026-07-02T07:00:00.000Z',
      [],
    ],
    ['none', {}, { timezone: 'America/New_York' }, 'Asia/Tokyo', '2026-07-02T00:00:00.000Z', []],
    ['none at all', {}, undefined, undefined, '2026-07-02T09:00:00.000Z', []],
  ])('is read in its zone: %s', (_, more, traits, zone, expected, notices) => {
    expect(begun(at(more, zone), '2026-07-01T12:00:00Z', traits)).toEqual([expected, notices]);
  });

  it.each([
    ['Europe/Berlin', '2026-03-28T12:00:00Z', '02:30', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', '2026-10-24T12:00:00Z', '02:30', '2026-10-25T00:30:00.000Z'],
    ['America/Santiago', '2026-09-05T12:00:00Z', '00:30', '2026-09-06T04:00:00.000Z'],
    ['America/Santiago', '2026-04-04T12:00:00Z', '23:30', '2026-04-05T02:30:00.000Z'],
    ['UTC', '2028-02-28T12:00:00Z', '09:00', '2028-02-29T09:00:00.000Z'],
  ])('%s from %s at %s ends at %s', (zone, when, time, expected) => {
    expect(begun(at({ at: time, zone }), when)).toEqual([expected, []]);
  });

  it('is fixed when the wait begins: a zone that becomes known meanwhile changes nothing', () => {
    const task = at({ zone: 'user' });
    begun(task, '2026-07-01T12:00:00Z', { timezone: 'Europe/Berlin' });
    const before = task.next;
    task.event(ms('2026-07-01T13:00:00Z'), '$identify', {}, { type: 'identify', traits: { timezone: 'Asia/Tokyo' } });
    expect(task.next).toBe(before);
  });

  it('is never a time of day that has passed, even where the span since something is long over', () => {
    const task = Task.of({ do: [MAIL, { wait: { for: '1h', since: 'first', at: '09:00' } }, TEXT] });
    const [mail] = task.event(0, 'a');
    expect(task.outcome(10 * H, mail, 'sent')).toEqual([]);
    expect(task.next).toBe(D + 9 * H);
  });

  it('a program knows its zone', () => {
    expect(() => makeProgram([], { zone: 'Nowhere' })).toThrow('there is no time zone "Nowhere"');
  });
});
