import type { Instant, Json, JsonObject } from '@tripline/kernel';
import type { Event, PersonKey } from '@tripline/model';
import type { CompiledTrigger } from './compile/compiled-trigger.js';
import type { Output } from './input.js';
import type { Writable } from './person/packed.js';
import { EMPTY_PERSON, type PersonState, type Run } from './person/person-state.js';
import type { Program } from './compile/program.js';
import { runIdOf } from './journey/run-id.js';
import type { Tracer } from './explain/trace.js';

type Taken = { readonly trigger: string; readonly test: string; readonly key: string; readonly at: Instant };
type Changes = ReadonlyMap<string, { readonly before: Json; readonly after: Json }>;
const NO_CHANGES: Changes = new Map();

/** Tells one thing about a trigger, and about a run of it. */
export type Trace = (
  what: string,
  of: Pick<CompiledTrigger, 'name' | 'version'>,
  run: Run | undefined,
  detail?: JsonObject,
) => void;

/**
 * The working copy of one person during one `advance`: the state so far and what it has put out.
 * I1. The caller's value stays as it was: the first change copies it, the others change the copy. Nobody else holds that one.
 */
export class Draft {
  readonly outputs: Output[] = [];
  /** What attempts were completed by during this event: it is not remembered for others. */
  taken: readonly Taken[] = [];
  /** The traits that this event changed, as they were and are; null is none. */
  changes: Changes = NO_CHANGES;
  /** As they were before it. */
  traitsBefore: JsonObject;
  /** The change of a segment that is being told. */
  entered: { readonly segment: string; readonly member: boolean } | undefined;
  /** The event that is applied, where it is not the input's own but one that waited. */
  waited: Event | undefined;

  /** For who asks why. Undefined where nobody does, so that `draft.trace?.(…)` evaluates nothing of what it would tell. */
  readonly trace: Trace | undefined;
  #state: PersonState;
  #isOurs = false;

  constructor(
    readonly program: Program,
    readonly person: PersonKey,
    before: PersonState | undefined,
    readonly tracer?: Tracer,
    /** When the input reached us; while timers fire, when the one at hand was due, however late its tick. */
    public now = 0 as Instant,
  ) {
    this.#state = before ?? EMPTY_PERSON;
    this.traitsBefore = this.#state.traits;
    this.trace = tracer === undefined ? undefined : (...told) => this.#tell(tracer, ...told);
  }

  /** An event that waited begins within the same input: nothing of the one before stands in its way. */
  begin(now: Instant, waited: Event): void {
    this.now = now;
    this.waited = waited;
    this.taken = [];
    this.changes = NO_CHANGES;
    this.traitsBefore = this.#state.traits;
  }

  /** As it is now: to be read, not to be held. */
  get state(): PersonState {
    return this.#state;
  }

  set(change: Partial<PersonState>): void {
    if (!this.#isOurs) this.#state = copyOf(this.#state);
    this.#isOurs = true;
    Object.assign(this.#state, change);
  }

  /** Nothing of what was known is left beside this. */
  become(state: PersonState): void {
    this.#state = copyOf(state);
    this.#isOurs = true;
  }

  /** Nothing is asked of the calendar any more. */
  forgetCalendar(): void {
    this.#state = withoutCalendar(this.#state);
    this.#isOurs = true;
  }

  /** Counted in a metric of that name; nothing depends on it. */
  note(name: string, trigger?: string, run?: Run): void {
    this.outputs.push(trigger === undefined ? { kind: 'notice', name } : { kind: 'notice', name, trigger });
    if (this.tracer === undefined) return;
    const version = trigger === undefined ? undefined : (run?.version ?? this.program.live(trigger)?.version);
    if (trigger === undefined || version === undefined)
      this.tracer({ what: name, ...(trigger === undefined ? {} : { trigger }), ...this.#waited() });
    else this.#tell(this.tracer, name, { name: trigger, version }, run);
  }

  #tell(tracer: Tracer, ...[what, { name, version }, run, detail]: Parameters<Trace>): void {
    const of = run === undefined ? {} : { run: runIdOf(this.person, run) };
    tracer({ what, trigger: name, version, ...of, ...(detail === undefined ? {} : { detail }), ...this.#waited() });
  }

  #waited(): { readonly event?: Event } {
    return this.waited === undefined ? {} : { event: this.waited };
  }

  /** As `trace`, of something that is no trigger's. */
  tell(what: string, detail: () => JsonObject): void {
    this.tracer?.({ what, detail: detail(), ...this.#waited() });
  }

  runsOf({ name, version }: CompiledTrigger): readonly Run[] {
    const { runs } = this.state;
    return runs.length === 0 ? runs : runs.filter((run) => run.trigger === name && run.version === version);
  }

  triggerOf(run: Run): CompiledTrigger | undefined {
    return this.program.version(run.trigger, run.version);
  }

  add(run: Run): Run {
    this.set({ runs: [...this.state.runs, run] });
    return run;
  }

  /** Puts `next` in the place of `run`; answers it. */
  replace(run: Run, next: Run): Run {
    this.set({ runs: this.state.runs.map((each) => (each === run ? next : each)) });
    return next;
  }

  remove(run: Run): void {
    this.set({ runs: this.state.runs.filter((each) => each !== run) });
  }

  result(): PersonState | undefined {
    return this.state === EMPTY_PERSON ? undefined : this.state;
  }
}

/** Of one shape, as `changedRun` is and why. */
function copyOf(state: PersonState): PersonState {
  const copy: Writable<PersonState> = {
    traits: state.traits,
    revision: state.revision,
    traitsAt: state.traitsAt,
    messages: state.messages,
    runs: state.runs,
    remembered: state.remembered,
    quiet: state.quiet,
    decided: state.decided,
    counted: state.counted,
    segments: state.segments,
  };
  if (state.calendar !== undefined) copy.calendar = state.calendar;
  if (state.ahead !== undefined) copy.ahead = state.ahead;
  if (state.identity !== undefined) copy.identity = state.identity;
  if (state.forgotten !== undefined) copy.forgotten = state.forgotten;
  if (state.happened !== undefined) copy.happened = state.happened;
  if (state.gap !== undefined) copy.gap = state.gap;
  return copy;
}

const withoutCalendar = ({ calendar: _calendar, ...others }: PersonState): PersonState => others;
