import { describe, expect, it } from '@jest/globals';
import { encodeUtf8, makeInstant, type Instant, type Json, type JsonObject } from '@tripline/kernel';
import { encodeTaskInput, parseTaskInput, parseTrigger, peekEventName, type Control, type ControlChange } from '@tripline/model';
import { eventAt, makeTriggerDocument } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import { compileTrigger } from './compile-trigger.js';
import { applyControl, DRAINING_MAX, encodeDefinitions, parseDefinitions, type Definitions } from './definitions.js';
import { makeProgram, type Program } from './program.js';
import { START } from '@tripline/testing-builders';

const control = (revision: number, change: ControlChange, name = 't'): Control => ({ kind: 'control', name, revision, change });
const publish = (version: number, document: JsonObject = {}, openRuns: 'drain' | 'cancel' = 'drain'): ControlChange => ({
  type: 'publish',
  version,
  document,
  openRuns,
});
const at = (ms: number): Instant => makeInstant(ms);
const states = (definitions: Definitions): string[] => definitions.map((d) => `${d.name}@${d.version} ${d.state}`);

describe('what is in force', () => {
  const one = applyControl([], control(1, publish(1)));

  it('changes nothing by a revision that is not newer', () => {
    expect(applyControl(one, control(1, publish(2)))).toBe(one);
    expect(states(applyControl(one, control(1, publish(1), 'other')))).toEqual(['t@1 live', 'other@1 live']);
  });

  it('drains the version before, or cancels it, and withdraws', () => {
    expect(states(applyControl(one, control(2, publish(2))))).toEqual(['t@1 draining', 't@2 live']);
    expect(states(applyControl(one, control(2, publish(2, {}, 'cancel'))))).toEqual(['t@2 live']);
    const withdrawn = applyControl(applyControl(one, control(2, publish(2))), control(3, { type: 'withdraw' }));
    expect(states(withdrawn)).toEqual(['t@2 withdrawn']);
    expect(applyControl(withdrawn, control(3, publish(3)))).toBe(withdrawn);
    expect(states(applyControl(withdrawn, control(4, publish(3))))).toEqual(['t@3 live']);
    expect(applyControl([], control(5, { type: 'withdraw' }))).toMatchObject([{ revision: 5, state: 'withdrawn' }]);
  });

  it('keeps segments beside triggers of the same name, one version of each', () => {
    const of = (revision: number, change: ControlChange): Control => ({ ...control(revision, change), of: 'segment' });
    const both = applyControl(applyControl(one, of(1, publish(1, { let: { n: 1 } })), at(100)), of(2, publish(2, { let: { n: 1 }, where: 'x' })), at(200)); // prettier-ignore
    expect(both).toMatchObject([
      { name: 't', version: 1, state: 'live' },
      { kind: 'segment', name: 't', version: 2, since: 200, known: 100 },
    ]);
    expect(both[0]).not.toHaveProperty('kind');
    expect(applyControl(both, of(3, publish(3, { let: { n: 2 } })), at(300))[1]).toEqual({ kind: 'segment', name: 't', version: 3, revision: 3, document: { let: { n: 2 } }, state: 'live', since: 300 }); // prettier-ignore
    const withdrawn = applyControl(both, of(4, { type: 'withdraw' }));
    expect(withdrawn).toMatchObject([{ state: 'live' }, { kind: 'segment', revision: 4, state: 'withdrawn' }]);
    expect(applyControl(withdrawn, of(4, publish(5)))).toBe(withdrawn);
    expect(applyControl([], of(1, { type: 'withdraw' }))).toMatchObject([{ kind: 'segment', state: 'withdrawn' }]);
    expect(parseDefinitions(encodeDefinitions(both))).toEqual(both);
    expect(parseTaskInput(encodeTaskInput(of(1, publish(1))))).toMatchObject({ ok: true, value: { of: 'segment' } });
    expect(parseTaskInput(encodeUtf8(JSON.stringify({ ...control(1, publish(1)), of: 5 })))).toMatchObject({ ok: false });
  });

  it('pauses what is live, in its place and across versions, until it is resumed or withdrawn', () => {
    const PAUSE: ControlChange = { type: 'pause' };
    const paused = (definitions: Definitions): string[] =>
      definitions.filter((d) => d.paused !== undefined).map((d) => `${d.name}@${d.version}`);
    const both = applyControl(one, control(1, publish(1), 'other'));
    const stopped = applyControl(both, control(2, PAUSE), at(7));
    expect(applyControl(stopped, control(3, PAUSE), at(9))[0]).toEqual({ ...one[0], revision: 3, paused: 7 });
    expect([states(stopped), paused(stopped)]).toEqual([['t@1 live', 'other@1 live'], ['t@1']]);
    expect(stopped[0]?.document).toBe(one[0]?.document);
    expect(applyControl(stopped, control(2, { type: 'resume' }))).toBe(stopped);
    expect(paused(applyControl(stopped, control(3, PAUSE)))).toEqual(['t@1']);
    expect(applyControl(stopped, control(3, { type: 'resume' }))).toEqual([{ ...one[0], revision: 3 }, both[1]]);
    const next = applyControl(stopped, control(3, publish(2)));
    expect([states(next), paused(next)]).toEqual([['other@1 live', 't@1 draining', 't@2 live'], ['t@2']]);
    const withdrawn = applyControl(next, control(4, { type: 'withdraw' }));
    expect(paused(withdrawn)).toEqual([]);
    expect(applyControl(withdrawn, control(5, PAUSE))).toBe(withdrawn);
    expect(paused(applyControl(withdrawn, control(5, publish(3))))).toEqual([]);
    expect(applyControl([], control(1, PAUSE))).toEqual([]);
    expect(parseDefinitions(encodeDefinitions(next))).toEqual(next);
    expect(next.map((d) => makeProgram([d]).version(d.name, d.version)?.paused ?? d.paused !== undefined)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('bounds what drains', () => {
    let definitions: Definitions = [];
    for (let n = 1; n <= DRAINING_MAX + 5; n++) definitions = applyControl(definitions, control(n, publish(n)));
    expect(definitions).toHaveLength(DRAINING_MAX + 1);
    expect(parseDefinitions(encodeDefinitions(definitions))).toEqual(definitions);
    expect(() => parseDefinitions(encodeUtf8('[2,[]]'))).toThrow(/format/);
  });
});

describe('a program', () => {
  const inForce = (...fields: { readonly [field: string]: Json | undefined }[]): Program =>
    makeProgram(
      fields.map((f, i) => ({
        name: `t${i}`,
        version: 1,
        revision: 1,
        document: makeTriggerDocument({ name: `t${i}`, ...f }),
        state: 'live' as const,
      })),
    );
  const concerns = (program: Program, name: string): boolean => {
    const bytes = encodeTaskInput({ kind: 'event', ...eventAt(0, name) });
    const span = { from: 0, to: 0 };
    return peekEventName(bytes, span) && program.concerns(bytes, span);
  };

  it('is concerned by the events its triggers name, by identifies and outcomes, and by no other', () => {
    const program = inForce({ let: { l: { list: 'seen.ä' } }, exit: [{ event: 'left' }] });
    const names = ['cart.item_added', 'order.completed', 'seen.ä', 'left', '$identify', 'email.clicked'];
    expect(names.filter((name) => !concerns(program, name))).toEqual([]);
    expect(['page.viewed', 'cart.item_adde', 'cart.item_addedd', '$page', 'x'].filter((name) => concerns(program, name))).toEqual(
      [],
    );
  });

  it('is concerned by everything where any event ends a silence', () => {
    expect(concerns(inForce({ by: undefined, when: [{ inactive: 'any', for: '1d' }] }), 'page.viewed')).toBe(true);
  });

  it('is concerned by what its segments count, and lists what is wrong with them', () => {
    const segment = (name: string, fields: JsonObject) => ({ kind: 'segment' as const, name, version: 1, revision: 1, state: 'live' as const, document: { kind: 'segment', name, ...fields } }); // prettier-ignore
    const counting = segment('s', { let: { n: { count: 'walked', within: '1d' } }, where: 'n > 1' });
    expect(concerns(makeProgram([counting]), 'walked')).toBe(true);
    expect(makeProgram([counting]).acceptMax).toBe(86_400_000);
    const wrong = segment('w', { let: { n: { sum: 'x >', event: 'e', where: '"s" in user.segments', within: '1d' } }, where: 'm > 1', keep: 'event.n' }); // prettier-ignore
    const { problems } = makeProgram([wrong, segment('v', { where: 1 })]);
    expect(problems.map((p) => `${p.kind} ${p.trigger} ${p.path}`).sort()).toEqual(['segment v where', 'segment w keep', 'segment w let.n.sum', 'segment w let.n.where', 'segment w where']); // prettier-ignore
    expect(problems.find((p) => p.trigger === 'w' && p.path === 'where')?.message).toBe('unknown name "m": here stand n, user');
  });

  it('lists what does not compile and runs the rest', () => {
    const program = inForce({ if: 'nope > 1' }, {});
    expect(program.problems).toMatchObject([
      { trigger: 't0', version: 1, path: 'if', message: expect.stringContaining('unknown name "nope"') },
    ]);
    expect(program.triggers().map((t) => t.name)).toEqual(['t1']);
  });

  it('lets an open run end in its own version, and ends it where the version is gone', () => {
    const document = (template: string) => makeTriggerDocument({ name: 't', do: [{ id: 'mail', email: template }] });
    const first = applyControl([], control(1, publish(1, document('one'))));
    const opened = advance(makeProgram(first), 'u:ada', undefined, {
      kind: 'event',
      event: eventAt(0, 'cart.item_added', { cartId: 1 }),
      clock: START,
    }).state;
    const timer = { kind: 'timer', due: opened!.runs[0]!.due, clock: START } as const;
    const again = { kind: 'event', event: eventAt(9, 'cart.item_added', { cartId: 1 }), clock: START } as const;
    const drained = makeProgram(applyControl(first, control(2, publish(2, document('two')))));
    expect(advance(drained, 'u:ada', opened, again).state?.runs).toHaveLength(1);
    expect(advance(drained, 'u:ada', opened, timer).outputs).toMatchObject([{ kind: 'action', version: 1, template: 'one' }]);
    const cancelled = makeProgram(applyControl(first, control(2, publish(2, document('two'), 'cancel'))));
    expect(advance(cancelled, 'u:ada', opened, timer)).toMatchObject({
      state: { runs: [] },
      outputs: [{ name: 'run-withdrawn' }],
    });
  });
});

describe('compileTrigger', () => {
  const problems = (fields: { readonly [field: string]: Json | undefined }): string[] => {
    const parsed = parseTrigger(makeTriggerDocument(fields));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const compiled = compileTrigger(parsed.value);
    return compiled.ok ? [] : compiled.problems.map((p) => `${p.path}: ${p.message}`);
  };

  it('names every problem by its path, all at once', () => {
    const when = [
      { event: 'a', as: 'first', where: 'x >' },
      { event: 'b', where: 'later.x', as: 'later' },
    ];
    const found = problems({
      when,
      if: 'x',
      do: [{ id: 'mail', email: 'm', with: { a: 'mail.clickd', b: 'first.x' } }],
      exit: [{ is: 'nope' }],
    });
    expect(found.map((p) => p.slice(0, p.indexOf(':'))).sort()).toEqual([
      'do.0.with.a',
      'exit.0.is',
      'if',
      'when.0.where',
      'when.1.where',
    ]);
  });

  it.each([
    ['by', { by: 'k', when: [{ inactive: 'login', for: '1d' }] }],
    ['when.0.by', { when: [{ event: 'a', by: 'none' }] }],
    ['when.1.by', { by: undefined, when: [{ event: 'a' }, { event: 'b', by: 'k' }] }],
    ['when.sequence.1.for', { when: { sequence: [{ event: 'a' }, { not: 'b', for: '2h' }], within: '1h' } }],
    ['let.t.of', { let: { t: { sum: 'x', of: 'nope' } } }],
    ['let.l.minus', { let: { l: { list: 'a', minus: 'b' } } }],
    [
      'do.1.wait.until.of',
      { do: [{ id: 'mail', email: 'm' }, { wait: { until: { event: 'email.clicked', of: 'text' }, atMost: '1d' } }] },
    ],
  ])('refuses at %s what has no meaning', (path, fields) => {
    expect(problems(fields).map((p) => p.slice(0, p.indexOf(':')))).toEqual([path]);
  });
});
