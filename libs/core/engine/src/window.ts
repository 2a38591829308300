import { days, earlier, plus, type Duration, type Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger } from './compiled-trigger.js';
import type { Run } from './person-state.js';

/** How long a run waits for an event that has no `within`. */
export const RUN_LIFE: Duration = days(30);

/** How long the element at `position` may take from the one before it; undefined where it may take a run's life. */
export function lengthOf(trigger: CompiledTrigger, position: number): Duration | undefined {
  const part = trigger.parts[position];
  return part === undefined || part.kind === 'inactive' ? undefined : part.kind === 'not' ? part.for : part.within;
}

/** The end, exclusive, of the wait for the element at `position`; undefined: it cannot complete within the sequence's own `within`. */
export function deadlineAt(trigger: CompiledTrigger, position: number, from: Instant, start: Instant): Instant | undefined {
  const { within } = trigger.trigger.when;
  const own = plus(from, lengthOf(trigger, position) ?? RUN_LIFE);
  if (within === undefined) return own;
  const end = plus(start, within);
  if (trigger.parts[position]?.kind === 'not') return own <= end ? own : undefined;
  return earlier(own, end);
}

/** The run with its timer: decided `settle` after the deadline. */
export const timed = (run: Run, deadline: Instant, settle: Duration): Run => ({ ...run, deadline, due: plus(deadline, settle) });

/** Does the event fall into the window the run waits in, `[from, deadline)`? */
export const isWithin = (run: Run, { timestamp }: Event): boolean => timestamp >= run.from && timestamp < run.deadline;

/**
 * Is the run's window still open to what moves it forward? Judged by when the event reached us, so that a late tick decides as a
 * punctual one would have.
 */
export const isOpenTo = (run: Run, event: Event): boolean => isWithin(run, event) && event.received < run.due;
