import { earlier, encodeUtf8, later, type Instant } from '@tripline/kernel';
import { TRAITS_BYTES_MAX, type PersonKey } from '@tripline/model';
import { brokenBy } from '../condition/cancel.js';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import type { Draft } from '../draft.js';
import { applyStates } from '../journey/exits.js';
import { isOnlyWatched } from '../journey/goal.js';
import { decide, nextOrder } from '../condition/matching.js';
import { meetAll } from './meeting.js';
import { forgottenUpTo, type Memory } from '../condition/forgotten.js';
import { rememberedFacts, timesOf } from '../condition/memory.js';
import { mergedCounts, mergedMemory, mergedMessages } from './merged-memory.js';
import { DECIDED_MAX, GOALS_MAX, RUNS_MAX, type PersonState, type Quiet, type Run } from '../person/person-state.js';
import { endRun, isRecallable } from '../journey/recall.js';
import { seeHappened, standing } from './happened.js';
import { takeSegments } from './merged-segments.js';
import { endOtherDates, joinCalendar } from '../calendar/join-calendar.js';
import { tellMemberships } from '../segment/telling.js';
import { withFacts } from './with-facts.js';

/** What was handed over: `from` whom, received `at`. */
export type Taking = { readonly from: PersonKey; readonly at: Instant; readonly other: PersonState };

/**
 * Takes over what was known under an anonymous id: the state then is as if all had come to the user in the first place, as far as either side remembers.
 * I1. Each side's runs look at what the other remembers before anything is decided: an absence that the other knows to be broken is over, an exit ends.
 * I2. Two runs of one attempt become one, as `onRepeat` says; of two that act already both stay.
 * I3. Nothing is decided here that rests on absence: that is for the next tick, when all ids were asked.
 * I4. What a wait or a goal of one side looks for and the other side saw has happened to it too, at its own time (`happened.ts`).
 * I5. A run keeps its id; what it asks for from now on is the user's.
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
  for (const run of runs) learn(draft, run, mine);
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
  return runs.slice(0, room);
}

function refuse(draft: Draft, run: Run, at: Instant): void {
  draft.note('runs-full', run.trigger);
  const { runs } = draft.state;
  endRun(draft, run, 'runs-full', at);
  draft.set({ runs });
}

/** What the other side remembers, as far as the attempt would have seen it; what ends the run ends it. */
function learn(draft: Draft, run: Run, memory: Memory): void {
  const trigger = draft.triggerOf(run);
  if (trigger === undefined || isOnlyWatched(run) || !draft.state.runs.includes(run)) return;
  const exited = trigger.exits.flatMap((exit) => mayHaveBeen(memory, trigger, exit.test, run.key)).find((at) => at >= run.start);
  if (exited !== undefined) return endRun(draft, run, 'exit', exited);
  if (run.phase === 'matching') {
    const facts = rememberedFacts(draft, trigger, run.key, run.start, nextOrder(run), false, memory);
    if (facts.length > 0) draft.replace(run, withFacts(trigger, run, facts));
  } else cancelBy(draft, trigger, run, memory);
}

/** When it is remembered to have happened, and the last instant at which it may have been forgotten. */
function mayHaveBeen(memory: Memory, trigger: CompiledTrigger, test: string, key: string): readonly Instant[] {
  const lost = forgottenUpTo(memory, trigger.name, test);
  return [...timesOf(memory.remembered, trigger, test, key), ...(lost === undefined ? [] : [lost])];
}

function cancelBy(draft: Draft, trigger: CompiledTrigger, run: Run, memory: Memory): void {
  for (const leaf of trigger.condition.leaves) {
    if (leaf.role !== 'not' && leaf.role !== 'notSeen') continue;
    const end = run.spans?.find((span) => span.leaf === leaf.index)?.to;
    const lost = forgottenUpTo(memory, trigger.name, leaf.test);
    const doubtful = end === undefined || lost === undefined ? [] : [earlier(lost, (end - 1) as Instant)];
    for (const at of [...timesOf(memory.remembered, trigger, leaf.test, run.key), ...doubtful]) {
      const broken = brokenBy(run, leaf, at);
      if (broken === 'within' || (broken === 'after' && run.actions.some(isRecallable)))
        return endRun(draft, run, 'violated', at);
    }
  }
}

/** As far as absence was decided before; no further. */
function judgeAnew(draft: Draft, run: Run, ready: Instant): void {
  const trigger = draft.triggerOf(run);
  if (trigger === undefined) return endRun(draft, run, 'withdrawn', ready);
  if (run.phase === 'matching' && draft.state.runs.includes(run)) decide(draft, trigger, run, run.from, ready);
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
