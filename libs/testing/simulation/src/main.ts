import { parseArgs } from 'node:util';
import { reportOf } from './report.js';
import { shrink } from './shrink.js';
import { FAULTS, HUMANS, simulate, type Outcome, type Plan } from './simulate.js';

const USAGE = `usage: npm run simulate -- [--seeds N] [--from N] [--seed N] [--faults N] [--humans N]
  --seeds   so many simulations, one seed after the other (100)
  --from    the first seed (chosen, unless given)
  --seed    this one alone, with all it has to say
  --faults  at most so many faults each (${FAULTS})
  --humans  so many people each (${HUMANS})`;

const number = { type: 'string' } as const;
const options = { seeds: number, from: number, seed: number, faults: number, humans: number } as const;

/** Simulates seed after seed until one fails; answers the exit code. */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options });
  const given = (name: keyof typeof options, otherwise: number): number => wholeOf(name, values[name], otherwise);
  const first = given('seed', given('from', Date.now() % 1_000_000_000));
  const seeds = values.seed === undefined ? given('seeds', 100) : 1;
  const all = { faults: given('faults', FAULTS), humans: given('humans', HUMANS) };
  console.log(`seed ${first}${seeds === 1 ? '' : ` to ${first + seeds - 1}`}`);
  let [steps, firings] = [0, 0];
  for (let seed = first; seed < first + seeds; seed++) {
    const outcome = await simulate({ seed, ...all });
    if (outcome.broken.length > 0) return failed(outcome, values.seed === undefined);
    steps += outcome.steps;
    firings += outcome.firings;
    if (seeds === 1) console.log(`history ${outcome.hash}\n${outcome.evidence}`);
  }
  console.log(`nothing that must never happen, in ${seeds} simulations, ${steps} steps, ${firings} messages`);
  return 0;
}

async function failed(outcome: Outcome, smaller: boolean): Promise<number> {
  const { seed, faults, humans }: Plan = outcome.plan;
  if (smaller) console.log(`seed ${seed} fails with ${faults} faults and ${humans} people; looking for less`);
  console.log(reportOf(smaller ? await shrink(outcome) : outcome));
  return 1;
}

function wholeOf(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0 && value < 2 ** 31) return value;
  throw new Error(`--${name}: a whole number below 2^31, not ${text}`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 2;
}
