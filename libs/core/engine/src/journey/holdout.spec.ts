import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@tripline/kernel';
import { describePerson } from '../person/describe-person.js';
import type { Output } from '../input.js';
import { brief, D, Task } from '../one-task.rig.js';
import { armOf, partsOf } from './split.js';

const MAIL = { id: 'mail', email: 'one', expires: '12h' };
const TEXT = { id: 'text', sms: 'two' };
const W = 7 * D;

const split: JsonObject = {
  id: 'offer',
  split: [
    { arm: 'control', share: 1, holdout: true },
    { arm: 'all', share: 1, do: [TEXT] },
  ],
};
const arms = partsOf([1, 1]).map((below, i) => ({ name: ['control', 'all'][i]!, below, to: 0, holdout: i === 0 }));
const personOf = (arm: string): string =>
  [...Array(50).keys()]
    .map((i) => `u:${i}`)
    .find((person) => armOf('t', { kind: 'split', id: 'offer', arms }, person).name === arm)!;

const task = (person: string): Task =>
  new Task(Task.of({ do: [split, MAIL], goal: { event: 'order', within: '7d', value: 'event.total' } }).program, person);
const goals = (outputs: readonly Output[]) => outputs.filter((output) => output.kind === 'goal');

describe('a hold-out and its goal', () => {
  it.each([
    [W - 1, 1],
    [W, 0],
  ])('is watched like that of the others, from when it was held out: at %i, %i times', (at, count) => {
    const one = task(personOf('control'));
    expect(brief(one.event(0, 'a'))).toEqual(['held-out']);
    expect(one.next).toBe(W);
    const reached = goals(one.event(at, 'order', { total: 1 }));
    expect(reached).toHaveLength(count);
    expect(reached).toMatchObject(Array(count).fill({ arms: { offer: 'control' }, held: true }));
  });

  it('those who were written to tell their arm', () => {
    const one = task(personOf('all'));
    one.event(0, 'a');
    expect(goals(one.event(1, 'order', { total: 1 }))).toMatchObject([{ arms: { offer: 'all' }, held: false }]);
  });

  it('is told of as such', () => {
    const one = task(personOf('control'));
    one.event(0, 'a');
    expect(describePerson(one.program, one.person, one.state!)).toMatchObject({
      runs: [{ heldOut: true, arms: { offer: 'control' } }],
    });
  });
});
