import { describe, expect, it } from '@jest/globals';
import { hours, milliseconds } from '@tripline/kernel';
import { Stop } from '@tripline/ports';
import { SystemClock } from './system-clock.js';

describe('SystemClock', () => {
  it('sleeps for the length asked for', async () => {
    const clock = new SystemClock();
    const before = clock.now();
    await clock.sleep(milliseconds(20));
    expect(clock.now() - before).toBeGreaterThanOrEqual(19);
  });

  it('wakes as soon as it is told to stop, and at once when that has been', async () => {
    const clock = new SystemClock();
    const stop = new Stop();
    const asleep = clock.sleep(hours(1), stop);
    stop.stop();
    await asleep;
    await clock.sleep(hours(1), stop);
  });
});
