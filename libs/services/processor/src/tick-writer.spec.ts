import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeUtf8, makeInstant, milliseconds, OperatingError, plus, seconds, type Instant } from '@tripline/kernel';
import { GROUPS, parseTaskInput, TOPICS, type Tick } from '@tripline/model';
import { Stop, type EventLog, type Reading } from '@tripline/ports';
import { START } from '@tripline/testing-builders';
import { until, World } from '../test/world.js';
import { ASK_AGAIN, TICK_PATIENCE, TICK_SPACING, TickWriter, type Ticked } from './tick-writer.js';

class Waiting implements Ticked {
  position = 0;
  constructor(
    readonly partition: number,
    public due: Instant | undefined,
  ) {}
  nextDue(): Instant | undefined {
    return this.due;
  }
}

describe('ticks', () => {
  let world: World;
  let stop: Stop;
  beforeEach(async () => {
    world = await World.open(3);
    stop = new Stop();
  });
  afterEach(async () => {
    stop.stop();
    await world.close();
  });
  const writer = (tasks: Ticked[], log: EventLog = world.log): TickWriter =>
    new TickWriter(log, TOPICS.events, world.clock, world.watch, () => tasks);
  /** One that has asked the log once what time it is, and nothing else. */
  const knowing = async (tasks: Ticked[], log: EventLog = world.log): Promise<TickWriter> => {
    let looks = 0;
    const all: Ticked[] = [{ partition: 2, position: 0, nextDue: () => (looks++ < 2 ? START : undefined) }];
    const ticks = writer(all, log);
    await ticks.round(stop);
    all.splice(0, 1, ...tasks);
    return ticks;
  };
  /** Of the ticks those that say what time it is. */
  const written = async (): Promise<Tick[]> => (await world.values<Tick>(TOPICS.events)).filter(({ upTo }) => upTo > 0);
  /** The log, with a clock that is so far from ours. */
  const off = (ms: () => number): EventLog =>
    new Proxy(world.log, {
      get: (target, name: keyof EventLog) =>
        name !== 'append'
          ? (target[name] as () => unknown).bind(target)
          : async (entries: Parameters<EventLog['append']>[0]) =>
              (await target.append(entries)).map((appended) => ({ ...appended, at: makeInstant(appended.at + ms()) })),
    });
  const collect = (...topics: string[]): Promise<Reading> =>
    world.log.read({ group: GROUPS.collector, topics, handle: () => Promise.resolve() });
  const produce = (topic: string, partition: number): Promise<unknown> =>
    world.log.append([{ topic, partition, key: null, value: encodeUtf8('x') }]);

  test('one is written for each task of which something is due, none for the others, with the clock of now', async () => {
    await world.pass(seconds(5));
    const now = plus(START, seconds(5));
    const tasks = [new Waiting(0, now), new Waiting(1, plus(now, milliseconds(1))), new Waiting(2, undefined)];
    await (await knowing(tasks)).round(stop);
    const records = await world.records(TOPICS.events);
    expect(records.map(({ partition }) => partition)).toEqual([0, 2]);
    expect(await written()).toEqual([{ kind: 'tick', upTo: now }]);
  });

  test('the first of all asks only what time it is, moves no clock, and holds nothing up', async () => {
    await writer([new Waiting(0, START), new Waiting(1, START)]).round(stop);
    const all = (await world.records(TOPICS.events)).map(({ partition, value }) => [partition, parseTaskInput(value)]);
    const tick = (upTo: number): unknown => ({ ok: true, value: { kind: 'tick', upTo } });
    expect(all).toEqual([[0, tick(0)], [0, tick(START)], [1, tick(START)]]); // prettier-ignore
  });

  test.each([1, 700, 3_600_000])(
    'a clock that is %i ms ahead is taken off: not a millisecond too early by the log, and then at once',
    async (aheadMs) => {
      const trueNow = makeInstant(START - aheadMs);
      const task = new Waiting(0, plus(trueNow, seconds(10)));
      const ticks = await knowing(
        [task],
        off(() => -aheadMs),
      );
      for (const passed of [0, 5_000, 4_400, 599]) {
        await world.pass(milliseconds(passed));
        await ticks.round(stop);
        task.position = 10;
      }
      expect(await written()).toEqual([]);
      await world.pass(milliseconds(1));
      await ticks.round(stop);
      expect(await written()).toEqual([{ kind: 'tick', upTo: plus(trueNow, seconds(10)) }]);
    },
  );

  test('a clock that is behind adds nothing', async () => {
    const ticks = await knowing([new Waiting(0, START)], off(() => 3_600_000)); // prettier-ignore
    await ticks.round(stop);
    expect(await written()).toEqual([{ kind: 'tick', upTo: START }]);
  });

  test('one that was long on its way, so that we look far ahead, is asked again after a second, and then believed', async () => {
    let aheadMs = 60_000;
    const ticks = await knowing([new Waiting(0, START)], off(() => -aheadMs)); // prettier-ignore
    aheadMs = 0;
    await world.pass(milliseconds(ASK_AGAIN - 1));
    await ticks.round(stop);
    expect(await written()).toEqual([]);
    await world.pass(milliseconds(1));
    await ticks.round(stop);
    expect(await written()).toEqual([{ kind: 'tick', upTo: plus(START, ASK_AGAIN) }]);
  });

  test('of several logs that one round asked, the one furthest behind counts', async () => {
    let n = 0;
    const tasks = [new Waiting(0, START), new Waiting(1, START)];
    const ticks = await knowing(tasks, off(() => (n++ === 1 ? -900 : 0))); // prettier-ignore
    await ticks.round(stop);
    tasks.forEach((task) => (task.position = 10));
    await world.pass(seconds(5));
    await ticks.round(stop);
    expect((await written()).at(-1)).toEqual({ kind: 'tick', upTo: plus(START, milliseconds(4_100)) });
  });

  test('while one is not read, no other is written; once read, the next comes after the spacing', async () => {
    const task = new Waiting(0, START);
    const ticks = await knowing([task]);
    await ticks.round(stop);
    await world.pass(TICK_SPACING);
    await ticks.round(stop);
    expect(await written()).toHaveLength(1);
    task.position = 1;
    await ticks.round(stop);
    expect(await written()).toHaveLength(2);
    task.position = 2;
    await world.pass(milliseconds(TICK_SPACING - 1));
    await ticks.round(stop);
    expect(await written()).toHaveLength(2);
    await world.pass(milliseconds(1));
    await ticks.round(stop);
    expect(await written()).toHaveLength(3);
  });

  test('one that is never read is given up after a while', async () => {
    const ticks = writer([new Waiting(0, START)]);
    await ticks.round(stop);
    await world.pass(milliseconds(TICK_PATIENCE - 1));
    await ticks.round(stop);
    expect(await written()).toHaveLength(1);
    await world.pass(milliseconds(1));
    await ticks.round(stop);
    expect(await written()).toHaveLength(2);
  });

  test('one that could not be appended is called for again at once', async () => {
    let failing = true;
    const log = new Proxy(world.log, {
      get: (target, name: keyof EventLog) =>
        name === 'append' && failing
          ? () => Promise.reject(new OperatingError('down', 'later', 'down'))
          : (target[name] as () => unknown).bind(target),
    });
    failing = false;
    const ticks = await knowing([new Waiting(0, START)], log);
    failing = true;
    await ticks.round(stop);
    expect(await written()).toEqual([]);
    failing = false;
    await ticks.round(stop);
    expect(await written()).toHaveLength(1);
  });

  test.each([TOPICS.ingest, TOPICS.receipts])(
    'while collectors have not come past what is in %s, none is written; then its upTo is the instant the ends were read',
    async (topic) => {
      await produce(topic, 1);
      const ticks = await knowing([new Waiting(0, START)]);
      const round = ticks.round(stop);
      await world.pass(seconds(60));
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await written()).toEqual([]);
      const reading = await collect(topic);
      await round;
      expect(await written()).toEqual([{ kind: 'tick', upTo: START }]);
      await reading.close();
    },
  );

  test('what arrives after the ends were read holds nothing up', async () => {
    await produce(TOPICS.ingest, 0);
    const reading = await collect(TOPICS.ingest);
    await until(
      () => world.log.committed(GROUPS.collector, TOPICS.ingest),
      (committed) => committed.get(0) === 1,
    );
    await reading.close();
    const stuck = new Proxy(world.log, {
      get: (target, name: keyof EventLog) =>
        name !== 'committed'
          ? (target[name] as () => unknown).bind(target)
          : async (group: string, topic: string) => {
              await produce(TOPICS.ingest, 0);
              return target.committed(group, topic);
            },
    });
    await (await knowing([new Waiting(0, START)], stuck)).round(stop);
    expect(await written()).toHaveLength(1);
  });

  test('collectors that stand still raise an alarm, and stopping ends the wait', async () => {
    await produce(TOPICS.ingest, 0);
    const impatient = new Proxy(world.clock, {
      get: (target, name: keyof typeof world.clock) =>
        name === 'sleep' ? () => new Promise(setImmediate) : (target[name] as () => unknown).bind(target),
    });
    const tasks = [new Waiting(0, START)];
    const round = new TickWriter(world.log, TOPICS.events, impatient, world.watch, () => tasks).round(stop);
    await until(
      () => world.watch.counts.get('tripline_processor_collectors_stand_still_total') ?? 0,
      (n) => n >= 1,
    );
    stop.stop();
    await round;
    expect(await written()).toEqual([]);
    expect(world.watch.lines.map(({ name }) => name)).toContain('processor.collectors-stand-still');
  });

  test('a log whose clock is over a second from ours raises an alarm', async () => {
    await writer([new Waiting(0, START)], off(() => -1_001)).round(stop); // prettier-ignore
    expect(world.watch.lines.map(({ name }) => name)).toEqual(['processor.clocks-apart']);
  });
});
