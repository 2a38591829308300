import { encodeUtf8, OperatingError, partitionOf } from '@tripline/kernel';
import { GROUPS, TOPICS } from '@tripline/model';
import type { EventLog, Explanation, PersonStates, PersonView, WhyQuestion } from '@tripline/ports';

export type AskingParts = {
  /** What this process holds: `no-owner` for what it does not. */
  readonly here: PersonStates;
  readonly log: Pick<EventLog, 'owners'>;
  readonly partitions: number;
  /** This process's own, as its group knows it. */
  readonly address: string;
  /** The processor at an address, asked for what it holds itself and no further. Bounded in time. */
  readonly at: (address: string) => PersonStates;
};

/**
 * Answers for every person, wherever their task is.
 * A1. What is held here is answered here; for the rest its owner is asked, as the group names it now, once: one hop, whatever the answer.
 * A2. While a task changes hands the answer is `moving`, never that nothing is known.
 */
export class Asking implements PersonStates {
  constructor(private readonly parts: AskingParts) {}

  person(person: string): Promise<PersonView | undefined> {
    return this.#ask(person, (states) => states.person(person));
  }

  why(question: WhyQuestion): Promise<Explanation> {
    return this.#ask(question.person, (states) => states.why(question));
  }

  async #ask<T>(person: string, question: (states: PersonStates) => Promise<T>): Promise<T> {
    try {
      return await question(this.parts.here);
    } catch (error) {
      if (!isNoOwner(error)) throw error;
      return this.#askOwner(person, question);
    }
  }

  async #askOwner<T>(person: string, question: (states: PersonStates) => Promise<T>): Promise<T> {
    const partition = partitionOf(encodeUtf8(person), this.parts.partitions);
    const owners = await this.parts.log.owners(GROUPS.processor, TOPICS.events);
    if (owners === undefined) throw moving(partition);
    const address = owners.get(partition);
    if (address === undefined) throw noOwner(partition, 'no processor has it, or one that does not say where it is');
    if (address === this.parts.address) throw moving(partition);
    return question(this.parts.at(address)).catch((error: unknown) => {
      throw isNoOwner(error) ? moving(partition) : error;
    });
  }
}

const isNoOwner = (error: unknown): boolean => error instanceof OperatingError && error.code === 'no-owner';

export const moving = (partition: number): OperatingError =>
  new OperatingError('moving', 'later', `task ${partition} is changing hands: ask again in a few seconds`);

export const noOwner = (partition: number, why: string): OperatingError =>
  new OperatingError('no-owner', 'later', `task ${partition}: ${why}`);
