import type { Instant } from '@tripline/kernel';
import type { PersonKey } from '@tripline/model';

/** What happens next to a person if nothing else does: at `at`, because of what ended at `deadline`. */
export type Due = { readonly at: Instant; readonly deadline: Instant; readonly person: PersonKey };

/** The order in which a task decides: by instant, then deadline, then person (UTF-16 units). */
export function compareDues(a: Due, b: Due): number {
  return a.at - b.at || a.deadline - b.deadline || (a.person < b.person ? -1 : a.person > b.person ? 1 : 0);
}
