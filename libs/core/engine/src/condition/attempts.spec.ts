import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import { Task, brief } from '../one-task.rig.js';
import { playEvents } from '../play/play.js';
import { makeProgram, type Program } from '../compile/program.js';

type Fields = { readonly [field: string]: Json | undefined };
type Given = readonly [name: string, at: number, fields?: Partial<Event>];
const document = (fields: Fields) => makeTriggerDocument({ name: 't', by: undefined, time: { settle: '3ms' }, ...fields });
const live = (fields: Fields): Program =>
  makeProgram([{ name: 't', version: 1, revision: 1, state: 'live', document: document(fields) }]);
/** When it fires, told these events in this order. */
const fired = (fields: Fields, ...given: readonly Given[]): number[] => {
  const program = live(fields);
  expect(program.problems).toEqual([]);
  const events = given.map(([name, at, more], i) => eventAt(at, name, {}, { id: `e${i}`, ...more }));
  return playEvents(program, 'u:ada', events, { recode: true }).actions.map((a) => a.decided - START);
};
const late = (ms: number): Partial<Event> => ({ received: makeInstant(START + ms) });
const many = (name: string, count: number, from: number): Given[] =>
  Array.from({ length: count }, (_, i): Given => [name, from + i]);

describe('an event', () => {
  it('that begins an attempt counts for every first element that it fits', () => {
    const when = [{ all: [{ event: 'a' }, { event: 'a', where: 'v > 10' }] }];
    expect(fired({ when }, ['a', 0, { properties: { v: 20 } }])).toEqual([0]);
    expect(fired({ when }, ['a', 0, { properties: { v: 5 } }], ['a', 1, { properties: { v: 20 } }])).toEqual([1]);
  });

  it('counts for one element of a sequence only, also where it is told under two names', () => {
    const when = [{ event: 'login' }, { changed: 'user.plan' }];
    const plan = (name: string): Partial<Event> => ({ traits: { plan: name } });
    expect(fired({ when }, ['login', 0, plan('pro')])).toEqual([]);
    expect(fired({ when }, ['login', 0, plan('pro')], ['$identify', 1, plan('free')])).toEqual([1]);
  });

  it('opens the next attempt where the last is over, though no tick has said so yet', () => {
    const when = [{ event: 'v' }, { not: 'c' }, { event: 'v' }];
    expect(fired({ when }, ['v', 0], ['c', 1], ['v', 2], ['v', 10])).toEqual([10]);
    expect(fired({ when }, ['v', 0], ['c', 2], ['v', 1, late(3)], ['v', 10])).toEqual([1]);
  });

  it('that completed an attempt is not found by a repeat of it that comes late', () => {
    const when = [{ event: 'a' }, { event: 'b' }];
    expect(fired({ when }, ['a', 0], ['b', 10], ['a', 5, late(11)])).toEqual([10]);
    expect(fired({ when, onRepeat: 'parallel' }, ['a', 0], ['b', 10], ['a', 5, late(11)])).toEqual([10, 10]);
  });
});

describe('what must not have happened', () => {
  const when = [{ event: 'a' }, { event: 'b' }, { not: 'c', for: '20ms' }];

  it('is known however much of it came before what it counts from', () => {
    expect(fired({ when }, ['a', 0], ['c', 11], ...many('c', 9, 100), ['b', 10, late(120)])).toEqual([]);
    expect(fired({ when }, ['a', 0], ...many('c', 30, 100), ['b', 200])).toEqual([220]);
    expect(fired({ when }, ['a', 0], ...many('c', 30, 100), ['b', 129])).toEqual([]);
    expect(fired({ when }, ['a', 0], ...many('c', 30, 100), ['b', 130])).toEqual([150]);
  });

  it('is known to a delayed first event, also where the condition goes on after it', () => {
    const goesOn = [{ event: 'a' }, { not: 'c', for: '20ms' }, { event: 'b' }];
    expect(fired({ when: goesOn }, ['c', 11], ['c', 500], ['c', 1_000], ['a', 0, late(2_000)], ['b', 2_010])).toEqual([]);
    expect(fired({ when: goesOn }, ['c', 20], ['c', 500], ['c', 1_000], ['a', 0, late(2_000)], ['b', 2_010])).toEqual([2_010]);
  });

  it('may have been where its test is unknown, also for a delayed first event', () => {
    const asked = [{ event: 'a' }, { not: 'c', for: '20ms', where: 'n > 1' }];
    const c = (properties: Event['properties']): Given => ['c', 5, { properties }];
    expect(fired({ when: asked }, c({}), ['a', 0, late(6)])).toEqual([]);
    expect(fired({ when: asked }, c({ n: 1 }), ['a', 0, late(6)])).toEqual([20]);
  });

  it('takes a message back also where its test is unknown', () => {
    const asked = [{ event: 'a' }, { not: 'c', for: '20ms', where: 'n > 1' }];
    const task = Task.of({ by: undefined, when: asked, time: { settle: '3ms' } });
    task.event(0, 'a');
    expect(brief(task.tick(23))).toEqual([['mail', 20]]);
    expect(brief(task.event(5, 'c', { n: 1 }, late(30)))).toEqual([]);
    expect(brief(task.event(6, 'c', {}, late(31)))).toEqual([['recall', 'violated']]);
  });

  it('may have been where that is forgotten', () => {
    const goesOn = [{ event: 'a' }, { event: 'b' }, { not: 'c', for: '5ms' }, { event: 'd' }];
    const past: Given[] = [['b', 10], ['c', 11], ...many('c', 12, 100)];
    expect(fired({ when: goesOn }, ...past, ['a', 0, late(120)], ['d', 130])).toEqual([]);
  });
});

describe('looking back', () => {
  it('stays decided, whatever is forgotten since', () => {
    const seen = [{ event: 'a' }, { seen: 'v', within: '20ms' }, { event: 'b' }];
    expect(fired({ when: seen }, ['v', 5], ['a', 10], ...many('v', 12, 11), ['b', 100])).toEqual([100]);
    const missed = [{ event: 'a' }, { notSeen: 'v', within: '20ms' }, { event: 'b' }];
    expect(fired({ when: missed }, ['a', 30], ...many('v', 12, 41), ['b', 100])).toEqual([100]);
    expect(fired({ when: missed }, ['a', 30], ['v', 29, late(50)], ['b', 100])).toEqual([]);
  });

  it('an event does not see itself: the first, and the second, within a span', () => {
    const first = [{ event: 'a' }, { notSeen: 'a', within: '20ms' }];
    const second = [{ event: 'a' }, { seen: 'a', within: '20ms' }];
    const times: Given[] = [['a', 100], ['a', 110], ['a', 130]]; // prettier-ignore
    expect(fired({ when: first }, ...times)).toEqual([100, 130]);
    expect(fired({ when: second }, ...times)).toEqual([110]);
  });

  it.each([
    [80, false],
    [81, true],
    [100, true],
    [101, false],
  ])('a message is taken back by what happened at %i after all: %s', (at, isBack) => {
    const task = Task.of({ by: undefined, when: [{ event: 'a' }, { notSeen: 'b', within: '20ms' }], time: { settle: '3ms' } });
    task.event(100, 'a');
    expect(brief(task.tick(103))).toEqual([['mail', 100]]);
    expect(brief(task.event(at, 'b', {}, late(110))).includes('recall')).toBe(false);
    expect(task.state?.runs[0]?.actions[0]?.recalled).toBe(isBack);
  });

  it('knows no alias: what one looks back to happened before', () => {
    const when = [{ event: 'a', as: 'x' }, { seen: 'b', within: '20ms', where: 'sku == x.sku' }]; // prettier-ignore
    expect(live({ when }).problems).toMatchObject([
      { path: 'when.1.where', message: '"x" is not known yet: what one looks back to happened before' },
    ]);
  });
});

describe('restart', () => {
  it('takes the newest first event; of those of one instant the one that came first', () => {
    const taken = (...given: readonly Given[]): unknown[] => {
      const program = live({
        when: [
          { event: 'a', as: 'first' },
          { not: 'b', for: '20ms' },
        ],
        onRepeat: 'restart',
      });
      const events = given.map(([name, at, more], i) => eventAt(at, name, {}, { id: `e${i}`, ...more }));
      return playEvents(program, 'u:ada', events, { recode: true }).actions.map((a) => [a.decided - START, a.events?.['first']]);
    };
    expect(taken(['a', 0], ['a', 5])).toEqual([[25, 'e1']]);
    expect(taken(['a', 5], ['a', 0, late(6)])).toEqual([[25, 'e0']]);
    expect(taken(['a', 5], ['a', 5])).toEqual([[25, 'e0']]);
  });
});

describe('extend', () => {
  it('moves no deadline back, for a repeat that comes late', () => {
    const waiting = [{ event: 'a' }, { not: 'b', for: '20ms' }];
    expect(fired({ when: waiting, onRepeat: 'extend' }, ['a', 0], ['a', 15], ['a', 10, late(16)])).toEqual([35]);
  });

  const when = [{ event: 'a' }, { not: 'c', for: '20ms' }, { event: 'b', within: '50ms' }];

  it('moves the deadline of what is waited for; what was over stays over', () => {
    expect(fired({ when, onRepeat: 'extend' }, ['a', 0], ['a', 25], ['c', 26], ['b', 74])).toEqual([74]);
    expect(fired({ when, onRepeat: 'extend' }, ['a', 0], ['a', 25], ['b', 75])).toEqual([]);
    expect(fired({ when, onRepeat: 'extend' }, ['a', 0], ['a', 19], ['c', 38])).toEqual([]);
    expect(fired({ when, onRepeat: 'extend' }, ['a', 0], ['a', 19], ['a', 38], ['b', 58])).toEqual([58]);
  });
});

describe('two versions', () => {
  const versions = (v1: Json, v2: Json): readonly [Program, Program] => {
    const [one, two] = [document({ when: v1 }), document({ when: v2 })];
    return [
      makeProgram([{ name: 't', version: 1, revision: 1, state: 'live', document: one }]),
      makeProgram([
        { name: 't', version: 1, revision: 1, state: 'draining', document: one },
        { name: 't', version: 2, revision: 2, state: 'live', document: two },
      ]),
    ];
  };
  const after = ([one, two]: readonly [Program, Program], at: number): number[] => {
    const event = (ms: number) => ({ kind: 'event', event: eventAt(ms, 'a'), clock: START }) as const;
    const { state } = advance(one, 'u:ada', undefined, event(0));
    return (advance(two, 'u:ada', state, event(at)).state?.runs ?? []).map((run) => run.version);
  };

  it('are each judged by their own condition', () => {
    const both = versions([{ event: 'a' }, { not: 'c', for: '20ms' }], [{ event: 'a' }, { not: 'c', for: '100ms' }]);
    expect(after(both, 19)).toEqual([1]);
    expect(after(both, 20)).toEqual([1, 2]);
  });

  it('do not both take an event', () => {
    const both = versions([{ event: 'a', times: 2, within: '20ms' }], [{ event: 'a', times: 3, within: '20ms' }]);
    expect(after(both, 1)).toEqual([1]);
  });
});

describe('an event that comes late', () => {
  it('may be the earlier one that counts: what would have failed by the later one waits for it', () => {
    const when = [{ event: 'a' }, { event: 'b' }, { not: 'c', for: '2ms' }];
    expect(fired({ when }, ['a', 0], ['b', 8], ['c', 9], ['b', 7, late(10)])).toEqual([9]);
    expect(fired({ when }, ['a', 0], ['b', 8], ['c', 9], ['b', 6, late(10)])).toEqual([8]);
    expect(fired({ when }, ['a', 0], ['b', 8], ['c', 9], ['b', 6, late(11)])).toEqual([]);
  });
});

describe('silence that was told again', () => {
  it('is taken back, each time it was told, by what broke it from the beginning', () => {
    const when = [{ inactive: 'a', for: '10ms', again: { every: '10ms', atMost: 3 } }];
    const task = Task.of({ by: undefined, when, time: { settle: '3ms' } });
    task.event(0, 'a');
    expect([brief(task.tick(13)), brief(task.tick(23))]).toEqual([[['mail', 10]], [['mail', 20]]]);
    expect(brief(task.event(5, 'a', {}, late(24)))).toEqual([
      ['recall', 'violated'],
      ['recall', 'violated'],
    ]);
  });
});

describe('a tick that comes late', () => {
  const settle = { time: { settle: '3ms' }, by: undefined };

  it('takes back what an event that came since would have taken back', () => {
    const task = Task.of({ ...settle, when: [{ event: 'a' }, { not: 'c', for: '20ms' }] });
    task.event(0, 'a');
    task.event(10, 'c', {}, late(23));
    expect(brief(task.tick(23))).toEqual([
      ['recall', 'violated'],
      ['mail', 20],
    ]);
  });

  it('does not see what was not told in time', () => {
    const task = Task.of({ ...settle, when: [{ event: 'a' }, { seen: 'b', within: '20ms' }] });
    task.event(100, 'a');
    task.event(90, 'b', {}, late(103));
    expect(brief(task.tick(103))).toEqual([]);
    expect(brief(task.event(101, 'a', {}, late(103)))).toEqual([['mail', 101]]);
  });
});
