import type { INestApplicationContext } from '@nestjs/common';
import { LogStrategy } from './log-strategy.js';

/** Why a process ended: it was told to, a reader of its log gave up, or draining took longer than allowed. */
export type Ending = 'signal' | 'gave-up' | 'overdue';

/** Longer than this a drain may not take: orchestrators kill after 30 s. */
export const DRAIN_MAX_MS = 25_000;

/**
 * Waits for SIGTERM or SIGINT (or for a reader of the log to give up for good), then closes the application: no new requests, those
 * under way answered, batches being handled committed. A second signal changes nothing. What the application does not own (the log's
 * client, pools) is closed by the caller afterwards; anything but `signal` should become a non-zero exit code.
 */
export async function runUntilSignal(app: INestApplicationContext, drainMaxMs = DRAIN_MAX_MS): Promise<Ending> {
  const cause = await causeToEnd(app);
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<Ending>((resolve) => (timer = setTimeout(() => resolve('overdue'), drainMaxMs)));
  try {
    return await Promise.race([app.close().then(() => cause), overdue]);
  } finally {
    clearTimeout(timer);
  }
}

function causeToEnd(app: INestApplicationContext): Promise<Ending> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve('signal'));
    app.get(LogStrategy).onGaveUp(() => resolve('gave-up'));
  });
}
