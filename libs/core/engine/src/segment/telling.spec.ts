import { describe, expect, it } from '@jest/globals';
import type { Event } from '@tripline/model';
import { eventAt, START } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import type { Definition } from '../compile/definitions.js';
import { describePerson } from '../person/describe-person.js';
import { brief, D, H, SETTLE, Task } from '../one-task.rig.js';
import { playEvents, playExamples, type PlayUntil } from '../play/play.js';
import { makeProgram } from '../compile/program.js';
import { order, program, segment, since, trigger, type Fields } from './segments.rig.js';
import type { TraceEntry } from '../explain/trace.js';

describe('a trigger that begins with a segment', () => {
  const run = (fields: Fields, events: Event[], options: PlayUntil = {}): [string, number][] =>
    playEvents(program(segment({}), trigger('t', fields)), 'u:ada', events, { recode: true, ...options }).actions.map((a) => [a.step, a.decided - START]); // prettier-ignore
  const walk = (ms: number): Event => eventAt(ms, 'walk');

  it('goes on with what comes after it, and the event that brought it about does not stand in its way', () => {
    const absent = { when: [{ enters: 'vip' }, { not: 'order', for: '1d' }], exit: [{ event: 'order' }] };
    expect(run(absent, [order(0)])).toEqual([['mail', D]]);
    expect(run(absent, [order(0), order(D - 1, 1)])).toEqual([]);
    expect(run(absent, [order(0), order(5, 1)])).toEqual([]);
    const sequence = { when: [{ enters: 'vip' }, { event: 'walk', within: '1h' }] };
    expect(run(sequence, [order(0), walk(1)])).toEqual([['mail', 1]]);
    expect(run(sequence, [order(0), walk(H)])).toEqual([]);
  });

  it('may also stand later, in groups and under onRepeat', () => {
    expect(run({ when: [{ event: 'walk' }, { leaves: 'vip', within: '100d' }] }, [order(0), walk(1)])).toEqual([
      ['mail', 90 * D],
    ]);
    expect(run({ by: 'k', when: [{ event: 'walk' }, { enters: 'vip' }] }, [eventAt(0, 'walk', { k: 1 }), order(5)])).toEqual([['mail', 5]]); // prettier-ignore
    expect(run({ when: [{ any: [{ enters: 'vip' }, { event: 'walk' }] }] }, [order(0)])).toEqual([['mail', 0]]);
    const twice = [order(0), order(D, -600), order(2 * D, 600)];
    const slow = [{ enters: 'vip' }, { not: 'walk', for: '10d' }];
    const soon = (fields: Fields) => run({ when: slow, ...fields }, twice).filter(([, ms]) => ms < 50 * D);
    expect(soon({})).toEqual([['mail', 10 * D]]);
    expect(soon({ onRepeat: 'restart' })).toEqual([['mail', 12 * D]]);
    expect(soon({ onRepeat: 'parallel' })).toEqual([['mail', 10 * D], ['mail', 12 * D]]); // prettier-ignore
  });

  it('is not begun by an event of that name from outside', () => {
    expect(run({}, [eventAt(0, '$enters vip')])).toEqual([]);
  });

  it('knows no `by`, and a segment that is not there is unknown', () => {
    const keyed = makeProgram([trigger('t', { by: 'k' })]);
    expect(keyed.problems).toMatchObject([{ path: 'by' }]);
    expect(run({ when: [{ event: 'walk' }], if: '"nobody" in user.segments' }, [walk(0)])).toEqual([]);
  });

  it('is not begun by what its own messages bring about, and not past the depth of causes', () => {
    const clicked = segment({ let: { clicks: { count: 'email.clicked', within: '1d' } }, where: 'clicks >= 1' });
    const click = (of: string, depth: number): Event => eventAt(5, 'email.clicked', {}, { type: 'outcome', causedBy: { trigger: of, depth } }); // prettier-ignore
    const begun = (event: Event) => playEvents(program(clicked, trigger('t', {})), 'u:ada', [event], { recode: true });
    expect(begun(click('other', 1)).actions).toMatchObject([{ depth: 2 }]);
    expect(begun(click('t', 1)).actions).toEqual([]);
    const traced: TraceEntry[] = [];
    const input = { kind: 'event', event: click('t', 1), clock: since(0) } as const;
    advance(program(clicked, trigger('t', {})), 'u:ada', undefined, input, (entry) => traced.push(entry));
    expect(traced.find(({ what }) => what === 'segment.entered')?.detail).toMatchObject({ cause: 't' });
    const deep = begun(click('other', 5));
    expect([deep.actions, deep.notices.map((n) => n.name)]).toEqual([[], expect.arrayContaining(['cause-too-deep'])]);
  });
});

describe('a person in a segment', () => {
  const guard = { when: [{ event: 'walk' }], if: '"vip" in user.segments' };
  const at = (fields: Fields, of: Definition, events: Event[]): number[] =>
    playEvents(program(of, trigger('t', fields)), 'u:ada', events, { recode: true }).actions.map((a) => a.decided - START);
  const walk = (ms: number): Event => eventAt(ms, 'walk');

  it('is asked for in guards, as far as it is decided', () => {
    expect(at(guard, segment({}), [walk(0), order(1), walk(2), walk(D), walk(90 * D + 1), walk(90 * D + SETTLE + 2)])).toEqual([D, 90 * D + 1]); // prettier-ignore
    expect(at({ ...guard, if: '!("vip" in user.segments)' }, segment({}), [walk(0)])).toEqual([0]);
  });

  it('is unknown while warming: neither in nor out', () => {
    const young = segment({}, { since: since(0) });
    expect(at(guard, young, [order(1), walk(D)])).toEqual([]);
    expect(at({ ...guard, if: '!("vip" in user.segments)' }, young, [walk(D), walk(91 * D)])).toEqual([91 * D]);
  });

  it('belongs with the very event that lets them join at once: traits, then segments, then exits, then conditions', () => {
    const first = segment({ let: { n: { count: 'walk', within: '1d' } }, where: 'n >= 2' });
    expect(at(guard, first, [walk(0), walk(1)])).toEqual([1]);
    expect(at({ ...guard, if: undefined, exit: [{ is: '"vip" in user.segments' }] }, first, [walk(0), walk(1)])).toEqual([0]);
  });

  it('is asked for at an instant after what changes at that instant', () => {
    const later = { ...guard, when: [{ event: 'walk' }, { not: 'run', for: '90d' }] };
    expect(at(later, segment({}), [order(0), walk(1)])).toEqual([]);
    expect(at(later, segment({}), [order(0), walk(0)])).toEqual([]);
    expect(at(later, segment({}), [order(1), walk(0)])).toEqual([90 * D]);
  });

  it('makes exit states true, also by the passing of time', () => {
    const out = { when: [{ event: 'walk' }, { not: 'run', for: '100d' }], exit: [{ is: '!("vip" in user.segments)' }] };
    expect(at(out, segment({}), [order(0), walk(D)])).toEqual([]);
    expect(at({ ...out, exit: [{ is: '"vip" in user.segments' }] }, segment({ where: 'spent < 500' }), [order(0), walk(D)])).toEqual([]); // prettier-ignore
  });

  it('takes back what is held when an exit state becomes true by the passing of time', () => {
    const short = segment({ let: { spent: { sum: 'total', event: 'order', within: '1d' } } });
    const held = { when: [{ event: 'walk' }], exit: [{ is: '!("vip" in user.segments)' }] };
    const options = { recode: true, outcome: () => undefined };
    const { actions, recalls } = playEvents(program(short, trigger('t', held)), 'u:ada', [order(0), walk(H)], options);
    expect(recalls).toMatchObject([{ action: actions[0]?.id, reason: 'exit', at: START + D }]);
  });

  it.each([
    ['user.segments == []', /stands after `in`/],
    ['user.segments.exists(s, s == "vip")', /stands after `in`/],
    ['user.name in user.segments', /named as it is/],
  ])('is not asked for by %s', (text, message) => {
    const [problem] = makeProgram([trigger('t', { if: text })]).problems;
    expect(problem).toMatchObject({ path: 'if', message: expect.stringMatching(message) });
  });

  it('is described, with what is counted', () => {
    const p = program(segment({}), segment({ name: 'young', where: 'spent == 0' }, { name: 'young', since: since(0) }));
    const state = playEvents(p, 'u:ada', [order(0), walk(D)], {}).state;
    expect(state).toMatchObject({ segments: [] });
    const task = new Task(p);
    task.event(0, 'order', { total: 600 });
    task.tick(SETTLE);
    expect(describePerson(p, 'u:ada', task.state!)['segments']).toEqual([
      { segment: 'vip', version: 1, member: true, values: { spent: 600 }, decidedUpTo: '2026-01-01T00:00:00.000Z', changes: '2026-04-01T00:00:00.000Z' }, // prettier-ignore
      { segment: 'young', version: 1, member: 'unknown', values: { spent: 600 }, decidedUpTo: '2026-01-01T00:00:00.000Z', changes: '2026-04-01T00:00:00.000Z', warming: '2026-04-01T00:00:00.000Z' }, // prettier-ignore
    ]);
  });

  it('is told, and counted once, when what is kept of them goes over to day buckets or is too old', () => {
    const of = program(segment({ let: { spent: { sum: 'total', event: 'order', within: '3d' } } }), trigger('t', {}));
    const task = new Task(of);
    const names = Array.from({ length: 103 }, (_, i) => task.event(i, 'order', { total: 1 })).flatMap((outputs) =>
      brief(outputs),
    );
    expect(names).toEqual(['aggregate-coarse']);
    expect(describePerson(of, 'u:ada', task.state!)['segments']).toMatchObject([{ inDayBuckets: ['spent'] }]);
    expect(brief(task.event(0, 'order', { total: 1 }, { received: since(4 * D) }))).toEqual(['aggregate-late']);
    const kinds = new Task(program(segment({ let: { n: { distinct: 'total', event: 'order', within: '3d' } }, where: 'n < 0' })));
    const full = Array.from({ length: 201 }, (_, i) => kinds.event(i, 'order', { total: i })).flatMap((outputs) =>
      brief(outputs),
    );
    expect(full).toEqual(['distinct-full']);
  });

  it('is traced, with what was counted', () => {
    const p = program(segment({}), trigger('t', {}));
    const entries: TraceEntry[] = [];
    const { state } = advance(p, 'u:ada', undefined, { kind: 'event', event: order(0), clock: START });
    const due = state!.segments[0]!.due!;
    advance(p, 'u:ada', state, { kind: 'timer', due, clock: due }, (entry) => void entries.push(entry));
    expect(entries[0]).toEqual({
      what: 'segment.entered',
      detail: { segment: 'vip', version: 1, member: true, values: { spent: 600 } },
    });
    expect(entries[1]).toMatchObject({ what: 'attempt.opened', trigger: 't', detail: { key: '' } });
  });

  it('can be played in the examples of a trigger', () => {
    const examples = [{ name: 'x', events: [{ at: '1h', event: 'order', properties: { total: 600 } }], expect: [{ at: '1h', step: 'mail' }] }]; // prettier-ignore
    const { document } = trigger('t', { examples });
    expect(playExamples(document, [segment({}).document])).toMatchObject({ value: [{ ok: true }] });
    expect(playExamples(document)).toMatchObject({ value: [{ ok: false, actual: [] }] });
  });

  it('names its segments to who asks whether they exist', () => {
    const [named] = makeProgram([
      trigger('t', { when: [{ enters: 'vip' }, { leaves: 'old' }], if: '"young" in user.segments' }),
    ]).triggers();
    expect(named?.segments).toEqual([
      { name: 'vip', path: 'when.0.enters' },
      { name: 'old', path: 'when.1.leaves' },
      { name: 'young', path: 'if' },
    ]);
    const [scheduled] = makeProgram([trigger('t', { when: [{ every: 'daily 09:00', in: 'vip' }] })]).triggers();
    expect(scheduled?.segments).toEqual([{ name: 'vip', path: 'when.0.in' }]);
  });
});
