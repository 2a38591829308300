import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeUtf8, makeInstant, milliseconds, OperatingError, plus, seconds, type Instant } from '@tripline/kernel';
import { GROUPS, TOPICS, type Tick } from '@tripline/model';
import { Stop, type EventLog, type Reading } from '@tripline/ports';
import { START } from '@tripline/testing-builders';
import { until, World } from '../test/world.js';
import { TICK_PATIENCE, TICK_SPACING, TickWriter, type Ticked } from './tick-writer.js';

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
  const written = (): Promise<Tick[]> => world.values<Tick>(TOPICS.events);
  const collect = (...topics: string[]): Promise<Reading> =>
    world.log.read({ group: GROUPS.collector, topics, handle: () => Promise.resolve() });
  const produce = (topic: string, partition: number): Promise<unknown> =>
    world.log.append([{ topic, partition, key: null, value: encodeUtf8('x') }]);

  test('one is written for each task of which something is due, none for the others, with the clock of now', async () => {
    await world.pass(seconds(5));
    const now = plus(START, seconds(5));
    await writer([new Waiting(0, now), new Waiting(1, plus(now, milliseconds(1))), new Waiting(2, undefined)]).round(stop);
    const records = await world.records(TOPICS.events);
    expect(records.map(({ partition }) => partition)).toEqual([0]);
    expect(await written()).toEqual([{ kind: 'tick', upTo: now }]);
  });

  test('while one is not read, no other is written; once read, the next comes after the spacing', async () => {
    const task = new Waiting(0, START);
    const ticks = writer([task]);
    await ticks.round(stop);
    await world.pass(TICK_SPACING);
    await ticks.round(stop);
    expect(await world.ticks()).toBe(1);
    task.position = 1;
    await ticks.round(stop);
    expect(await world.ticks()).toBe(2);
    task.position = 2;
    await world.pass(milliseconds(TICK_SPACING - 1));
    await ticks.round(stop);
    expect(await world.ticks()).toBe(2);
    await world.pass(milliseconds(1));
    await ticks.round(stop);
    expect(await world.ticks()).toBe(3);
  });

  test('one that is never read is given up after a while', async () => {
    const ticks = writer([new Waiting(0, START)]);
    await ticks.round(stop);
    await world.pass(milliseconds(TICK_PATIENCE - 1));
    await ticks.round(stop);
    expect(await world.ticks()).toBe(1);
    await world.pass(milliseconds(1));
    await ticks.round(stop);
    expect(await world.ticks()).toBe(2);
  });

  test('one that could not be appended is called for again at once', async () => {
    let failing = true;
    const log = new Proxy(world.log, {
      get: (target, name: keyof EventLog) =>
        name === 'append' && failing
          ? () => Promise.reject(new OperatingError('down', 'later', 'down'))
          : (target[name] as () => unknown).bind(target),
    });
    const ticks = writer([new Waiting(0, START)], log);
    await ticks.round(stop);
    expect(await world.ticks()).toBe(0);
    failing = false;
    await ticks.round(stop);
    expect(await world.ticks()).toBe(1);
  });

  test.each([TOPICS.ingest, TOPICS.receipts])(
    'while collectors have not come past what is in %s, none is written; then its upTo is the instant the ends were read',
    async (topic) => {
      await produce(topic, 1);
      const ticks = writer([new Waiting(0, START)]);
      const round = ticks.round(stop);
      await world.pass(seconds(60));
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await world.ticks()).toBe(0);
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
    await writer([new Waiting(0, START)], stuck).round(stop);
    expect(await world.ticks()).toBe(1);
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
    expect(await world.ticks()).toBe(0);
    expect(world.watch.lines.map(({ name }) => name)).toContain('processor.collectors-stand-still');
  });

  test('a log whose clock is over a second from ours raises an alarm', async () => {
    const skewed = new Proxy(world.log, {
      get: (target, name: keyof EventLog) =>
        name !== 'append'
          ? (target[name] as () => unknown).bind(target)
          : async (entries: Parameters<EventLog['append']>[0]) =>
              (await target.append(entries)).map((appended) => ({ ...appended, at: makeInstant(appended.at - 1_001) })),
    });
    await writer([new Waiting(0, START)], skewed).round(stop);
    expect(world.watch.lines.map(({ name }) => name)).toEqual(['processor.clocks-apart']);
  });
});
