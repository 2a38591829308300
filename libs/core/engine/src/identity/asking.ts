import { deriveId, later, type Instant } from '@tripline/kernel';
import type { Answer, PersonKey, Probe } from '@tripline/model';
import type { Draft } from '../draft.js';
import { isRipe } from '../timers.js';

/**
 * A deadline of a user with anonymous ids is decided only when each of those ids' tasks has said that nothing more is under way.
 * I1. `due`, what is asked about, is the task's clock: all that was received before it was in every partition before the probe was.
 * I2. An answer holds for every instant up to its `due`, whichever probe it was for: one that comes again harms nothing.
 * I3. While it is asked, nothing is decided; on the last answer everything up to `due` is. What became ripe meanwhile is asked about anew.
 * I4. Each `probed` is followed by one `answered`: their difference is how many are asking.
 * Answers up to when may be decided now; undefined while it is asked.
 */
export function askFirst(draft: Draft, { due, clock }: { readonly due: Instant; readonly clock: Instant }): Instant | undefined {
  const { devices = [], asking, ...rest } = draft.state.identity ?? {};
  if (asking !== undefined) return undefined;
  if (devices.length === 0 || !isRipe(draft.state, due)) return due;
  const upTo = later(due, clock);
  const waiting = devices.map(({ person }) => person);
  draft.set({ identity: { ...rest, devices, asking: { due: upTo, waiting } } });
  for (const device of waiting) draft.outputs.push({ kind: 'tell', input: probeOf(draft.person, device, upTo) });
  draft.note('probed');
  return undefined;
}

export const probeOf = (user: PersonKey, person: PersonKey, due: Instant): Probe => ({
  kind: 'probe',
  id: deriveId('prb', user, person, String(due)),
  person,
  user,
  due,
});

/** Everything before the probe in this partition has been applied or forwarded, and told before this answer: also where the id is nobody's, or another's. */
export function answer(draft: Draft, { id, person, user, due }: Probe): void {
  draft.outputs.push({ kind: 'tell', input: { kind: 'answer', id: deriveId('prb', id), person: user, from: person, due } });
}

/** Ticks an id off; on the last one answers up to when may be decided. */
export function hear(draft: Draft, { from, due }: Answer): Instant | undefined {
  const { asking, ...rest } = draft.state.identity ?? {};
  if (asking === undefined || due < asking.due || !asking.waiting.includes(from)) return void draft.note('answer-repeated');
  const waiting = asking.waiting.filter((each) => each !== from);
  if (waiting.length > 0) return void draft.set({ identity: { ...rest, asking: { ...asking, waiting } } });
  draft.set({ identity: rest });
  draft.note('answered');
  return asking.due;
}
