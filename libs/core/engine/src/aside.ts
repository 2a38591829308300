import type { Instant } from '@tripline/kernel';
import type { PersonKey, Probe, Release } from '@tripline/model';
import { advance } from './advance.js';
import type { Program } from './compile/program.js';
import { Draft } from './draft.js';
import type { Tracer } from './explain/trace.js';
import { answer, probeOf } from './identity/asking.js';
import { DEVICES_MAX, type Identity } from './identity/identity.js';
import { reachedUs, type Advanced, type Input } from './input.js';
import { recallActions } from './journey/recall.js';
import { isAside } from './person/is-aside.js';
import type { Gap, PersonState } from './person/person-state.js';

/** The state after the input; `refused`: it was not applied, and why. Its bytes are to be set aside. */
export type Taken = Advanced & { readonly refused?: string };

/** Characters kept of what went wrong. */
const WHY_LENGTH_MAX = 200;
/** Nothing that is asked later reaches back behind a gap: as long as instants go. */
const FOR_EVER = 8_640_000_000_000_000 as Instant;

/**
 * One person on whom the engine chokes does not stop the others: they are set aside, until they are released.
 * A1. It is an ordinary transition: a pure function of state and input, the same on every replay.
 * A2. What was not sent is recalled, and no run of theirs goes on. What they are known by stays: traits, ids, limits.
 * A3. While they are aside nothing is decided for them, and what comes for them is refused, to be set aside with its bytes.
 * A4. After their release nothing is known of the time in between: whoever looks back to it, or counts over it, does not know.
 */
export function advanceOrSetAside(
  program: Program,
  person: PersonKey,
  state: PersonState | undefined,
  input: Input,
  tracer?: Tracer,
): Taken {
  if (state !== undefined && isAside(state)) return whileAside(program, person, state, input, tracer);
  try {
    return advance(program, person, state, input, tracer);
  } catch (error) {
    return setAside(program, person, state, input, error instanceof Error ? error.message : String(error), tracer);
  }
}

/** The person is aside from here on; `why` is what went wrong. */
export function setAside(
  program: Program,
  person: PersonKey,
  state: PersonState | undefined,
  input: Input,
  why: string,
  tracer?: Tracer,
): Taken {
  const at = reachedUs(input);
  const draft = new Draft(program, person, state, tracer, at);
  for (const run of draft.state.runs) recallActions(draft, run, 'set-aside', at);
  const { identity } = draft.state;
  const gap: Gap = { from: at, why: why.slice(0, WHY_LENGTH_MAX) };
  draft.set({ runs: [], quiet: [], gap, ...(identity === undefined ? {} : { identity: notAsking(identity) }) });
  draft.note('person-set-aside');
  return { state: draft.result(), outputs: draft.outputs, refused: `the engine cannot apply it: ${gap.why}` };
}

/** What is asked for now is decided nothing by. */
function notAsking({ stub, devices }: Identity): Identity {
  return { ...(stub === undefined ? {} : { stub }), ...(devices === undefined ? {} : { devices }) };
}

/** A3. A probe is answered when they are released: until then whoever asks does not know. What answers them is for nobody. */
function whileAside(program: Program, person: PersonKey, state: PersonState, input: Input, tracer?: Tracer): Taken {
  if (input.kind === 'timer' || (input.kind === 'identity' && input.record.kind === 'answer')) return { state, outputs: [] };
  const draft = new Draft(program, person, state, tracer, reachedUs(input));
  if (input.kind === 'release') release(draft, input.record);
  else if (input.kind === 'identity' && input.record.kind === 'probe') keepProbe(draft, input.record);
  else {
    draft.note('person-aside');
    return { state, outputs: draft.outputs, refused: `this person is set aside: ${state.gap?.why ?? ''}` };
  }
  return { state: draft.result(), outputs: draft.outputs };
}

/** The newest of each user. */
function keepProbe(draft: Draft, { user, due }: Probe): void {
  const { gap } = draft.state;
  if (gap === undefined) return;
  const others = (gap.asked ?? []).filter((each) => each.user !== user);
  draft.set({ gap: { ...gap, asked: [...others, { user, due }].slice(-DEVICES_MAX) } });
}

/** A4. */
function release(draft: Draft, { received }: Release): void {
  const { gap } = draft.state;
  if (gap === undefined) return;
  const forgotten = [{ trigger: null, test: null, at: received, until: FOR_EVER }];
  draft.set({ gap: { from: gap.from, why: gap.why, to: received }, segments: [], remembered: [], forgotten });
  draft.note('person-released');
  for (const { user, due } of gap.asked ?? []) answer(draft, probeOf(user, draft.person, due));
}
