import { simulate, type Outcome, type Plan } from './simulate.js';

/** Simulations that shrinking may take. */
export const TRIES_MAX = 40;

/** A smaller plan of the same seed that fails, too: fewer faults, fewer humans. Gives up after `TRIES_MAX` simulations. */
export async function shrink(failed: Outcome): Promise<Outcome> {
  let best = failed;
  let tries = 0;
  for (let found = true; found && tries < TRIES_MAX;) {
    found = false;
    for (const plan of smaller(best.plan)) {
      if (tries++ >= TRIES_MAX) break;
      const outcome = await simulate(plan);
      if (outcome.broken.length === 0) continue;
      best = outcome;
      found = true;
      break;
    }
  }
  return best;
}

/** The boldest first. */
function smaller(plan: Plan): readonly Plan[] {
  const { faults, humans } = plan;
  const less = (n: number, least: number): number[] => [...new Set([least, n >> 1, n - 1])].filter((m) => m >= least && m < n);
  return [
    ...less(faults, 0).map((fewer) => ({ ...plan, faults: fewer })),
    ...less(humans, 1).map((fewer) => ({ ...plan, humans: fewer })),
  ];
}
