import { beforeEach, describe, expect, test } from '@jest/globals';
import { OperatingError } from '@tripline/kernel';
import type { Batch, Subscription } from '@tripline/ports';
import { RecordingWatch } from '@tripline/testing-builders';
import { Lane, type LaneHost } from './lane.js';

describe('a lane', () => {
  let alive: boolean;
  let marked: { readonly next: number; held(): boolean }[];
  let resumed: number[];
  beforeEach(() => {
    [alive, marked, resumed] = [true, [], []];
  });

  const open = (subscription: Partial<Subscription>): Lane => {
    const host: LaneHost = {
      subscription: { group: 'g', topics: ['t'], handle: () => Promise.resolve(), ...subscription },
      watch: new RecordingWatch(),
      alive: () => alive,
      resume: (_topic, _partition, offset) => void resumed.push(offset),
      pause: () => undefined,
      look: () => Promise.resolve({ committed: undefined, first: 0, end: 10 }),
      committable: (_topic, _partition, next, held) => void marked.push({ next, held }),
      mayJump: false,
    };
    return new Lane('t', 0, host);
  };
  const fetched = { from: 0, records: [], next: 3, end: 10 };
  const ticked = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

  test('a batch whose handler saw that it may not be held any more comes again, and is not passed over', async () => {
    let handled = 0;
    const handle = async (batch: Batch): Promise<void> => {
      if (!batch.held()) return;
      handled++;
      await Promise.resolve();
    };
    const lane = open({ handle });
    lane.begin();
    await lane.idle();
    alive = false;
    await lane.take(fetched);
    alive = true;
    expect([handled, lane.position, marked.length]).toEqual([0, 0, 0]);
    await ticked();
    expect(resumed).toEqual([0, 0]);
    await lane.take(fetched);
    expect([handled, lane.position, marked.map(({ next }) => next)]).toEqual([1, 3, [3]]);
    await lane.lose();
  });

  test('it does not count as handled either where the doubt was over before the handler was', async () => {
    const handle = (batch: Batch): Promise<void> => {
      alive = false;
      if (batch.held()) throw new Error('it was in doubt');
      alive = true;
      return Promise.resolve();
    };
    const lane = open({ handle });
    lane.begin();
    await lane.take(fetched);
    expect([lane.position, marked.length]).toEqual([0, 0]);
    await lane.lose();
  });

  test('what was handled is committed when its turn comes, unless the partition was taken away', async () => {
    const lane = open({});
    lane.begin();
    await lane.take(fetched);
    alive = false;
    expect(marked[0]?.held()).toBe(true);
    await lane.lose();
    expect(marked[0]?.held()).toBe(false);
  });

  test('one that halted when it began is not begun again by a later generation', async () => {
    let asked = 0;
    const halts: unknown[] = [];
    const assigned = (): Promise<number> => {
      asked++;
      return asked === 1 ? Promise.reject(new OperatingError('offset-gap', 'never', 'gone')) : Promise.resolve(0);
    };
    const lane = open({ assigned, halted: (error) => halts.push(error) });
    lane.begin();
    await lane.idle();
    lane.begin();
    await lane.idle();
    expect([asked, halts.length, resumed]).toEqual([1, 1, []]);
    await lane.lose();
  });
});
