import { describe, expect, it } from '@jest/globals';
import { OperatingError } from '@tripline/kernel';
import { parseTaskInput } from '@tripline/model';
import { Stop, Wake, type Catalogue, type Entry, type EventLog, type Outgoing } from '@tripline/ports';
import { ManualClock, RecordingWatch } from '@tripline/testing-builders';
import { Outbox } from './outbox.js';

const PARTITIONS = 3;
const outgoing = (id: number): Outgoing => ({
  id,
  control: { kind: 'control', revision: id, name: `t${id}`, change: { type: 'withdraw' } },
});

/** A catalogue of what waits and a log that may be in trouble: whether they are real is not what is looked at here. */
function makeRig(waiting: number) {
  const left = Array.from({ length: waiting }, (_, i) => outgoing(i + 1));
  const appended: Entry[] = [];
  const rig = { left, appended, failAt: -1, failure: new OperatingError('log', 'later', 'no leader') as Error };
  const log = {
    partitions: () => Promise.resolve(PARTITIONS),
    append: (entries: readonly Entry[]) => {
      if (rig.failAt-- === 0) return Promise.reject(rig.failure);
      appended.push(...entries);
      return Promise.resolve([]);
    },
  } as unknown as EventLog;
  const catalogue = {
    outbox: (max: number) => Promise.resolve(left.slice(0, max)),
    sent: (ids: readonly number[]) =>
      Promise.resolve(void left.splice(0, left.length, ...left.filter(({ id }) => !ids.includes(id)))),
  } as unknown as Catalogue;
  const clock = new ManualClock();
  const wake = new Wake();
  return Object.assign(rig, { clock, wake, outbox: new Outbox({ catalogue, log, clock, wake, watch: new RecordingWatch() }) });
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
const revisionsIn = (entries: readonly Entry[], partition: number): number[] =>
  entries
    .filter((entry) => entry.partition === partition)
    .flatMap(({ value }) => {
      const input = parseTaskInput(value);
      return input.ok && input.value.kind === 'control' ? [input.value.revision] : [];
    });

describe('the outbox', () => {
  it('puts every record into every partition, in order, also more than one round of them', async () => {
    const rig = makeRig(250);
    const stop = new Stop();
    const running = rig.outbox.run(stop);
    await settle();
    stop.stop();
    await running;
    const all = Array.from({ length: 250 }, (_, i) => i + 1);
    for (let partition = 0; partition < PARTITIONS; partition++) expect(revisionsIn(rig.appended, partition)).toEqual(all);
    expect(rig.left).toEqual([]);
  });

  it('marks nothing sent that was not acknowledged, says so, and sends it again', async () => {
    const rig = makeRig(2);
    rig.failAt = 1;
    const stop = new Stop();
    const running = rig.outbox.run(stop);
    await settle();
    expect(rig.left).toHaveLength(2);
    expect(rig.outbox.trouble).toBe('no leader');
    rig.clock.advance(1_000 as never);
    await settle();
    expect(rig.left).toEqual([]);
    expect(rig.outbox.trouble).toBeUndefined();
    expect(revisionsIn(rig.appended, 0)).toEqual([1, 1, 2]);
    stop.stop();
    await running;
  });

  it('goes at once when called', async () => {
    const rig = makeRig(0);
    const stop = new Stop();
    const running = rig.outbox.run(stop);
    await settle();
    rig.left.push(outgoing(7));
    rig.wake.call();
    await settle();
    expect(revisionsIn(rig.appended, 2)).toEqual([7]);
    stop.stop();
    await running;
  });

  it('ends where trouble will not pass', async () => {
    const rig = makeRig(1);
    rig.failAt = 0;
    rig.failure = new OperatingError('denied', 'never', 'not allowed');
    await expect(rig.outbox.run(new Stop())).rejects.toThrow('not allowed');
  });
});
