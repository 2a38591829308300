import { makeDeadLetters, type SetAside } from '@tripline/model';
import type { Entry, Watch } from '@tripline/ports';

/** The entries that keep bytes that were refused; counted as one. */
export function setAside(watch: Watch, aside: SetAside): readonly Entry[] {
  watch.meter.count('tripline_collector_dead_letters_total', { reason: aside.reason });
  return makeDeadLetters(aside);
}
