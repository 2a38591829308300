import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Instant, type Json } from '@tripline/kernel';
import { encodeTaskInput, HANDOFF_BYTES_MAX, type Handoff, type Link } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import type { Input, Output } from '../input.js';
import { H, SETTLE, Task } from '../one-task.rig.js';
import { decodePerson, encodePerson, packPerson, unpackPerson } from '../person/person-codec.js';
import {
  EMPTY_PERSON,
  GOALS_MAX,
  REMEMBERED_MAX,
  REMEMBERED_TIMES_MAX,
  RUNS_MAX,
  type PersonState,
  type Remembered,
} from '../person/person-state.js';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import { makeProgram, type Program } from '../compile/program.js';
import { segment } from '../segment/segments.rig.js';
import { mergedCounts, mergedMemory, mergedMessages } from './merged-memory.js';

const link: Link = { kind: 'link', id: 'l', person: 'a:x', user: 'u:ada', timestamp: START, received: START };
const linked = (program: Program, state: PersonState | undefined): readonly Output[] =>
  advance(program, 'a:x', state, { kind: 'identity', record: link, clock: START }).outputs;
const handoffIn = (outputs: readonly Output[]): Handoff =>
  outputs.flatMap((o) => (o.kind === 'tell' && o.input.kind === 'handoff' ? [o.input] : []))[0] as Handoff;
const noticesIn = (outputs: readonly Output[]): string[] => outputs.flatMap((o) => (o.kind === 'notice' ? [o.name] : []));
/** The runs that write, where half of them buy as the user, and all go on. */
function sentAfter(program: Program, handoff: Handoff): readonly string[] {
  let state: PersonState | undefined;
  const sent: string[] = [];
  const apply = (input: Input): void => {
    const next = advance(program, 'u:ada', state, input);
    state = { ...(next.state as PersonState), identity: {} };
    sent.push(...next.outputs.flatMap((o) => (o.kind === 'action' ? [o.run] : [])));
  };
  const event = (ms: number, name: string, k: number): void =>
    apply({ kind: 'event', event: eventAt(ms, name, { k }, { id: `${name} ${k}`, person: 'u:ada' }), clock: START });
  for (let k = 1; k < 60; k += 2) event(200, 'b', k);
  apply({ kind: 'identity', record: handoff, clock: START });
  const due = makeInstant(START + H + 2 * SETTLE);
  apply({ kind: 'timer', due, clock: due });
  for (let k = 0; k < 60; k++) event(H + 2 * SETTLE, 'c', k);
  return sent;
}
const taken = (program: Program, user: PersonState | undefined, handoff: Handoff) =>
  advance(program, 'u:ada', user, { kind: 'identity', record: handoff, clock: START });

describe('a handoff', () => {
  const lists = { let: { items: { list: 'a', newest: 50 } }, do: [{ id: 'mail', email: 'm', with: { items: 'items' } }] };
  const cart = [
    { event: 'a', as: 'first' },
    { not: 'b', for: '1h' },
  ];

  it('is small, and says nothing of what is not there', () => {
    const task = Task.of({ when: cart });
    task.event(0, 'a');
    const handoff = handoffIn(linked(task.program, task.state));
    expect(encodeTaskInput(handoff).length).toBeLessThan(700);
    expect(unpackPerson(handoff.state).runs).toEqual(task.state?.runs);
  });

  it('is none of somebody of whom nothing is known', () => {
    const { program } = Task.of({});
    expect(linked(program, undefined)).toEqual([{ kind: 'notice', name: 'linked' }]);
  });

  it('that is too large loses what its lists collected, and keeps every run', () => {
    const task = Task.of({ when: cart, ...lists });
    for (let k = 0; k < 20; k++)
      for (let i = 0; i < 8; i++) task.event(i, 'a', { k, text: 'x'.repeat(5_000) }, { id: `${k} ${i}` });
    expect(encodePerson(task.state as PersonState).length).toBeGreaterThan(HANDOFF_BYTES_MAX);
    const outputs = linked(task.program, task.state);
    expect(encodeTaskInput(handoffIn(outputs)).length).toBeLessThan(HANDOFF_BYTES_MAX);
    expect(noticesIn(outputs)).toContain('handoff-cut');
    expect(unpackPerson(handoffIn(outputs).state).runs).toHaveLength(20);
  });

  it('that is still too large loses runs, the one decided last first; what such a run has not sent is recalled', () => {
    const task = Task.of({ when: cart, do: [{ id: 'mail', email: 'm', with: { text: 'first.text' } }] });
    task.event(0, 'a', { k: 'acts', text: 'x' });
    task.tick(H + SETTLE);
    for (let k = 0; k < 80; k++) task.event(H + k, 'a', { k, text: 'x'.repeat(7_000) });
    const outputs = linked(task.program, task.state);
    const { runs } = unpackPerson(handoffIn(outputs).state);
    expect(encodeTaskInput(handoffIn(outputs)).length).toBeLessThan(HANDOFF_BYTES_MAX + 500);
    expect(runs.length).toBeGreaterThan(40);
    expect(runs.map(({ key }) => key)).toEqual([...Array.from({ length: runs.length }, (_, k) => String(k))]);
    expect(outputs.filter(({ kind }) => kind === 'recall')).toHaveLength(1);
  });

  it('that stays too large loses in their order what leads to messages, each counted, and nothing that would deny one', () => {
    const big = { let: { items: { list: 'item', newest: 50 } }, goal: { event: 'g', within: '7d' } };
    const steps = { do: [{ id: 'mail', email: 'm', with: { text: 'first.text', items: 'items', then: 'then.text' } }] };
    const when = [
      { event: 'a', as: 'first' },
      { not: 'b', for: '1h' },
      { event: 'c', as: 'then', within: '1h' },
    ];
    const document = (fields: object) => makeTriggerDocument({ name: 't', by: 'k', when, ...steps, ...big, ...fields });
    const watched = makeTriggerDocument({ name: 'w', by: 'k', when: [{ event: 'w' }], goal: { event: 'g', within: '7d' } });
    const live = { version: 1, revision: 1, state: 'live' } as const;
    const program = makeProgram([
      { ...live, name: 't', document: document({}) },
      { ...live, name: 'w', document: watched },
      segment({ let: { n: { distinct: 'text', event: 's', within: '7d' } }, where: 'n > 1000' }),
    ]);
    expect(program.problems).toEqual([]);
    const text = 'x'.repeat(7_500);
    const device = new Task(program, 'a:x');
    device.event(0, 'w').forEach((o) => o.kind === 'action' && device.outcome(1, o, 'sent'));
    for (let i = 0; i < 150; i++) device.event(2, 's', { text: `${i} ${'x'.repeat(180)}` }, { id: `s ${i}` });
    for (let k = 0; k < 8; k++) device.event(3, 'b', { k: `bought ${k}` });
    for (let k = 0; k < 5; k++) device.event(4, 'c', { k: `then ${k}`, text });
    const devices = [0, 38, 40, 46, 50, 60].map((runs) => {
      const each = new Task(program, 'a:x');
      each.state = device.state;
      for (let k = 0; k < runs; k++) each.event(5 + k, 'a', { k, text });
      for (let k = 0; k < Math.min(runs, 5); k++) each.event(100, 'item', { k, text }, { id: `item ${k}` });
      return each;
    });
    const lost = devices.map((each) => {
      const outputs = linked(program, each.state);
      const [before, after] = [each.state as PersonState, unpackPerson(handoffIn(outputs).state)];
      expect(encodeTaskInput(handoffIn(outputs)).length).toBeLessThan(HANDOFF_BYTES_MAX + 500);
      const denies = ({ remembered }: PersonState): Json => remembered.filter(({ events }) => events === undefined);
      expect(denies(after)).toEqual(denies(before));
      const sizes = (state: PersonState): readonly number[] => [
        state.runs.filter(({ trigger }) => trigger === 'w').length,
        state.runs.filter(({ lists }) => Object.keys(lists).length > 0).length,
        state.remembered.filter(({ events }) => events !== undefined).length,
        state.segments.length,
        state.runs.filter(({ trigger }) => trigger === 't').length,
      ];
      const [had, has] = [sizes(before), sizes(after)];
      const parts = had.flatMap((count, i) => ((has[i] ?? 0) < count ? [i] : []));
      const runs = (had[4] ?? 0) - (has[4] ?? 0);
      const cuts = noticesIn(outputs).filter((name) => name === 'handoff-cut').length;
      expect(cuts).toBe(parts.includes(4) ? parts.length - 1 + runs : parts.length);
      const whole = { ...handoffIn(outputs), state: packPerson(before) as readonly Json[] };
      const [sent, wanted] = [sentAfter(program, handoffIn(outputs)), sentAfter(program, whole)];
      expect(wanted).toHaveLength(Math.ceil((had[4] ?? 0) / 2));
      expect(wanted).toEqual(expect.arrayContaining([...sent]));
      return parts;
    });
    expect(lost).toEqual([[], [], [0, 1], [0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 4]]);
  });

  it('of a form that this build does not know stops the task', () => {
    const { program } = Task.of({});
    const strange = { ...handoffIn(linked(program, Task.of({}).state ?? EMPTY_PERSON)), state: [99] as readonly Json[] };
    expect(() =>
      taken(program, undefined, { ...strange, kind: 'handoff', id: 'h', person: 'u:ada', from: 'a:x', received: START }),
    ).toThrow(/form/);
  });
});

describe('taking over', () => {
  const cart = [{ event: 'a' }, { not: 'b', for: '1h' }];
  const filled = (task: Task, keys: number, from: number): void => {
    for (let k = 0; k < keys; k++) task.event(k, 'a', { k: from + k });
  };

  it(`keeps ${RUNS_MAX} runs, counts those that have no room, and recalls what they have not sent`, () => {
    const [user, device] = [Task.of({ when: cart }), Task.of({ when: cart })];
    filled(user, 95, 0);
    filled(device, 10, 1_000);
    device.tick(H + SETTLE + 3);
    const { state, outputs } = taken(user.program, user.state, handoffIn(linked(device.program, device.state)));
    expect(state?.runs).toHaveLength(RUNS_MAX);
    expect(noticesIn(outputs).filter((name) => name === 'runs-full')).toHaveLength(5);
    expect(state?.runs.filter(({ phase }) => phase === 'watched')).toHaveLength(4);
    filled(user, 5, 2_000);
    const full = taken(user.program, user.state, handoffIn(linked(device.program, device.state)));
    expect(full.outputs.filter(({ kind }) => kind === 'recall')).toHaveLength(4);
    expect(full.state?.runs).toHaveLength(RUNS_MAX);
  });

  it(`keeps ${GOALS_MAX} runs for their goals alone`, () => {
    const fields = { when: [{ event: 'a' }], goal: { event: 'b', within: '7d' } };
    const [user, device] = [Task.of(fields), Task.of(fields)];
    for (const [task, from, count] of [
      [user, 0, 40],
      [device, 1_000, 20],
    ] as const)
      for (let k = from; k < from + count; k++)
        task.event(k, 'a', { k }).forEach((o) => o.kind === 'action' && task.outcome(k, o, 'sent'));
    const { state } = taken(user.program, user.state, handoffIn(linked(device.program, device.state)));
    expect(state?.runs).toHaveLength(GOALS_MAX);
  });

  it('a silence goes on from the later sign of life, and one that was over by then is not told', () => {
    const silent = { by: undefined, when: [{ inactive: 'a', for: '1h' }] };
    const both = (mine: number, theirs: number): number[] => {
      const [user, device] = [Task.of(silent), Task.of(silent)];
      user.event(mine, 'a');
      device.event(theirs, 'a');
      user.state = taken(user.program, user.state, handoffIn(linked(device.program, device.state))).state;
      user.state = { ...(user.state as PersonState), identity: {} };
      return user.tick(9 * H).flatMap((o) => (o.kind === 'action' ? [o.decided - START] : []));
    };
    expect(both(0, H / 2)).toEqual([1.5 * H]);
    expect(both(H / 2, 0)).toEqual([1.5 * H]);
    expect(both(0, H)).toEqual([2 * H]);
    expect(both(0, H - 1)).toEqual([2 * H - 1]);
  });

  it('a silence that the other side broke is not told, also where the other side was active again after it', () => {
    const silent = { by: undefined, when: [{ inactive: 'a', for: '1h' }] };
    const silences = (mine: readonly number[], theirs: readonly number[]): number[] => {
      const [user, device] = [Task.of(silent), Task.of(silent)];
      for (const ms of mine) user.event(ms, 'a');
      for (const ms of theirs) device.event(ms, 'a');
      user.state = taken(user.program, user.state, handoffIn(linked(device.program, device.state))).state;
      user.state = { ...(user.state as PersonState), identity: {} };
      return user.tick(9 * H).flatMap((o) => (o.kind === 'action' ? [o.decided - START] : []));
    };
    expect(silences([H - 1, H + 1], [0])).toEqual([2 * H + 1]);
    expect(silences([0], [H - 1, H + 1])).toEqual([2 * H + 1]);
    expect(silences([H + 1, H - 1], [0])).toEqual([2 * H + 1]);
  });

  it('an exit that the user made ends the run of the device, also one that acts', () => {
    const fields = {
      when: [{ event: 'a' }],
      exit: [{ event: 'x' }],
      do: [{ id: 'one', email: 'm' }, { wait: { for: '2h' } }, { id: 'two', email: 'm' }],
    };
    const [user, device] = [Task.of(fields), Task.of(fields)];
    device.event(0, 'a');
    user.event(1, 'x');
    const { state, outputs } = taken(user.program, user.state, handoffIn(linked(device.program, device.state)));
    expect(outputs).toContainEqual(expect.objectContaining({ kind: 'recall', reason: 'exit', person: 'u:ada' }));
    expect(state?.runs.map(({ phase }) => phase)).toEqual(['watched']);
  });

  it('a run of a version that was withdrawn here ends, counted, and its message is recalled', () => {
    const device = Task.of({ when: [{ event: 'a' }] });
    device.event(0, 'a');
    const [{ name, version }] = device.program.triggers() as [CompiledTrigger];
    const gone = makeProgram([{ name, version, revision: 2, document: {}, state: 'withdrawn' }]);
    const { state, outputs } = taken(gone, undefined, handoffIn(linked(device.program, device.state)));
    expect(noticesIn(outputs)).toContain('run-withdrawn');
    expect(outputs.some(({ kind }) => kind === 'recall')).toBe(true);
    expect(state?.runs.every(({ phase }) => phase === 'watched')).toBe(true);
  });

  it('takes over a run with everything it has, and stores it as it is', () => {
    const device = Task.of({
      when: [{ event: 'a', as: 'first' }],
      do: [{ id: 'one', email: 'm' }, { wait: { until: { event: 'c' }, atMost: '1h' } }, { id: 'two', email: 'm' }],
    });
    device.event(0, 'a', { n: 1 }).forEach((o) => o.kind === 'action' && device.outcome(1, o, 'sent'));
    const { state } = taken(device.program, undefined, handoffIn(linked(device.program, device.state)));
    expect(state?.runs).toEqual(device.state?.runs.map((run) => ({ ...run, origin: 'a:x' })));
    expect(decodePerson(encodePerson(state as PersonState))).toEqual(state);
  });

  it('an exit state that comes with the traits ends what it ends', () => {
    const fields = { when: cart, exit: [{ is: 'user.blocked' }] };
    const [user, device] = [Task.of(fields), Task.of(fields)];
    user.event(0, 'a');
    device.event(0, '$identify', {}, { type: 'identify', person: 'a:x', traits: { blocked: true } });
    const { state } = taken(user.program, user.state, handoffIn(linked(device.program, device.state)));
    expect(state?.runs).toEqual([]);
  });
});

const memoryOf = (mine: readonly Remembered[], other: readonly Remembered[]): readonly Remembered[] =>
  mergedMemory({ remembered: mine }, { remembered: other }).remembered;

describe('taking over from a device that forgot', () => {
  const told = (fields: { readonly [field: string]: Json }, acts: boolean): Json => {
    const [user, device] = [Task.of(fields), Task.of(fields)];
    user.event(0, 'a');
    if (acts) user.tick(H + SETTLE);
    for (let i = 0; i < REMEMBERED_MAX + 5; i++) device.event(10, 'b', { k: `other ${i}` });
    expect(user.state?.runs).toHaveLength(1);
    const { state, outputs } = taken(user.program, user.state, handoffIn(linked(device.program, device.state)));
    return [
      state?.runs.filter(({ phase }) => phase === 'matching').length ?? 0,
      outputs.filter((o) => o.kind === 'recall').length,
    ];
  };

  it('leaves nothing of it with the device', () => {
    const device = Task.of({ when: [{ event: 'a' }, { not: 'b', for: '1h' }] });
    for (let i = 0; i < REMEMBERED_MAX + 5; i++) device.event(10, 'b', { k: `other ${i}` });
    expect(device.state).toHaveProperty('forgotten');
    const { state } = advance(device.program, 'a:x', device.state, { kind: 'identity', record: link, clock: START });
    expect(state).toEqual({ ...EMPTY_PERSON, identity: state?.identity });
  });

  it('denies what may have been: a run that waits, one that has not sent yet, one that may have been left', () => {
    const when = [{ event: 'a' }, { not: 'b', for: '1h' }];
    expect(told({ when }, false)).toEqual([0, 0]);
    expect(told({ when }, true)).toEqual([0, 1]);
    const exit = [{ event: 'b' }];
    expect(told({ when: [{ event: 'a' }, { not: 'c', for: '1h' }], exit }, false)).toEqual([0, 0]);
  });
});

describe('what two ids remember', () => {
  const at = (ms: number): Instant => makeInstant(START + ms);
  const entry = (times: readonly number[], fields: Partial<Remembered> = {}): Remembered => ({
    ...{ trigger: 't', test: 'b', key: '1', times: times.map(at), cut: false, until: at(times[0] ?? 0), ...fields },
  });

  it('is one entry a test and key, newest first, with what each event says', () => {
    const events = (ids: readonly string[]) => ({ events: ids.map((id) => ({ id })) });
    expect(memoryOf([entry([5, 1], events(['e5', 'e1']))], [entry([3, 1], events(['e3', 'other']))])).toEqual([
      entry([5, 3, 1], events(['e5', 'e3', 'e1'])),
    ]);
  });

  it(`is cut at ${REMEMBERED_TIMES_MAX} times, and says so`, () => {
    const [merged] = memoryOf([entry([9, 7, 5, 3, 1])], [entry([8, 6, 4, 2])]);
    expect(merged?.times).toHaveLength(REMEMBERED_TIMES_MAX);
    expect(merged?.cut).toBe(true);
  });

  it(`is at most ${REMEMBERED_MAX} entries, those that live longest`, () => {
    const many = (from: number): Remembered[] =>
      Array.from({ length: 80 }, (_, i) => entry([from + i], { key: String(from + i) }));
    const merged = memoryOf(many(0), many(1_000));
    expect(merged).toHaveLength(REMEMBERED_MAX);
    expect(merged.filter(({ key }) => Number(key) >= 1_000)).toHaveLength(80);
    const before = [{ trigger: 't', test: 'b', at: at(7), until: at(2_000) }];
    const { forgotten } = mergedMemory({ remembered: many(0), forgotten: before }, { remembered: many(1_000) });
    expect(forgotten).toEqual([{ trigger: 't', test: 'b', at: at(59), until: at(2_000) }]);
  });

  it('knows every message id of both', () => {
    const merged = mergedMessages({ since: at(5), current: [1, 2], before: [3] }, { since: at(9), current: [2, 4], before: [5] });
    expect(merged).toEqual({ since: at(9), current: [1, 2, 4], before: [3, 5] });
    const ids = (from: number): number[] => Array.from({ length: 200 }, (_, i) => from + i);
    const full = mergedMessages({ since: at(0), current: ids(0), before: [] }, { since: at(0), current: ids(1_000), before: [] });
    expect([full.current.length, full.before.length]).toEqual([250, 150]);
  });

  it('counts as many runs as a limit asks about', () => {
    expect(mergedCounts({ t: [at(1), at(5)] }, { t: [at(3)], s: [at(2)] }, () => 2)).toEqual({ t: [at(3), at(5)], s: [at(2)] });
  });
});
