import { describe, expect, it } from '@jest/globals';
import { makeInstant, plus, type Instant } from '@tripline/kernel';
import { GROUPS, TOPICS } from '@tripline/model';
import { Wake, type Catalogue, type EventLog } from '@tripline/ports';
import { START } from '@tripline/testing-builders';
import { History, HISTORY_PATIENCE } from './history.js';

/** A log and an outbox of which each sleep takes one step further. */
function makeRig(steps: readonly (() => void)[]) {
  const left = [...steps];
  const said: { readonly from: Instant; readonly before: number }[] = [];
  const ends = { [TOPICS.ingest]: 5, [TOPICS.import]: 9 } as Record<string, number>;
  const rig = {
    said,
    ends,
    committed: {} as Record<string, number>,
    outbox: [] as number[],
    revision: 10,
    now: makeInstant(START),
  };
  const log = {
    bounds: (topic: string) => Promise.resolve([{ partition: 0, first: 0, end: ends[topic] ?? 0 }, { partition: 1, first: 3, end: 3 }]), // prettier-ignore
    committed: (group: string, topic: string) =>
      Promise.resolve(new Map(group === GROUPS.collector ? [[0, rig.committed[topic] ?? 0]] : [])),
  } as unknown as EventLog;
  const catalogue = {
    mark: () => Promise.resolve(++rig.revision),
    completeHistory: (from: Instant, before: number) => Promise.resolve((said.push({ from, before }), ++rig.revision)),
    outbox: () => Promise.resolve(rig.outbox.slice(0, 1).map((id) => ({ id }))),
  } as unknown as Catalogue;
  const clock = {
    now: () => rig.now,
    sleep: (length: Parameters<typeof plus>[1]) => {
      rig.now = plus(rig.now, length);
      left.shift()?.();
      return Promise.resolve();
    },
  };
  return Object.assign(rig, { history: new History({ catalogue, log, clock, outbox: new Wake() }) });
}

describe('history', () => {
  it('begins when everything published before is in the log, whatever else is on its way', async () => {
    const left: number[] = [];
    const rig = makeRig([() => (rig.outbox = [10]), () => (left.push(rig.outbox.length), (rig.outbox = [12]))]);
    rig.outbox = [9, 10];
    expect([await rig.history.begin(), left]).toEqual([11, [1]]);
  });

  it('is said to be complete only when the collectors have come past all that was there, and answered when the log has it', async () => {
    const seen: number[] = [];
    const look = (change: () => void) => () => (seen.push(rig.said.length), change());
    const rig: ReturnType<typeof makeRig> = makeRig([
      look(() => (rig.committed[TOPICS.ingest] = 5)),
      look(() => (rig.committed[TOPICS.import] = 8)),
      look(() => ([rig.committed[TOPICS.import], rig.ends[TOPICS.import], rig.outbox] = [9, 20, [11]])),
      look(() => (rig.outbox = [])),
    ]);
    expect(await rig.history.complete(makeInstant(START - 9), 11)).toBe(11);
    expect([seen, rig.said]).toEqual([[0, 0, 0, 1], [{ from: START - 9, before: 11 }]]);
    rig.committed[TOPICS.import] = 20;
    expect(await rig.history.complete(makeInstant(START - 9))).toBe(13);
    expect(rig.said[1]).toEqual({ from: START - 9, before: 12 });
  });

  it('says nothing where the collectors stand still, and that it is to be asked again', async () => {
    const rig = makeRig([]);
    await expect(rig.history.complete(makeInstant(START))).rejects.toMatchObject({ code: 'history-waits', retry: 'later' });
    expect([rig.said, rig.now]).toEqual([[], plus(makeInstant(START), HISTORY_PATIENCE)]);
  });
});
