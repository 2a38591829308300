import { describe, expect, it } from '@jest/globals';
import type { Event } from '@tripline/model';
import { START } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import { DEVICES_MAX } from './identity.js';
import type { Tasks } from './identity.rig.js';
import { makeProgram } from '../compile/program.js';
import { at, HOUR, identify, MIN, play, tasksOf, told } from './two-ids.rig.js';

describe('links', () => {
  it('hand over once: the same again changes nothing, and so does its handoff', () => {
    const tasks = tasksOf();
    play(tasks, at(0, 'a:x', 'a'), identify(20 * MIN));
    const before = tasks.state('u:ada');
    play(tasks, identify(20 * MIN));
    expect(tasks.state('u:ada')).toEqual(before);
    const { log } = tasks.partitions[0] as Tasks['partitions'][number];
    log.push(log.find(({ input }) => input.kind === 'handoff') as (typeof log)[number]);
    tasks.settle();
    expect(tasks.state('u:ada')).toEqual(before);
    expect(tasks.notices).toContain('handoff-repeated');
  });

  it('hand over once, also where it is long ago or the device is no longer kept', () => {
    const handedOver = (...events: Event[]): Tasks => {
      const tasks = tasksOf();
      play(tasks, at(0, 'a:x', 'a'), identify(MIN), ...events);
      const { log } = tasks.partitions[0] as Tasks['partitions'][number];
      log.push(log.find(({ input }) => input.kind === 'handoff') as (typeof log)[number]);
      tasks.settle();
      return tasks;
    };
    const logins = Array.from({ length: DEVICES_MAX }, (_, i) => identify((2 + i) * MIN, 'u:ada', `x${i}`));
    expect(handedOver(...logins).notices).toContain('handoff-repeated');
    const days = Array.from({ length: 4 }, (_, i) => at((i + 1) * 30 * HOUR, 'u:ada', 'b'));
    expect(handedOver(...days).notices).toContain('handoff-repeated');
  });

  it('to a second user: the device starts afresh, nothing of the first goes over, whatever comes late', () => {
    const tasks = tasksOf();
    play(tasks, at(0, 'a:x', 'a'), identify(20 * MIN), identify(30 * MIN, 'u:bob'), at(40 * MIN, 'a:x', 'a'));
    expect(tasks.state('u:bob')?.runs.map(({ start }) => (start - START) / MIN)).toEqual([40]);
    play(
      tasks,
      identify(20 * MIN, 'u:ada', 'x', { received: identify(50 * MIN).received, id: 'late' }),
      at(55 * MIN, 'a:x', 'b'),
    );
    tasks.settle(3 * HOUR);
    expect(told(tasks)).toEqual([['u:ada', 'mail', 60]]);
    expect(tasks.asking).toBe(0);
  });

  it('back to the first: what comes from then on is theirs again', () => {
    const tasks = tasksOf();
    play(tasks, identify(10 * MIN), identify(20 * MIN, 'u:bob'), identify(30 * MIN), at(40 * MIN, 'a:x', 'a'));
    expect(tasks.state('u:ada')?.runs).toHaveLength(1);
    expect(tasks.state('u:bob')?.runs).toEqual([]);
  });

  it('an alias links its previousId', () => {
    const tasks = tasksOf();
    play(tasks, at(0, 'a:x', 'a'), at(MIN, 'u:ada', '$alias', { type: 'alias', properties: { previousId: 'x' } }));
    expect(tasks.state('u:ada')?.runs).toHaveLength(1);
    expect(tasks.state('a:x')).toMatchObject({ runs: [], identity: { stub: { user: 'u:ada' } } });
  });

  it('bring the traits that the user lacks', () => {
    const tasks = tasksOf();
    play(tasks, at(0, 'a:x', '$identify', { type: 'identify', traits: { plan: 'free', city: 'Oslo' } }));
    play(tasks, identify(MIN, 'u:ada', 'x', { traits: { plan: 'pro' } }));
    expect(tasks.state('u:ada')).toMatchObject({ traits: { plan: 'pro', city: 'Oslo' }, revision: 2 });
  });

  it(`keep the newest ${DEVICES_MAX} devices of a user`, () => {
    const tasks = tasksOf();
    play(tasks, ...Array.from({ length: DEVICES_MAX + 2 }, (_, i) => identify(i * MIN, 'u:ada', `x${i}`)));
    expect(tasks.state('u:ada')?.identity?.devices?.map(({ person }) => person)).toEqual(
      Array.from({ length: DEVICES_MAX }, (_, i) => `a:x${i + 2}`),
    );
  });

  it('forward a repeat under its own message id: it counts once', () => {
    const tasks = tasksOf({ when: [{ event: 'a', times: 2, within: '1h' }] });
    const cart = at(0, 'a:x', 'a');
    play(tasks, cart, identify(MIN), { ...cart, received: identify(2 * MIN).received });
    expect(tasks.actions.size).toBe(0);
  });

  it.each([
    ['order', 1],
    ['nobody', 0],
  ])('forward what only a segment counts: of %s %i', (name, count) => {
    const document = {
      kind: 'segment',
      name: 'vip',
      let: { spent: { sum: 'total', event: 'order', within: '90d' } },
      where: 'spent > 5',
    };
    const program = makeProgram([{ kind: 'segment', name: 'vip', version: 1, revision: 1, document, state: 'live' }]);
    expect(program.problems).toEqual([]);
    const known = tasksOf();
    play(known, identify(0));
    const event = at(MIN, 'a:x', name, { properties: { total: 9 } });
    const { outputs } = advance(program, 'a:x', known.state('a:x'), { kind: 'event', event, clock: START });
    expect(outputs.filter(({ kind }) => kind === 'tell')).toHaveLength(count);
  });
});

describe('probes and answers', () => {
  const asked = (): Tasks => {
    const tasks = tasksOf();
    play(tasks, identify(0), identify(0, 'u:ada', 'y'), at(MIN, 'u:ada', 'a'));
    tasks.pass(2 * HOUR);
    tasks.tick(0);
    tasks.work(0, 10);
    return tasks;
  };

  it('come for each device; nothing is decided before the last answer', () => {
    const tasks = asked();
    expect(tasks.state('u:ada')?.identity?.asking?.waiting).toEqual(['a:x', 'a:y']);
    tasks.work(1, 1);
    tasks.work(0, 10);
    expect(tasks.actions.size).toBe(0);
    tasks.settle();
    expect(told(tasks)).toEqual([['u:ada', 'mail', 61]]);
  });

  it('an answer about an earlier instant, or a second time, is none', () => {
    const tasks = asked();
    const { log } = tasks.partitions[0] as Tasks['partitions'][number];
    const early = { kind: 'answer', id: 'early', person: 'u:ada', from: 'a:x', due: START } as const;
    log.push({ input: early, appended: tasks.now });
    tasks.work(0, 10);
    expect(tasks.state('u:ada')?.identity?.asking?.waiting).toEqual(['a:x', 'a:y']);
    tasks.work(1, 1);
    log.push(log.at(-1) as (typeof log)[number]);
    tasks.work(0, 10);
    expect(tasks.state('u:ada')?.identity?.asking?.waiting).toEqual(['a:y']);
    tasks.settle();
    expect(tasks.actions.size).toBe(1);
  });
});
