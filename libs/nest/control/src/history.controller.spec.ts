import { describe, expect, it } from '@jest/globals';
import { formatInstant, hours, plus } from '@tripline/kernel';
import { parseTaskInput, TOPICS } from '@tripline/model';
import { ControlRig, PARTITIONS, TRIGGER } from './control.rig.js';

const rig = new ControlRig();
const { post, publish } = rig;

/** What every partition of the events topic was told, in order. */
async function controls(): Promise<string[][]> {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => rig.log.fetch(TOPICS.events, partition, 0, 1_000));
  return (await Promise.all(partitions)).map((records) =>
    records.flatMap(({ value }) => {
      const input = parseTaskInput(value);
      return input.ok && input.value.kind === 'control' ? [JSON.stringify([input.value.name, input.value.change])] : [];
    }),
  );
}

describe('history', () => {
  it('is told to every task after what was published before, and not before the collectors have read what was there', async () => {
    await publish(TRIGGER);
    const { status, body } = await post('/api/history/begin');
    expect([status, (await controls()).map((all) => all.length)]).toEqual([200, Array.from({ length: PARTITIONS }, () => 1)]);
    await publish(TRIGGER.replace('second-look', 'later'));
    const ask = () => post('/api/history', { completeFrom: '2025-01-01T00:00:00Z', begun: body.begun });
    await rig.log.append([{ topic: TOPICS.import, key: null, value: Uint8Array.of(1), partition: 1 }]);
    const waits = ask();
    let isAnswered = false;
    void waits.finally(() => (isAnswered = true));
    while (!isAnswered) {
      await rig.log.clock.advance(hours(1));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await waits).toMatchObject({ status: 503, body: { error: { code: 'history-waits' } } });
    const reading = await rig.log.read({ group: 'tripline.collector', topics: [TOPICS.import], handle: () => Promise.resolve() });
    expect(await ask()).toMatchObject({ status: 200, body: { completeFrom: '2025-01-01T00:00:00.000Z' } });
    await reading.close();
    const change = { type: 'history', completeFrom: Date.UTC(2025, 0, 1), before: body.begun };
    for (const all of await controls()) expect(all.slice(-1)).toEqual([JSON.stringify(['history', change])]);
  });

  it('is refused where it is not said from when on, or from the future', async () => {
    const future = formatInstant(plus(rig.log.clock.now(), hours(1)));
    for (const body of [
      {},
      { completeFrom: 'soon' },
      { completeFrom: future },
      { completeFrom: '2025-01-01T00:00:00Z', begun: 0 },
    ])
      expect(await post('/api/history', body)).toMatchObject({ status: 400, body: { error: { code: 'invalid' } } });
  });
});
