import { expect, test } from '@jest/globals';
import { hours, makeDuration, minutes, seconds } from '@tripline/kernel';
import { Stop } from '@tripline/ports';
import { BACKWARD_MAX_MS, EmbeddedClock, type ClockReading } from './embedded-clock.js';

const NOON = Date.UTC(2026, 5, 1, 12);

/** A clock over a machine whose time the test sets; `restart` makes the clock anew from what it kept. */
function makeClock() {
  const machine = { now: NOON };
  const saved: ClockReading[] = [];
  const restart = (reading: ClockReading) =>
    new EmbeddedClock(reading, () => machine.now, (kept) => (saved.push(kept), Promise.resolve())); // prettier-ignore
  return { machine, saved, restart, clock: restart({ aheadMs: 0, shownMs: 0 }) };
}

test('shows the machine’s time until it is moved ahead, then that much more, also after a restart', async () => {
  const { machine, saved, clock, restart } = makeClock();
  expect(clock.now()).toBe(NOON);
  expect(await clock.advance(hours(1))).toBe(NOON + 3_600_000);
  machine.now += 5;
  expect(clock.now()).toBe(NOON + 3_600_005);
  expect(restart(saved.at(-1)!).now()).toBe(NOON + 3_600_005);
  expect(clock.ahead).toBe(hours(1));
});

test('waits for a machine that went back a little, and runs on from where it was when it went back further', () => {
  const { machine, clock } = makeClock();
  clock.now();
  machine.now -= BACKWARD_MAX_MS;
  expect(clock.now()).toBe(NOON);
  machine.now -= 1;
  expect(clock.now()).toBe(NOON);
  machine.now += 1_000;
  expect(clock.now()).toBe(NOON + 1_000);
});

test('never goes back over a restart, whatever the machine says', () => {
  const { machine, clock, restart } = makeClock();
  clock.now();
  const reading = clock.reading();
  machine.now -= 86_400_000;
  const again = restart(reading);
  expect(again.now()).toBe(NOON);
  machine.now += 7;
  expect(again.now()).toBe(NOON + 7);
});

test('wakes all who sleep when it is moved ahead, and one who is stopped', async () => {
  const { clock } = makeClock();
  const stop = new Stop();
  const sleeps = [clock.sleep(hours(10)), clock.sleep(minutes(1), new Stop())];
  const stopped = clock.sleep(hours(10), stop);
  stop.stop();
  await stopped;
  await clock.advance(seconds(1));
  await Promise.all(sleeps);
  await clock.sleep(makeDuration(1));
  await clock.sleep(hours(1), stop);
});
