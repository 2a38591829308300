import { expect, test } from '@jest/globals';
import { seconds } from '@tripline/kernel';
import { Stop } from '@tripline/ports';
import { ManualClock } from '@tripline/testing-builders';
import { Wake } from './wake.js';

const settled = async (promise: Promise<void>): Promise<boolean> => {
  let done = false;
  void promise.then(() => (done = true));
  await new Promise(setImmediate);
  return done;
};

test('a rest ends when its time is over, when called, and when stopped', async () => {
  const clock = new ManualClock();
  const wake = new Wake();
  const stop = new Stop();
  const timed = wake.rest(clock, seconds(1), stop);
  expect(await settled(timed)).toBe(false);
  clock.advance(seconds(1));
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
  const clock = new ManualClock();
  const wake = new Wake();
  wake.call();
  wake.call();
  expect(await settled(wake.rest(clock, seconds(1), new Stop()))).toBe(true);
  expect(await settled(wake.rest(clock, seconds(1), new Stop()))).toBe(false);
});
