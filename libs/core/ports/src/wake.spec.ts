import { expect, test } from '@jest/globals';
import { makeInstant, seconds, type Duration } from '@tripline/kernel';
import { Stop, type Clock } from './clock.js';
import { Wake } from './wake.js';

/** The builders' clock is out of reach here: they import this library. */
class HandClock implements Clock {
  #sleepers: (() => void)[] = [];
  now = () => makeInstant(0);
  sleep = (_length: Duration, stop?: Stop): Promise<void> =>
    new Promise((resolve) => {
      this.#sleepers.push(resolve);
      stop?.onStop(resolve);
    });
  strike(): void {
    for (const wake of this.#sleepers) wake();
  }
}

const settled = async (promise: Promise<void>): Promise<boolean> => {
  let done = false;
  void promise.then(() => (done = true));
  await new Promise(setImmediate);
  return done;
};

test('a rest ends when its time is over, when called, and when stopped', async () => {
  const clock = new HandClock();
  const wake = new Wake();
  const stop = new Stop();
  const timed = wake.rest(clock, seconds(1), stop);
  expect(await settled(timed)).toBe(false);
  clock.strike();
  expect(await settled(timed)).toBe(true);
  const called = wake.rest(clock, seconds(1), stop);
  expect(await settled(called)).toBe(false);
  wake.call();
  expect(await settled(called)).toBe(true);
  const stopped = wake.rest(clock, seconds(1), stop);
  stop.stop();
  expect(await settled(stopped)).toBe(true);
});

test('a call while nobody rests is not lost, and counts once', async () => {
  const clock = new HandClock();
  const wake = new Wake();
  wake.call();
  wake.call();
  expect(await settled(wake.rest(clock, seconds(1), new Stop()))).toBe(true);
  expect(await settled(wake.rest(clock, seconds(1), new Stop()))).toBe(false);
});
