import { describe, expect, it } from '@jest/globals';
import { formatInstant, plus, type Duration, type Json } from '@tripline/kernel';
import type { Action, Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { makeProgram, type Program } from '../compile/program.js';
import { fact, identifies, links, moves, places, simulate, toEvent, type Fact } from './human.rig.js';
import type { Tasks } from './identity.rig.js';

const [WAIT, SINCE, WINDOW, QUIET, SETTLE] = [100, 180, 150, 50, 10];
const RENEWS = 200;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const TRIGGERS: { readonly [name: string]: { readonly [field: string]: unknown } } = {
  /** Waits for an order, then branches; its goal is `x`. */
  branch: {
    when: [{ event: 'a', as: 'first' }],
    do: [
      { wait: { until: { event: 'b' }, atMost: `${WAIT}ms` } },
      {
        if: 'first.k == 1',
        do: [{ id: 'one', email: 'm', with: { at: 'first.at' } }],
        else: [{ id: 'two', email: 'm', with: { at: 'first.at' } }],
      },
    ],
    goal: { event: 'x', within: `${WINDOW}ms` },
  },
  /** However its first wait ends, the second counts from the first event. */
  since: {
    when: [{ event: 'a', as: 'first' }],
    do: [
      { wait: { until: { event: 'b' }, atMost: `${WAIT}ms` } },
      { wait: { for: `${SINCE}ms`, since: 'first' } },
      { id: 'since', email: 'm' },
    ],
  },
  /** Until a time of day. */
  local: { when: [{ event: 'a' }], do: [{ wait: { for: '1s', at: '00:02' } }, { id: 'local', email: 'm' }] },
  /** A date in a trait, and nothing bought after it. */
  date: { by: undefined, when: [{ date: 'user.renews' }, { not: 'b', for: `${QUIET}ms` }], do: [{ id: 'date', email: 'm' }] },
  /** Every day. */
  every: { by: undefined, when: [{ every: 'daily 00:01' }], do: [{ id: 'every', email: 'm' }] },
};

function programOf(): Program {
  const program = makeProgram(
    Object.entries(TRIGGERS).map(([name, fields]) => {
      const onRepeat = name === 'date' || name === 'every' ? {} : { onRepeat: 'parallel' };
      const document = { name, by: 'k', time: { settle: `${SETTLE}ms` }, ...onRepeat, ...(fields as { [field: string]: Json }) };
      return { name, version: 1, revision: 1, state: 'live' as const, document: makeTriggerDocument(document) };
    }),
  );
  expect(program.problems).toEqual([]);
  return program;
}

const human = fc.uniqueArray(fact(250, 0, ['u:1', 'a:1', 'a:2'], ['a', 'a', 'b', 'x']), {
  minLength: 2,
  maxLength: 8,
  selector: (f) => f.at,
});
const renewal = fc.record({ at: fc.integer({ min: 0, max: 90 }), person: fc.constantFrom('u:1', 'a:1', 'a:2') });
type Renewal = { readonly at: number; readonly person: string };

const toRenewal = ({ at, person }: Renewal): Event =>
  eventAt(at, '$identify', {}, { id: 'renewal', type: 'identify', person, traits: { renews: formatInstant(plus(START, RENEWS as Duration)) } }); // prettier-ignore

/** From its link on a device is silent: what overtakes what between two tasks has no order that waits would know. */
const placed = (all: readonly Fact[], [one, two]: readonly [number, number]): readonly Fact[] => {
  const since = new Map([['a:1', one], ['a:2', two]]); // prettier-ignore
  return all.map((f) => (f.at >= (since.get(f.person) ?? 1_000) ? { ...f, person: 'u:1' } : f));
};

const decidedOf = (actions: readonly Action[], trigger: string): [string, number][] =>
  actions
    .filter((action) => action.trigger === trigger)
    .map(({ step, decided }): [string, number] => [step, decided - START])
    .sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));

/** Each cart is written about once: at an order of its wait, else at its end; by the branch of its key. */
function checkBranches(tasks: Tasks, facts: readonly Fact[]): void {
  const actions = [...tasks.actions.values()].filter(({ trigger }) => trigger === 'branch');
  const carts = facts.filter(({ name }) => name === 'a');
  expect(actions).toHaveLength(carts.length);
  for (const cart of carts) {
    const action = actions.find(({ data }) => data['at'] === cart.at) as Action;
    const orders = facts.filter(({ name, k, at }) => name === 'b' && k === cart.k && at >= cart.at && at < cart.at + WAIT);
    // A device's handoff may overtake the user's cart: a wait that begins does not look for what is kept by then.
    const isOvertaken = cart.person === 'u:1' && orders.every(({ person }) => person !== 'u:1');
    const ends = [...orders.map(({ at }) => at), ...(orders.length === 0 || isOvertaken ? [cart.at + WAIT] : [])];
    expect(action.step).toBe(cart.k === 1 ? 'one' : 'two');
    expect(ends).toContain(action.decided - START);
    checkGoal(tasks, action, facts.filter(({ name, k }) => name === 'x' && k === cart.k)); // prettier-ignore
  }
}

function checkGoal(tasks: Tasks, action: Action, visits: readonly Fact[]): void {
  const from = action.decided - START;
  const reaching = visits.map(({ at }) => at).filter((at) => at >= from && at < from + WINDOW);
  const reached = [...new Set(tasks.goals.filter(({ run }) => run === action.run).map(({ at }) => at - START))];
  for (const at of reached) expect(reaching).toContain(at);
  expect(reached).toHaveLength(reaching.length > 0 ? 1 : 0);
}

describe('tasks that run as they like, for one human under three ids', () => {
  it('waits, branches, goals, dates and schedules are as the whole history says, each message once', () => {
    const program = programOf();
    fc.assert(
      fc.property(human, renewal, links, moves, places, (all, renews, when, steps, where) => {
        const facts = placed(all, when);
        const events = [...facts.map(toEvent), ...identifies(when), toRenewal(renews)].map((event) => ({
          ...event,
          properties: { ...event.properties, at: event.timestamp - START },
        }));
        const tasks = simulate(program, events, steps, where);
        const actions = [...tasks.actions.values()];
        const carts = facts.filter(({ name }) => name === 'a').map(({ at }) => at).sort((a, b) => a - b); // prettier-ignore
        checkBranches(tasks, facts);
        expect(decidedOf(actions, 'since')).toEqual(carts.map((at) => ['since', at + SINCE]));
        expect(decidedOf(actions, 'local')).toEqual(carts.map(() => ['local', 2 * MINUTE]));
        const isBought = facts.some(({ name, at }) => name === 'b' && at >= RENEWS && at < RENEWS + QUIET);
        expect(decidedOf(actions, 'date')).toEqual(isBought ? [] : [['date', RENEWS + QUIET]]);
        expect(decidedOf(actions, 'every')).toEqual([0, 1, 2, 3, 4].map((day) => ['every', day * DAY + MINUTE]));
        expect(actions.filter(({ decided }) => decided - START > 100).every(({ person }) => person === 'u:1')).toBe(true);
        expect(tasks.asking).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
