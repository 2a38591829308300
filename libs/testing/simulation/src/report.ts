import type { Outcome } from './simulate.js';

const LINES = 30;

/** What a failed simulation has to say: how to see it again, what must not have been, who did what, and the last steps. */
export function reportOf({ plan, broken, evidence, last, clocks, steps }: Outcome): string {
  const { seed, faults, humans, bug } = plan;
  return [
    `seed ${seed} fails: npm run simulate -- --seed ${seed} --faults ${faults} --humans ${humans}`,
    ...(bug === undefined ? [] : [`with a bug: ${bug.name}`]),
    ...broken.slice(0, LINES).map((what) => `  ${what}`),
    `clocks that are off: ${clocks}; ${steps} steps`,
    evidence,
    'the last steps:',
    ...last.slice(-LINES),
  ].join('\n');
}
