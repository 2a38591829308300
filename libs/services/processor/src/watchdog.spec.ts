import { beforeEach, describe, expect, test } from '@jest/globals';
import { hours, milliseconds, seconds, type Duration } from '@tripline/kernel';
import { ManualClock, RecordingWatch } from '@tripline/testing-builders';
import { Stop, type EventLog } from '@tripline/ports';
import { ABANDONED, until, World } from '../test/world.js';
import { Processor } from './processor.js';
import { STANDS_AFTER, STUCK_AFTER, Watchdog, type Watched } from './watchdog.js';

const SECOND = seconds(1);

describe('the watchdog', () => {
  let clock: ManualClock;
  let watch: RecordingWatch;
  let dog: Watchdog;
  let task: Watched;
  beforeEach(() => {
    [clock, watch] = [new ManualClock(), new RecordingWatch()];
    dog = new Watchdog(clock, watch);
    task = { partition: 3, position: 7, lag: 5, turns: 1, attempts: 1, busy: true };
    dog.look([task]);
  });
  const look = (after: Duration = SECOND): void => (clock.advance(after), dog.look([task]));
  const stand = (length: Duration): void => {
    for (let ms = 0; ms < length; ms += SECOND) look();
  };
  const names = (): string[] => watch.lines.map(({ name }) => name);

  test('a batch that does not come back is said after a while, once, with what to do; later the process is to end', () => {
    stand(milliseconds(STANDS_AFTER - SECOND));
    look(milliseconds(999));
    expect([dog.standing(), names()]).toEqual([[], []]);
    look(milliseconds(1));
    expect(dog.standing()).toEqual([{ partition: 3, seconds: 60, instructions: expect.stringContaining('does not answer') }]);
    expect(watch.gauges.get('tripline_processor_tasks_standing')).toBe(1);
    stand(milliseconds(STUCK_AFTER - STANDS_AFTER - SECOND));
    expect(dog.stuck).toBeUndefined();
    expect(names()).toEqual(['processor.task-stands-still']);
    look();
    expect(dog.stuck).toContain('task 3 stands at offset 7');
    expect(names()).toEqual(['processor.task-stands-still', 'processor.task-stuck']);
    expect(watch.counts.get('tripline_processor_task_stuck_total')).toBe(1);
  });

  test('a turn of work begins anew, and so does having nothing to do', () => {
    for (const change of [{ turns: 2 }, { busy: false, lag: 0 }, { busy: true, lag: 5 }]) {
      stand(milliseconds(STANDS_AFTER - SECOND));
      task = { ...task, ...change };
      look();
      expect(dog.standing()).toEqual([]);
    }
  });

  test('one that is behind and gets nothing to read stands still, but no new process is called for', () => {
    task = { ...task, busy: false };
    stand(seconds(STUCK_AFTER / 500));
    expect(dog.standing()).toMatchObject([{ partition: 3, instructions: expect.stringContaining('nothing of it is read') }]);
    expect(dog.stuck).toBeUndefined();
  });

  test('one that is tried again and again stands still, but waits for the world: no new process is called for', () => {
    for (let i = 0; i < 400; i++) {
      task = { ...task, attempts: task.attempts + (i % 30 === 0 ? 1 : 0) };
      look();
    }
    expect(dog.standing()).toHaveLength(1);
    expect(dog.stuck).toBeUndefined();
  });

  test('one that goes is forgotten, and begins anew when it comes back', () => {
    stand(STANDS_AFTER);
    dog.look([]);
    expect(dog.standing()).toEqual([]);
    stand(milliseconds(STANDS_AFTER - SECOND));
    expect(dog.standing()).toEqual([]);
  });

  test('a clock that jumps, and a process that was asleep, are no tasks that stand still', () => {
    for (let i = 0; i < 30; i++) look(hours(1));
    expect(dog.standing()).toEqual([]);
  });
});

describe('a processor', () => {
  test('whose log does not answer says which task stands still, and in the end that it is to be started anew', async () => {
    const world = await World.open(1);
    await world.publish(ABANDONED);
    await world.event('cart.item_added', { traits: { email: 'ada@shop.example' } });
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const silent = new Proxy(world.log, {
      get: (target, name: keyof EventLog) =>
        name === 'append'
          ? (entries: Parameters<EventLog['append']>[0]) => answered.then(() => target.append(entries))
          : (target[name] as () => unknown).bind(target),
    });
    const stop = new Stop();
    const { clock, watch, store, partitions } = world;
    const processor = new Processor({ log: silent, clock, watch, store, partitions });
    void world.log.read(processor.subscription());
    const running = processor.run(stop);
    const pass = <T>(look: () => T): Promise<T> => world.pass(SECOND).then(() => look());
    const standing = await until(() => pass(() => processor.standingTasks()), ({ length }) => length > 0); // prettier-ignore
    expect(standing).toMatchObject([{ partition: 0, instructions: expect.stringContaining('does not answer') }]);
    expect(processor.gaveUp).toBeUndefined();
    expect(await until(() => pass(() => processor.gaveUp), (why) => why !== undefined)).toContain('started anew'); // prettier-ignore
    answer();
    stop.stop();
    await running;
    await world.close();
  }, 30_000);
});
