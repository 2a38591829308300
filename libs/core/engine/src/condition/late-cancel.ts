import { earlier, plus, type Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import { mayBelong, type Key } from './correlation.js';
import type { Draft } from '../draft.js';
import { isOnlyWatched } from '../journey/goal.js';
import { DECIDED_MAX, type Run } from '../person/person-state.js';
import { isGone } from '../journey/recall.js';

/** Counts an event that would have prevented a message of this open run that is already gone; one kept for its goal alone is a decided window. */
export function noteLateCancelOf(draft: Draft, run: Run, { timestamp }: Event): void {
  if (!isOnlyWatched(run) && run.decided !== undefined && timestamp < run.decided && run.actions.some(isGone))
    draft.note('late-cancel', run.trigger, run);
}

/** Counts an event that would have prevented a message of a run that has ended since. */
export function noteLateCancel(draft: Draft, { name }: CompiledTrigger, key: Key, { timestamp }: Event): void {
  for (const window of draft.state.decided)
    if (window.trigger === name && mayBelong(key, window) && timestamp >= window.from && timestamp < window.decided)
      draft.note('late-cancel', name);
}

/** Keeps the window of a run that ended with something sent, for as long as late events are accepted. */
export function keepDecided(draft: Draft, trigger: CompiledTrigger | undefined, run: Run, now: Instant): void {
  const { decided, spans = [] } = run;
  const from = spans.map((span) => span.from).reduce(earlier, decided ?? (0 as Instant));
  if (trigger === undefined || decided === undefined || decided === from || !run.actions.some(isGone)) return;
  const kept = draft.state.decided.filter((each) => each.until > now);
  const window = { trigger: run.trigger, key: run.key, from, decided, until: plus(decided, trigger.accept) };
  draft.set({ decided: [...kept, window].slice(-DECIDED_MAX) });
}
