import { formatInstant, type Instant, type Json, type JsonObject } from '@tripline/kernel';
import type { PersonKey } from '@tripline/model';
import { describeDated } from '../calendar/calendar.js';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import { leafName } from '../compile/condition.js';
import { describeSegments } from './describe-segments.js';
import { newestExtension } from '../condition/extension.js';
import type { Identity } from '../identity/identity.js';
import { FAR, judge } from '../condition/judgement.js';
import type { Ground } from '../condition/verdict.js';
import { startOf } from '../condition/matching.js';
import { isOnlyWatched } from '../journey/goal.js';
import type { Forgotten, Gap, PersonState, Quiet, Run } from './person-state.js';
import type { Program } from '../compile/program.js';
import { runIdOf } from '../journey/run-id.js';

/**
 * What is known of one person, written for people to read: traits, segments, open runs, what each waits for and until when. Instants in
 * ISO 8601. `now` is the task's clock, for segments that are warming.
 */
export function describePerson(program: Program, person: PersonKey, state: PersonState, now = state.messages.since): JsonObject {
  return {
    person,
    traits: state.traits,
    revision: state.revision,
    runs: state.runs.map((run) => describeRun(program, person, run)),
    segments: describeSegments(program, state, now),
    silence: state.quiet.map(describeQuiet),
    ...(state.calendar === undefined ? {} : { dates: state.calendar.dates.map(describeDated) }),
    remembered: state.remembered.map((r) => ({
      trigger: r.trigger,
      test: r.test,
      key: r.key,
      at: r.times.map(formatInstant),
      until: formatInstant(r.until),
    })),
    ...(state.forgotten === undefined ? {} : { forgotten: state.forgotten.map(describeForgotten) }),
    ...(state.happened === undefined
      ? {}
      : { happened: state.happened.map(({ name, timestamp }) => ({ event: name, at: formatInstant(timestamp) })) }),
    ...(state.ahead === undefined ? {} : { ahead: state.ahead.map(({ id, name }) => ({ id, event: name })) }),
    counted: Object.fromEntries(Object.entries(state.counted).map(([name, times]) => [name, times.map(formatInstant)])),
    ...describeIdentity(state.identity ?? {}),
    ...(state.gap === undefined ? {} : { setAside: describeGap(state.gap) }),
  };
}

/** `until`: when they were released; absent: they are aside. */
const describeGap = ({ from, to, why }: Gap): JsonObject => ({
  ...{ since: formatInstant(from), why },
  ...(to === undefined ? {} : { until: formatInstant(to) }),
});

const describeForgotten = ({ trigger, test, at, until }: Forgotten): JsonObject => ({
  ...(trigger === null ? {} : { trigger, test }),
  ...{ upTo: formatInstant(at), until: formatInstant(until) },
});

/** `user`: whose this anonymous id is; `devices`: this user's anonymous ids; `asking`: those of which it is not known whether more comes. */
const describeIdentity = ({ stub, devices, asking }: Identity): JsonObject => ({
  ...(stub === undefined ? {} : { user: stub.user, since: formatInstant(stub.at) }),
  ...(devices === undefined ? {} : { devices: devices.map(({ person }) => person) }),
  ...(asking === undefined ? {} : { asking: { upTo: formatInstant(asking.due), waiting: [...asking.waiting] } }),
});

function describeRun(program: Program, person: PersonKey, run: Run): JsonObject {
  const trigger = program.version(run.trigger, run.version);
  return {
    run: runIdOf(person, run),
    trigger: run.trigger,
    version: run.version,
    ...(run.key === '' ? {} : { key: run.key }),
    phase: run.phase,
    waitsFor: waitsFor(trigger, run),
    since: formatInstant(run.phase === 'matching' ? run.start : run.from),
    until: formatInstant(run.deadline),
    decidedAt: formatInstant(run.due),
    ...(run.decided === undefined ? {} : { completed: formatInstant(run.decided) }),
    known: knownTo(trigger, run),
    lists: Object.fromEntries(Object.entries(run.lists).map(([name, items]) => [name, items.map((item) => item.properties)])),
    ...(run.arms === undefined ? {} : { arms: run.arms }),
    ...(run.held === true ? { heldOut: true } : {}),
    ...(run.goalOver === true ? { goal: 'reached' } : {}),
    actions: run.actions.map((a) => ({
      id: a.id,
      step: a.step,
      status: a.final ?? (a.recalled ? 'recall asked' : 'pending'),
      later: [...a.later],
      expires: formatInstant(a.expires),
    })),
  };
}

/** `order.completed not to happen`, `email.clicked`, `its messages to be sent` … */
function waitsFor(trigger: CompiledTrigger | undefined, run: Run): string {
  if (run.awaits !== undefined) return 'its version to be published here';
  if (isOnlyWatched(run)) return `its goal: ${trigger?.goal?.name ?? 'its version is no longer in force'}`;
  if (run.phase === 'watched' || run.phase === 'completing') return 'the outcome of its messages';
  const step = trigger?.steps[run.position];
  if (run.phase === 'waiting') return step?.kind === 'await' ? step.until.name : 'the time to pass';
  if (trigger === undefined) return 'nothing: its version is no longer in force';
  const verdict = judge(trigger.condition.root, startOf(run), FAR, groundOf(trigger, run));
  return verdict.kind === 'open' && verdict.on.length > 0 ? verdict.on.map(leafName).join(', ') : 'to be decided';
}

/** The events taken under an alias, by it. */
const knownTo = (trigger: CompiledTrigger | undefined, { facts }: Run): JsonObject =>
  Object.fromEntries(
    facts.flatMap(({ leaf, used, id, kept }) => {
      const alias = trigger?.condition.leaves[leaf]?.alias;
      return alias === undefined || !used ? [] : [[alias, { ...(id === undefined ? {} : { id }), ...kept }]];
    }),
  );

/** What memory holds is not asked here. */
const groundOf = ({ settle }: CompiledTrigger, run: Run): Ground => ({
  facts: run.facts,
  horizon: run.from,
  settle,
  extended: run.extended,
  earliest: newestExtension(run),
  look: () => undefined,
});

const describeQuiet = ({ trigger, last, armed }: Quiet): JsonObject => ({
  trigger,
  last: formatInstant(last),
  until: ends(armed),
});
const ends = (armed: Instant | undefined): Json => (armed === undefined ? null : formatInstant(armed));
