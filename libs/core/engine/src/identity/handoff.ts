import { deriveId, encodeUtf8, type Instant, type Json } from '@tripline/kernel';
import { HANDOFF_BYTES_MAX, type Handoff, type Link } from '@tripline/model';
import { withForgotten } from '../condition/forgotten.js';
import type { Draft } from '../draft.js';
import { isOnlyWatched } from '../journey/goal.js';
import { packPerson } from '../person/person-codec.js';
import { endRun } from '../journey/recall.js';

/**
 * What an anonymous id's task gives to the user's, once. Where it is too large, parts give way in this order, each counted: runs kept for
 * their goals alone, what lists collected, remembered events that something waits for, what segments count, then runs, the one decided last first.
 * I1. What would deny a message is handed over whole: it is bounded by its own limits. What gives way leads to no message.
 */
export function makeHandoff(draft: Draft, { user, received }: Link): Handoff {
  for (const giveWay of PARTS) if (isTooLarge(draft)) giveWay(draft);
  while (isTooLarge(draft) && draft.state.runs.length > 0) dropRun(draft, received);
  const state = packPerson(draft.state) as readonly Json[];
  return { kind: 'handoff', id: deriveId('hnd', draft.person, user), person: user, from: draft.person, received, state };
}

const isTooLarge = (draft: Draft): boolean => encodeUtf8(JSON.stringify(packPerson(draft.state))).length > HANDOFF_BYTES_MAX;

const PARTS: readonly ((draft: Draft) => void)[] = [
  (draft) => cut(draft, { runs: draft.state.runs.filter((run) => !isOnlyWatched(run)) }),
  (draft) => cut(draft, { runs: draft.state.runs.map((run) => ({ ...run, lists: {} })) }),
  forgetNamed,
  (draft) => cut(draft, { segments: [] }),
];

/** Whoever takes over knows that there may have been some. */
function forgetNamed(draft: Draft): void {
  const { remembered, forgotten } = draft.state;
  const given = remembered.filter(({ events }) => events !== undefined);
  if (given.length === 0) return;
  cut(draft, {
    remembered: remembered.filter((each) => !given.includes(each)),
    forgotten: given.reduce(withForgotten, forgotten),
  });
}

function cut(draft: Draft, change: Parameters<Draft['set']>[0]): void {
  draft.note('handoff-cut');
  draft.set(change);
}

/** What it has not sent yet is recalled. */
function dropRun(draft: Draft, at: Instant): void {
  const last = draft.state.runs.reduce((a, b) => (b.due > a.due ? b : a));
  draft.note('handoff-cut', last.trigger);
  const others = draft.state.runs.filter((run) => run !== last);
  endRun(draft, last, 'handoff', at);
  draft.set({ runs: others });
}
