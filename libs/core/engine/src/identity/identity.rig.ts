import { earlier, makeInstant, type Duration, type Instant } from '@tripline/kernel';
import {
  encodeTaskInput,
  linksOf,
  parseTaskInput,
  type Action,
  type Control,
  type Event,
  type Recall,
  type TaskInput,
} from '@tripline/model';
import { START } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import type { Input, Output } from '../input.js';
import { decodePerson, encodePerson } from '../person/person-codec.js';
import type { PersonState } from '../person/person-state.js';
import { outcomeEvent } from '../play/person-play.js';
import { applyControl, type Definitions } from '../compile/definitions.js';
import { makeProgram, type Program } from '../compile/program.js';
import { nextTimer } from '../timers.js';

type GoalReached = Extract<Output, { kind: 'goal' }>;
type Logged = { readonly input: TaskInput; readonly appended: Instant };
type Copy = {
  readonly position: number;
  readonly clock: Instant;
  readonly people: ReadonlyMap<string, Uint8Array>;
  readonly definitions: Definitions;
};

/** One partition with its task, written anew for tests: every input passes through bytes, every state is stored and read back. */
class Partition {
  readonly log: Logged[] = [];
  #copy: Copy = { position: 0, clock: 0 as Instant, people: new Map(), definitions: [] };
  position = 0;
  clock = 0 as Instant;
  people = new Map<string, Uint8Array>();
  definitions: Definitions = [];

  keep(): void {
    this.#copy = { position: this.position, clock: this.clock, people: new Map(this.people), definitions: this.definitions };
  }

  /** Goes on from the state kept last: what was told since is told again. */
  crash(): void {
    this.position = this.#copy.position;
    this.clock = this.#copy.clock;
    this.people = new Map(this.#copy.people);
    this.definitions = this.#copy.definitions;
  }

  state(person: string): PersonState | undefined {
    const bytes = this.people.get(person);
    return bytes === undefined ? undefined : decodePerson(bytes);
  }

  due(): { readonly person: string; readonly due: Instant } | undefined {
    return [...this.people.keys()]
      .flatMap((person) => {
        const state = this.state(person);
        const next = state === undefined ? undefined : nextTimer(state);
        return next === undefined ? [] : [{ person, due: next.due }];
      })
      .sort((a, b) => a.due - b.due || (a.person < b.person ? -1 : 1))[0];
  }
}

type Pending = { readonly person: string; readonly input: TaskInput; readonly received: Instant };

/** Several tasks with their logs, collectors that append in any order, ticks with their proof, crashes and repeats. */
export class Tasks {
  readonly partitions: readonly Partition[];
  readonly actions = new Map<string, Action>();
  readonly notices: string[] = [];
  readonly goals: GoalReached[] = [];
  readonly recalls: Recall[] = [];
  now = START;
  #pending: Pending[] = [];
  readonly #programs = new Map<Definitions, Program>();

  constructor(
    /** Undefined: what control records put in force, each partition for itself. */
    readonly program: Program | undefined,
    count: number,
    readonly place: (person: string) => number,
    readonly answers: boolean = true,
  ) {
    this.partitions = Array.from({ length: count }, () => new Partition());
  }

  /** A call was received: its event and its links are on their way, each to its own partition. */
  receive(event: Event): void {
    this.now = Math.max(this.now, event.received) as Instant;
    const { received } = event;
    this.#pending.push({ person: event.person, input: { kind: 'event', ...event }, received });
    for (const link of linksOf(event)) this.#pending.push({ person: link.person, input: link, received });
  }

  /** What is on its way stays there, until it is released. */
  hold(): readonly Pending[] {
    const held = this.#pending;
    this.#pending = [];
    return held;
  }

  release(held: readonly Pending[]): void {
    this.#pending.push(...held.map((each) => ({ ...each, received: this.now })));
  }

  pass(length: number): void {
    this.now = makeInstant(this.now + length);
  }

  /** One of what is on its way arrives, in any order but that of one person's own records; `twice`: and stays on its way. */
  arrive(which: number, twice = false): void {
    const chosen = this.#pending[which % Math.max(1, this.#pending.length)];
    const pending = this.#pending.find(({ person }) => person === chosen?.person);
    if (pending === undefined) return;
    this.#append(pending.person, pending.input);
    if (!twice) this.#pending = this.#pending.filter((each) => each !== pending);
  }

  /** The owner of a partition asks what time it is: up to before whatever is still on its way. */
  tick(which: number): void {
    const partition = this.partitions[which % this.partitions.length] as Partition;
    const upTo = this.#pending.reduce<Instant>((min, { received }) => earlier(min, received), this.now);
    const due = partition.due();
    if (due !== undefined && due.due <= upTo) partition.log.push({ input: { kind: 'tick', upTo }, appended: this.now });
  }

  /** The control record comes to one partition, now; what is in force there is what came to it, and. */
  control(which: number, control: Control): void {
    this.partitions[which]?.log.push({ input: control, appended: this.now });
  }

  work(which: number, records: number): void {
    const partition = this.partitions[which % this.partitions.length] as Partition;
    for (let i = 0; i < records && partition.position < partition.log.length; i++) {
      const { input, appended } = partition.log[partition.position++] as Logged;
      if (input.kind === 'control') partition.definitions = applyControl(partition.definitions, input, appended);
      else if (input.kind === 'tick') this.#onTick(partition, Math.min(input.upTo, appended) as Instant);
      else if (input.kind !== 'release') this.#apply(partition, input.person, inputOf(input, partition.clock));
    }
  }

  #onTick(partition: Partition, upTo: Instant): void {
    partition.clock = Math.max(partition.clock, upTo) as Instant;
    const { clock } = partition;
    for (let next = partition.due(); next !== undefined && next.due <= clock; next = partition.due())
      this.#apply(partition, next.person, { kind: 'timer', due: next.due, clock });
  }

  #apply(partition: Partition, person: string, input: Input): void {
    const { state, outputs } = advance(this.#programOf(partition), person, partition.state(person), input);
    if (state === undefined) partition.people.delete(person);
    else partition.people.set(person, encodePerson(state));
    for (const output of outputs) {
      if (output.kind === 'tell') this.#append(output.input.person, output.input);
      else if (output.kind === 'action') this.#send(output);
      else if (output.kind === 'recall') this.recalls.push(output);
      else if (output.kind === 'goal') this.goals.push(output);
      else if (output.kind === 'notice') this.notices.push(output.name);
    }
  }

  #programOf({ definitions }: Partition): Program {
    if (this.program !== undefined) return this.program;
    const program = this.#programs.get(definitions) ?? makeProgram(definitions);
    if (program.problems.length > 0) throw new Error(JSON.stringify(program.problems));
    this.#programs.set(definitions, program);
    return program;
  }

  #send(action: Action): void {
    const known = this.actions.has(action.id);
    this.actions.set(action.id, action);
    if (!known && this.answers) {
      const event = outcomeEvent(action, 'sent', this.now, this.now);
      this.#pending.push({ person: action.person, input: { kind: 'event', ...event }, received: this.now });
    }
  }

  #append(person: string, input: TaskInput): void {
    const parsed = parseTaskInput(encodeTaskInput(input));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    this.partitions[this.place(person)]?.log.push({ input: parsed.value, appended: this.now });
  }

  /** Everything arrives, every task reads on and asks what time it is, until nothing moves. */
  settle(length: Duration | number = 0): void {
    this.pass(length);
    for (let moved = true; moved;) {
      moved = this.#pending.length > 0;
      while (this.#pending.length > 0) this.arrive(0);
      this.partitions.forEach((partition, i) => {
        moved ||= partition.position < partition.log.length;
        this.work(i, Number.POSITIVE_INFINITY);
        this.tick(i);
        moved ||= partition.position < partition.log.length;
      });
    }
  }

  state(person: string): PersonState | undefined {
    return this.partitions[this.place(person)]?.state(person);
  }

  get asking(): number {
    return this.partitions.flatMap((p) => [...p.people.keys()].filter((key) => p.state(key)?.identity?.asking !== undefined))
      .length;
  }
}

function inputOf(input: Exclude<TaskInput, { kind: 'tick' | 'control' | 'release' }>, clock: Instant): Input {
  if (input.kind !== 'event') return { kind: 'identity', record: input, clock };
  return { kind: 'event', event: input, clock };
}
