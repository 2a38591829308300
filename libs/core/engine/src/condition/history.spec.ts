import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Instant, type Json } from '@tripline/kernel';
import type { Action, Control, Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { advance } from '../advance.js';
import { applyControl, type Definitions } from '../compile/definitions.js';
import type { Output } from '../input.js';
import { outcomeEvent } from '../play/person-play.js';
import { decodePerson, encodePerson } from '../person/person-codec.js';
import type { PersonState } from '../person/person-state.js';
import { makeProgram } from '../compile/program.js';
import { nextTimer } from '../timers.js';

type Fields = { readonly [field: string]: Json | undefined };
const at = (ms: number): Instant => makeInstant(START + ms);
/** When everything is published, the history comes, and it is said to be complete. */
const PUBLISHED = 1_000;
const IMPORTED = 1_100;
const COMPLETE = 1_110;
const END = 2_000;
const SETTLE = 5;

const document = (name: string, fields: Fields) =>
  makeTriggerDocument({ name, by: undefined, time: { settle: `${SETTLE}ms` }, do: [{ id: 'mail', email: 'm' }], ...fields });
const publish = (revision: number, name: string, fields: Fields): Control => ({
  kind: 'control',
  name,
  revision,
  change: { type: 'publish', version: 1, document: document(name, fields), openRuns: 'drain' },
});
const publishSegment = (revision: number, fields: Fields): Control => ({
  ...{ kind: 'control', of: 'segment', name: 'vip', revision },
  change: {
    ...{ type: 'publish', version: 1, openRuns: 'drain' },
    document: JSON.parse(
      JSON.stringify({ kind: 'segment', name: 'vip', time: { settle: `${SETTLE}ms` }, ...fields }),
    ) as Action['data'] & object,
  },
});
const complete = (revision: number, from: number, before = revision): Control => ({
  ...{ kind: 'control', of: 'history', name: 'history', revision },
  change: { type: 'history', completeFrom: at(from), before },
});

type Step = { readonly at: number; readonly event?: Event; readonly control?: Control };
type Decided = { readonly id: string; readonly trigger: string; readonly decided: number; readonly due: number };

/** One person's task: each step at its time, timers as they come due, all of it stored and read back. Answers what was decided. */
function run(
  steps: readonly Step[],
  until = END,
): { readonly decided: Decided[]; readonly notices: string[]; readonly state: PersonState | undefined } {
  let definitions: Definitions = [];
  let program = makeProgram(definitions);
  let state: PersonState | undefined;
  const decided: Decided[] = [];
  const notices: string[] = [];
  const take = (input: Parameters<typeof advance>[3], now: Instant): void => {
    const { state: next, outputs } = advance(program, 'u:ada', state, input);
    state = next === undefined ? undefined : decodePerson(encodePerson(next));
    for (const output of outputs) hear(output, now);
  };
  const hear = (output: Output, now: Instant): void => {
    if (output.kind === 'notice') notices.push(output.name);
    if (output.kind !== 'action') return;
    decided.push({ id: output.id, trigger: output.trigger, decided: output.decided - START, due: now - START });
    const event = outcomeEvent(output, 'sent', output.decided, now);
    take({ kind: 'event', event, clock: now }, now);
  };
  const tickUpTo = (limit: Instant): void => {
    for (let i = 0; i < 1_000; i++) {
      const timer = state === undefined ? undefined : nextTimer(state);
      if (timer === undefined || timer.due > limit) return;
      take({ kind: 'timer', due: timer.due, clock: timer.due }, timer.due);
    }
    throw new Error('does not come to rest');
  };
  for (const step of steps) {
    tickUpTo(at(step.at));
    if (step.control !== undefined) {
      definitions = applyControl(definitions, step.control, at(step.at));
      program = makeProgram(definitions);
      expect(program.problems).toEqual([]);
    }
    if (step.event !== undefined) take({ kind: 'event', event: step.event, clock: at(step.at) }, at(step.at));
  }
  tickUpTo(at(until));
  return { decided, notices, state };
}

const DOCUMENTS: readonly Control[] = [
  publishSegment(1, { let: { n: { count: 'order', within: '400ms' }, spent: { sum: 'total', event: 'order', within: '300ms' } }, where: 'n >= 2 || spent > 50' }), // prettier-ignore
  publish(2, 'missing', { when: [{ event: 'cart' }, { notSeen: 'order', within: '350ms' }], onRepeat: 'parallel' }),
  publish(3, 'there', { when: [{ event: 'cart' }, { seen: 'order', within: '350ms' }], onRepeat: 'parallel' }),
  publish(4, 'silent', { when: [{ inactive: 'login', for: '150ms' }], onRepeat: 'parallel' }),
  publish(5, 'again', { when: [{ inactive: 'login', for: '120ms', again: { every: '90ms', atMost: 4 } }], onRepeat: 'parallel' }), // prettier-ignore
  publish(6, 'in', { when: [{ enters: 'vip' }], onRepeat: 'parallel' }),
  publish(7, 'out', { when: [{ leaves: 'vip' }], onRepeat: 'parallel' }),
  publish(8, 'member', { when: [{ event: 'cart' }], if: '"vip" in user.segments', onRepeat: 'parallel' }),
  publish(9, 'stranger', { when: [{ event: 'cart' }], if: '!("vip" in user.segments)', onRepeat: 'parallel' }),
];
const publishedAt = (ms: number): Step[] => DOCUMENTS.map((control) => ({ at: ms, control }));
const heard = (ms: number, name: string, total: number, fields: Partial<Event> = {}): Event =>
  eventAt(ms, name, { total }, { id: `${name}-${ms}`, ...fields });

const NAMES = ['order', 'login', 'cart'] as const;
const some = (from: number, to: number, maxLength: number) =>
  fc.uniqueArray(
    fc.record({ ms: fc.integer({ min: from, max: to }), name: fc.constantFrom(...NAMES), total: fc.constantFrom(10, 30, 60) }),
    { maxLength, selector: ({ ms, name }) => `${ms} ${name}` },
  );
const inOrder = <T extends { readonly ms: number }>(made: readonly T[]): T[] => [...made].sort((a, b) => a.ms - b.ms);
const after = ({ decided }: ReturnType<typeof run>): Decided[] =>
  decided.filter(({ due }) => due > COMPLETE + SETTLE).sort((a, b) => a.due - b.due || (a.id < b.id ? -1 : 1));

describe('a history that was imported and is complete', () => {
  it('leads to the same decisions, from then on, as having watched all along; whatever order it came in', () => {
    fc.assert(
      fc.property(
        some(0, PUBLISHED - 1, 12),
        some(COMPLETE + SETTLE + 1, END - 500, 8),
        fc.infiniteStream(fc.nat()),
        (past, future, keys) => {
          const live = (made: typeof past): Step[] => inOrder(made).map(({ ms, name, total }) => ({ at: ms, event: heard(ms, name, total) })); // prettier-ignore
          const watched = run([...publishedAt(-5_000), ...live([...past, ...future])]);
          const shuffled = past.map((each) => ({ each, key: keys.next().value as number })).sort((a, b) => a.key - b.key);
          const imported = shuffled.map(({ each: { ms, name, total } }) => ({ at: IMPORTED, event: heard(ms, name, total, { historical: true, received: at(IMPORTED) }) })); // prettier-ignore
          const filled = run([
            ...publishedAt(PUBLISHED),
            ...imported,
            { at: COMPLETE, control: complete(20, -5_000) },
            ...live(future),
          ]);
          expect(after(filled)).toEqual(after(watched));
          expect(filled.decided.filter(({ decided }) => decided <= IMPORTED - SETTLE)).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });
});

const missing = publish(1, 'missing', {
  when: [{ event: 'cart' }, { notSeen: 'order', within: '350ms' }],
  onRepeat: 'parallel',
});
const cart = (ms: number): Step => ({ at: ms, event: heard(ms, 'cart', 1) });
const past = (ms: number, name = 'order', total = 1): Step => ({
  at: IMPORTED,
  event: heard(ms, name, total, { historical: true, received: at(IMPORTED) }),
});
const published = (...controls: Control[]): Step[] => controls.map((control) => ({ at: PUBLISHED, control }));
const decisions = (steps: readonly Step[]): [string, number][] =>
  run(steps, 3_000).decided.map(({ trigger, decided }) => [trigger, decided]);

describe('from when on history is complete', () => {
  it.each([
    [349, []],
    [350, [['missing', 1_200]]],
    [351, [['missing', 1_200]]],
  ])('a look back of 350 ms that goes back to %i ms before now knows: %j', (reach, expected) => {
    expect(decisions([...published(missing), { at: COMPLETE, control: complete(5, 1_200 - reach) }, cart(1_200)])).toEqual(
      expected,
    );
  });

  const vip = (where: string) => publishSegment(1, { let: { n: { count: 'order', within: '400ms' } }, where });

  it.each([
    [910, []],
    [909, [['in', 1_310]]],
  ])('of a segment of 400 ms, at %i, tells %j of who joins at 1310', (from, expected) => {
    const joins = publish(2, 'in', { when: [{ enters: 'vip' }] });
    const second: Step = { at: 1_310, event: heard(1_310, 'order', 1) };
    const steps = [...published(vip('n >= 2'), joins), past(950), { at: COMPLETE, control: complete(5, from) }, second];
    expect(decisions(steps)).toEqual(expected);
  });

  it.each([
    [COMPLETE - 2, []],
    [COMPLETE, []],
    [COMPLETE + 1, [['out', COMPLETE + 1]]],
  ])('nothing is told that changed before it was said: who leaves at %i, is %j', (leaves, expected) => {
    const out = publish(2, 'out', { when: [{ leaves: 'vip' }] });
    const steps = [...published(vip('n >= 1'), out), past(leaves - 400), { at: COMPLETE, control: complete(5, -5_000) }];
    expect(decisions(steps)).toEqual(expected);
  });

  it('moves nothing forward, and says nothing new when it comes again', () => {
    const one = applyControl([], missing, at(PUBLISHED));
    const filled = applyControl(one, complete(5, 500), at(COMPLETE));
    expect(filled).toEqual([{ ...one[0], known: at(500), filled: at(COMPLETE) }]);
    expect(applyControl(filled, complete(5, 500), at(COMPLETE + 9))).toBe(filled);
    expect(applyControl(filled, complete(6, 700), at(COMPLETE + 9))).toBe(filled);
    expect(applyControl(one, complete(5, PUBLISHED), at(COMPLETE))).toBe(one);
    expect(applyControl(filled, complete(7, 100), at(COMPLETE + 9))).toMatchObject([
      { known: at(100), filled: at(COMPLETE + 9) },
    ]);
  });

  it('concerns what was published before the import began, also where the record comes again', () => {
    const during: Control = { ...missing, name: 'during', revision: 3 };
    const later: Control = { ...missing, name: 'later', revision: 9 };
    const said = complete(5, -5_000, 2);
    const steps = [
      ...[...published(missing, during), { at: COMPLETE, control: said }],
      ...[{ at: COMPLETE + 1, control: later }, { at: COMPLETE + 2, control: said }, cart(1_200)],
    ];
    expect(decisions(steps)).toEqual([['missing', 1_200]]);
    expect(run(steps).notices.filter((name) => name === 'condition-unknown')).toHaveLength(2);
  });

  it('does not make known what memory let go', () => {
    const many = Array.from({ length: 60 }, (_, i) => past(901 + i));
    const late: Step = { at: 1_200, event: heard(890, 'cart', 1, { received: at(1_200) }) };
    const steps = (orders: Step[]) => [...published(missing), ...orders, { at: COMPLETE, control: complete(5, -5_000) }, late];
    expect(decisions(steps(many.slice(0, 3)))).toEqual([['missing', 890]]);
    expect(decisions(steps([past(600), ...many]))).toEqual([]);
    expect(run(steps([past(600), ...many])).notices).toContain('condition-unknown');
  });
});

describe('silence that history tells of', () => {
  const silent = publish(1, 'silent', { when: [{ inactive: 'login', for: '120ms', again: { every: '90ms', atMost: 3 } }] });

  it.each([
    [IMPORTED - 120 - SETTLE + 1, [1_096, 1_186, 1_276], 0],
    [IMPORTED - 120 - SETTLE, [1_185, 1_275], 1],
    [IMPORTED - 210 - SETTLE, [1_185], 1],
    [IMPORTED - 300 - SETTLE, [], 1],
  ])('since %i is told at %j, and what is over is counted', (since, expected, counted) => {
    const { decided, notices } = run([...published(silent), past(since, 'login')]);
    expect(decided.map((each) => each.decided)).toEqual(expected);
    expect(notices.filter((name) => name === 'historical-past')).toHaveLength(counted);
  });
});
