import { describe, expect, it } from '@jest/globals';
import { BUGS } from './bugs.js';
import { SENDING_BUGS } from './sending-bugs.js';
import { reportOf } from './report.js';
import { shrink } from './shrink.js';
import { planOf, simulate } from './simulate.js';

const SEEDS = 100;
const SEEDS_OF_BUG_MAX = 60;

describe('the simulation', () => {
  it('is the same, byte by byte, for the same seed, and another one for another', async () => {
    const [one, again, other] = [await simulate(planOf(7)), await simulate(planOf(7)), await simulate(planOf(8))];
    expect([again.hash, again.steps, again.evidence]).toEqual([one.hash, one.steps, one.evidence]);
    expect(other.hash).not.toBe(one.hash);
  }, 60_000);

  it.each(Array.from({ length: SEEDS / 20 }, (_, i) => i * 20 + 1))(
    'finds nothing that must never happen, from seed %i on',
    async (from) => {
      let [deliveries, restores] = [0, 0];
      for (let seed = from; seed < from + 20; seed++) {
        const outcome = await simulate(planOf(seed));
        if (outcome.broken.length > 0) throw new Error(reportOf(outcome));
        expect(outcome.firings).toBeGreaterThan(0);
        deliveries += outcome.deliveries;
        restores += outcome.restores;
      }
      expect([deliveries > 100, restores > 10]).toEqual([true, true]);
    },
    240_000,
  );
});

describe('a promise broken on purpose is noticed', () => {
  it.each([...BUGS, ...SENDING_BUGS])(
    '$name',
    async (bug) => {
      let noticed = 0;
      for (let seed = 1; seed <= SEEDS_OF_BUG_MAX && noticed === 0; seed++)
        if ((await simulate(planOf(seed, bug))).broken.length > 0) noticed = seed;
      expect(noticed).toBeGreaterThan(0);
    },
    300_000,
  );

  it('and made smaller: with fewer faults and fewer people it fails, too', async () => {
    const bug = BUGS.find(({ name }) => name === 'a collector tells nobody of links');
    let failed = await simulate(planOf(1, bug));
    for (let seed = 2; failed.broken.length === 0; seed++) failed = await simulate(planOf(seed, bug));
    const { plan, broken } = await shrink(failed);
    expect(broken).not.toEqual([]);
    expect(plan.humans + plan.faults).toBeLessThan(failed.plan.humans + failed.plan.faults);
  }, 120_000);
});
