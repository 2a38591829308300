import type * as Jest from '@jest/globals';
import { openBroker, whyNoBroker, type Broker } from './open-broker.js';

const OPEN_MS = 180_000;
/** Jest's own globals, asked for when a suite is described: benchmarks open a broker too, where there is no jest. */
const jest = (): typeof Jest => globalThis as unknown as typeof Jest;

/**
 * A suite that has a real Kafka, opened before it and stopped after it. Where there is none, the suite is reported as skipped, with
 * the reason in its name; with `CI=true` that is a failure.
 */
export function describeWithBroker(name: string, body: (broker: () => Broker) => void): void {
  const { describe, test } = jest();
  const why = whyNoBroker();
  if (why === undefined) describe(name, () => withBroker(body));
  else if (process.env['CI'] === 'true') test(name, () => Promise.reject(new Error(why)));
  else describe.skip(`${name} [skipped: ${why}]`, () => body(() => absent(why)));
}

function withBroker(body: (broker: () => Broker) => void): void {
  const { afterAll, beforeAll } = jest();
  let broker: Broker | undefined;
  beforeAll(async () => {
    const opened = await openBroker();
    if ('unavailable' in opened) throw new Error(opened.unavailable);
    broker = opened;
  }, OPEN_MS);
  afterAll(() => broker?.stop(), OPEN_MS);
  body(() => broker ?? absent('the broker is opened before the first test'));
}

function absent(why: string): never {
  throw new Error(why);
}
