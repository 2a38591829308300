import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Json } from '@tripline/kernel';
import { brief, H, SETTLE, Task } from '../one-task.rig.js';
import type { ArmPart, SplitPart } from '../compile/compiled-trigger.js';
import { armAt, armOf, HASHES, partsOf } from './split.js';

const armsOf = (...shares: readonly number[]): ArmPart[] =>
  partsOf(shares).map((below, i) => ({ name: `arm${i}`, below, to: 0, holdout: false }));
const splitOf = (...shares: readonly number[]): SplitPart => ({ kind: 'split', id: 'offer', arms: armsOf(...shares) });

describe('the arms of a split', () => {
  it.each([
    [[1, 1], 2 ** 31],
    [[10, 90], 429_496_730],
    [[1, 999_999], 4_295],
  ])('share the hashes exactly: of %j the first ends before %i', (shares, edge) => {
    const arms = armsOf(...shares);
    const named = (hash: number) => armAt(arms, hash)?.name;
    expect([named(0), named(edge - 1), named(edge), named(HASHES - 1)]).toEqual(['arm0', 'arm0', 'arm1', 'arm1']);
  });

  it('leave no hash without an arm, whatever the shares', () => {
    for (const shares of [[0.1, 0.2, 0.3], [1 / 3, 1 / 3, 1 / 3], [1e-9, 1e6], [1e6, 1e-9], Array<number>(10).fill(0.7)]) {
      const parts = partsOf(shares);
      expect(parts.at(-1)).toBe(HASHES);
      expect(parts.toSorted((a, b) => a - b)).toEqual(parts);
    }
  });

  it('weigh as the shares say, over 20,000 persons', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 20_000; i++) {
      const name = armOf('t', splitOf(10, 30, 60), `u:${i}`).name;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    // Four standard deviations of a binomial share.
    for (const [name, share] of [
      ['arm0', 0.1],
      ['arm1', 0.3],
      ['arm2', 0.6],
    ] as const)
      expect(Math.abs((counts.get(name) ?? 0) - 20_000 * share)).toBeLessThan(4 * Math.sqrt(20_000 * share * (1 - share)));
  });

  it('of two splits and of two triggers do not follow one another', () => {
    let [bySplit, byTrigger] = [0, 0];
    for (let i = 0; i < 4_000; i++) {
      const one = armOf('t', splitOf(1, 1), `u:${i}`).name;
      if (one === armOf('t', { ...splitOf(1, 1), id: 'other' }, `u:${i}`).name) bySplit++;
      if (one === armOf('other', splitOf(1, 1), `u:${i}`).name) byTrigger++;
    }
    for (const same of [bySplit, byTrigger]) expect(Math.abs(same - 2_000)).toBeLessThan(4 * Math.sqrt(1_000));
  });

  it('never change: SHA-256 of the names, the first four bytes', () => {
    for (let i = 0; i < 200; i++) {
      const hash = createHash('sha256').update(`split/t/offer/u:${i}`).digest().readUInt32BE(0);
      expect(armOf('t', splitOf(25, 75), `u:${i}`).name).toBe(hash < HASHES / 4 ? 'arm0' : 'arm1');
    }
  });
});

const MAIL = { id: 'mail', email: 'one', expires: '12h' };
const LAST = { id: 'last', web: 'four' };
const offer = (...more: Json[]): Json => ({
  id: 'offer',
  split: [{ arm: 'voucher', share: 1, do: [{ id: 'code', email: 'two' }] }, { arm: 'plain', share: 1 }, ...more],
});
/** People of either arm of an even split of trigger t. */
const [VOUCHER, PLAIN] = [0, 1].map((arm) =>
  [...Array(50).keys()]
    .map((i) => `u:${i}`)
    .find((person) => armOf('t', { ...splitOf(1, 1), id: 'offer' }, person).name === `arm${arm}`)!,
);
const taskOf = (person: string | undefined, fields: { readonly [field: string]: Json }) =>
  new Task(Task.of(fields).program, person);

describe('a split', () => {
  it('needs no waiting: what is before it and in it leaves together', () => {
    expect(brief(taskOf(VOUCHER, { do: [MAIL, offer(), LAST] }).event(0, 'a'))).toEqual([
      ['mail', 0],
      ['code', 0],
      ['last', 0],
    ]);
    expect(brief(taskOf(PLAIN, { do: [MAIL, offer(), LAST] }).event(0, 'a'))).toEqual([
      ['mail', 0],
      ['last', 0],
    ]);
  });

  it('gives one person the same arm each time, in the next version too', () => {
    for (const person of [VOUCHER, PLAIN]) {
      const task = taskOf(person, { do: [offer(), LAST] });
      const first = task.event(0, 'a').length;
      const next = taskOf(person, { do: [MAIL, offer(), LAST] });
      expect([task.event(1, 'a', { k: 2 }).length, next.event(0, 'a').length]).toEqual([first, first + 1]);
    }
  });

  it('is known to what comes after it by its arm, and unknown before', () => {
    const test = { if: 'offer.arm == "voucher"', do: [MAIL], else: [LAST] };
    expect(brief(taskOf(VOUCHER, { do: [offer(), { wait: { for: '1h' } }, test] }).event(0, 'a'))).toEqual([['code', 0]]);
    const plain = taskOf(PLAIN, { do: [offer(), { wait: { for: '1h' } }, test] });
    plain.event(0, 'a');
    expect(brief(plain.tick(H + SETTLE))).toEqual([['last', H]]);
    expect(brief(taskOf(PLAIN, { do: [test, offer()] }).event(0, 'a'))).toEqual(['branch-unknown']);
    expect(taskOf(PLAIN, { do: [offer(), { ...LAST, with: { arm: 'offer.arm' } }] }).event(0, 'a')).toMatchObject([
      { data: { arm: 'plain' } },
    ]);
  });

  const HELD = {
    id: 'offer',
    split: [
      { arm: 'voucher', share: 1 },
      { arm: 'control', share: 1, holdout: true },
    ],
  };

  it('a hold-out ends the steps, counted, and is forgotten where no goal is watched for', () => {
    const task = taskOf(PLAIN, { do: [HELD, MAIL] });
    expect(brief(task.event(0, 'a'))).toEqual(['held-out']);
    expect(task.state?.runs).toEqual([]);
    expect(brief(taskOf(VOUCHER, { do: [HELD, MAIL] }).event(0, 'a'))).toEqual([['mail', 0]]);
  });

  it('a hold-out takes no place of the limit; what was sent before it does', () => {
    const held = taskOf(PLAIN, { do: [HELD, MAIL], limit: { runs: 1 }, goal: { event: 'order', within: '7d' } });
    held.event(0, 'a');
    expect(brief(held.event(1, 'a'))).toEqual(['held-out']);
    const sent = taskOf(PLAIN, { do: [LAST, HELD, MAIL], limit: { runs: 1 } });
    const [last] = sent.event(0, 'a');
    sent.outcome(1, last, 'sent');
    expect(brief(sent.event(2, 'a'))).toEqual(['run-limited']);
  });
});
