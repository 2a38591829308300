import { parseArgs } from 'node:util';
import { openBroker } from '@tripline/testing-broker';
import { chaos, type ChaosPlan } from './chaos.js';
import { reportOf } from './report.js';

const USAGE = `usage: npm run chaos -- [--humans N] [--views N] [--minutes N] [--seed N]
  --humans   people with a cart each (50000)
  --views    events of each beside, that no trigger names (18)
  --minutes  how long people go on appearing (10)
  --seed     of what people do and of what is killed when (chosen, unless given)`;

const number = { type: 'string' } as const;

function planOf(args: string[]): ChaosPlan {
  const { values } = parseArgs({ args, options: { humans: number, views: number, minutes: number, seed: number } });
  const given = (name: keyof typeof values, otherwise: number): number => {
    const value = Number(values[name] ?? otherwise);
    if (!Number.isFinite(value) || value < 0) throw new Error(`--${name}: a number from 0, not ${String(values[name])}`);
    return value;
  };
  const seed = given('seed', Date.now() % 1_000_000_000);
  const forMs = given('minutes', 10) * 60_000;
  return { seed, humans: given('humans', 50_000), views: given('views', 18), forMs, windowMs: 30_000, calmMs: 8_000 };
}

try {
  const plan = planOf(process.argv.slice(2));
  console.log(`seed ${plan.seed}`);
  const broker = await openBroker(1_024);
  if ('unavailable' in broker) throw new Error(broker.unavailable);
  const outcome = await chaos(plan, broker).finally(() => broker.stop());
  console.log(reportOf(outcome));
  process.exitCode = Object.values(outcome.verdict).every(({ length }) => length === 0) ? 0 : 1;
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 2;
}
