import type { Timer } from '@tripline/ports';

/** The order in which timers fire: by `due`, then `deadline`, then `person` (UTF-16 units), as the store has it. */
export function compareTimers(a: Timer, b: Timer): number {
  return a.due - b.due || a.deadline - b.deadline || (a.person < b.person ? -1 : a.person > b.person ? 1 : 0);
}

export const sameTimer = (a: Timer | undefined, b: Timer | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && compareTimers(a, b) === 0);
