import { encodeUtf8, later, type Instant } from '@tripline/kernel';
import { TRAITS_BYTES_MAX } from '@tripline/model';
import type { Draft } from '../draft.js';
import { applyStates } from '../journey/exits.js';
import { isOnlyWatched } from '../journey/goal.js';
import { meetAll } from './meeting.js';
import { mergedCounts, mergedMemory, mergedMessages } from './merged-memory.js';
import { DECIDED_MAX, GOALS_MAX, RUNS_MAX, type PersonState, type Quiet, type Run } from '../person/person-state.js';
import { endRun } from '../journey/recall.js';
import { seeHappened, standing } from './happened.js';
import { takeSegments } from './merged-segments.js';
import type { Taking } from './taking.js';
import { endOtherDates, joinCalendar } from '../calendar/join-calendar.js';
import { tellMemberships } from '../segment/telling.js';
import { judgeAnew, learn } from './learning.js';
import { awaited, seenHere } from './unpublished.js';

/**
 * Takes over what was known under an anonymous id: the state then is as if all had come to the user in the first place, as far as either side remembers.
 * I1. Each side's runs look at what the other remembers before anything is decided: an absence that the other knows to be broken is over, an exit ends.
 * I2. Two runs of one attempt become one, as `onRepeat` says; of two that act already both stay.
 * I3. Nothing is decided here that rests on absence: that is for the next tick, when all ids were asked.
 * I4. What a wait or a goal of one side looks for and the other side saw has happened to it too, at its own time (`happened.ts`).
 * I5. A run keeps its id; what it asks for from now on is the user's.
 * I6. A run whose version is still to be published here waits for that (`unpublished.ts`).
 */
export function takeOver(draft: Draft, taking: Taking): void {
  const mine = { ...draft.state };
  const { other } = taking;
  const { isFull, ...memory } = mergedMemory(mine, other);
  if (isFull) draft.note('remembered-full');
  takeTraits(draft, other);
  draft.set({
    messages: mergedMessages(mine.messages, other.messages),
    ...memory,
    decided: [...mine.decided, ...other.decided].sort((a, b) => a.decided - b.decided).slice(-DECIDED_MAX),
    counted: mergedCounts(mine.counted, other.counted, (name) => draft.program.live(name)?.trigger.limit?.runs),
  });
  const told = takeSegments(draft, mine, taking);
  joinCalendar(draft, other.calendar, { happened: taking.at, reached: taking.at }, draft.state.traits !== mine.traits);
  for (const run of mine.runs) learn(draft, run, other);
  const runs = adopted(draft, taking).map((run) => draft.add(run));
  endOtherDates(draft, runs, taking.at);
  for (const run of runs) learn(draft, run, seenHere(draft, run, mine));
  for (const quiet of other.quiet) takeQuiet(draft, quiet);
  meetAll(draft);
  const stood = standing(draft);
  for (const run of draft.state.runs) judgeAnew(draft, run, taking.at);
  seeHappened(draft, { from: taking.from, at: taking.at, mine: mine.happened, theirs: other.happened, stood });
  applyStates(draft, taking.at);
  tellMemberships(draft, told);
}

/** The user's own stay; what they lack comes. */
function takeTraits(draft: Draft, { traits: given, traitsAt }: PersonState): void {
  const { traits, revision } = draft.state;
  const next = { ...given, ...traits };
  if (Object.keys(next).length === Object.keys(traits).length) return;
  if (encodeUtf8(JSON.stringify(next)).length > TRAITS_BYTES_MAX) return draft.note('traits-too-large');
  draft.set({ traits: next, revision: revision + 1, traitsAt: later(draft.state.traitsAt, traitsAt) });
  draft.outputs.push({ kind: 'profile', person: draft.person, revision: revision + 1, traits: next });
}

/** Those that have room, what acts first; of one that has none what was not sent is recalled. */
function adopted(draft: Draft, { from, at, other }: Taking): readonly Run[] {
  const all = other.runs.map((run) => ({ ...run, origin: run.origin ?? from }));
  const goals = draft.state.runs.filter(isOnlyWatched).length;
  const kept = all.filter(isOnlyWatched).slice(0, Math.max(0, GOALS_MAX - goals));
  const acting = all.filter((run) => run.phase !== 'matching' && !isOnlyWatched(run));
  const runs = [...acting, ...all.filter((run) => run.phase === 'matching'), ...kept];
  const room = Math.max(0, RUNS_MAX - draft.state.runs.length);
  for (const run of runs.slice(room)) refuse(draft, run, at);
  return runs.slice(0, room).map((run) => awaited(draft, run, at));
}

function refuse(draft: Draft, run: Run, at: Instant): void {
  draft.note('runs-full', run.trigger);
  const { runs } = draft.state;
  endRun(draft, run, 'runs-full', at);
  draft.set({ runs });
}

/**
 * The later of two silences goes on. One that was over by then, and not told, is not told any more: whose sign of life is later may have given
 * others meanwhile, which are not remembered.
 */
function takeQuiet(draft: Draft, theirs: Quiet): void {
  const mine = draft.state.quiet.find(({ trigger }) => trigger === theirs.trigger);
  if (mine !== undefined && mine.last >= theirs.last) return;
  draft.set({ quiet: [...draft.state.quiet.filter((each) => each !== mine), theirs] });
}
