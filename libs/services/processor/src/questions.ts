import { encodeUtf8, OperatingError, partitionOf } from '@tripline/kernel';
import type { SemanticsRange } from '@tripline/engine';
import { TOPICS } from '@tripline/model';
import type { Clock, EventLog, Explanation, PersonStates, PersonView, WhyQuestion } from '@tripline/ports';
import { moving, noOwner } from './asking.js';
import type { RecoveryProgress } from './recovery.js';
import { retell } from './retelling.js';
import type { Task } from './task.js';

/** People told about at the same time; each reads a partition from its beginning. */
export const RETELLINGS_MAX = 2;

export type QuestionParts = {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly partitions: number;
  readonly semantics?: SemanticsRange;
  readonly skips?: ReadonlyMap<number, ReadonlySet<number>>;
  /** What the process holds, what stopped before it was open, and what is being opened. */
  readonly tasks: ReadonlyMap<number, Task>;
  readonly halted: ReadonlyMap<number, { readonly instructions: string }>;
  readonly opening: ReadonlySet<number>;
};

/** Answers for the people whose tasks one process holds. A task that is behind says so: what it knows is not yet what is so. */
export class Questions implements PersonStates {
  #retellings = 0;

  constructor(private readonly parts: QuestionParts) {}

  person(person: string): Promise<PersonView | undefined> {
    return new Promise((resolve) => resolve(this.#view(person)));
  }

  async why(question: WhyQuestion): Promise<Explanation> {
    const { partition, position: upTo, definitions } = this.#find(question.person);
    if (this.#retellings >= RETELLINGS_MAX)
      throw new OperatingError('busy', 'later', `${RETELLINGS_MAX} explanations are being told already: ask again in a moment`);
    this.#retellings++;
    const { log, clock, semantics } = this.parts;
    const skips = this.parts.skips?.get(partition);
    const parts = { skips, log, clock, topic: TOPICS.events, partition, upTo, definitions, semantics };
    return retell(parts, question).finally(() => this.#retellings--);
  }

  #view(person: string): PersonView | undefined {
    const task = this.#find(person);
    if (task.broken !== undefined) throw halted(task.partition, task.broken.message);
    return task.view(person);
  }

  /** The person's task, fit to be asked: it has come to where the log was when it was opened, or has stopped. */
  #find(person: string): Task {
    const { partitions, opening, tasks, halted: stopped } = this.parts;
    const partition = partitionOf(encodeUtf8(person), partitions);
    if (opening.has(partition)) throw moving(partition);
    const task = tasks.get(partition);
    const why = stopped.get(partition)?.instructions;
    if (task === undefined) throw why === undefined ? noOwner(partition, 'it is not held by this process') : halted(partition, why); // prettier-ignore
    if (task.broken === undefined && task.recovery !== undefined) throw recovering(partition, task.recovery);
    return task;
  }
}

const halted = (partition: number, instructions: string): OperatingError =>
  new OperatingError('task-halted', 'later', `task ${partition} has stopped: ${instructions}`);

function recovering(partition: number, { left, perSecond, secondsLeft }: RecoveryProgress): OperatingError {
  const pace = secondsLeft === undefined ? '' : `, ${perSecond} a second: about ${secondsLeft} s`;
  return new OperatingError('recovering', 'later', `task ${partition} reads what was in the log before it: ${left} records left${pace}`); // prettier-ignore
}
