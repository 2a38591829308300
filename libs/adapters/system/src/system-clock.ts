import { makeInstant, type Duration, type Instant } from '@tripline/kernel';
import type { Clock, Stop } from '@tripline/ports';

/** The machine's clock. It may jump; nothing is decided by it but in ticks, the gate and providers' answers. */
export class SystemClock implements Clock {
  now(): Instant {
    return makeInstant(Date.now());
  }

  sleep(length: Duration, stop?: Stop): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        forget();
        resolve();
      };
      const timer = setTimeout(end, length);
      let forget = (): unknown => undefined;
      if (stop !== undefined) forget = stop.onStop(end);
    });
  }
}
