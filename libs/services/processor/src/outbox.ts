import { encodeUtf8 } from '@tripline/kernel';
import type { GoalReached, Notice, Output, Tell } from '@tripline/engine';
import { encodeTaskInput, TOPICS, type Profile } from '@tripline/model';
import type { Entry, EventLog, Meter } from '@tripline/ports';

/** What a task has to tell the log and has no acknowledgement for yet, in order. Told again after a failure: receivers drop repeats by id. */
export class Outbox {
  #entries: Entry[] = [];

  constructor(
    private readonly log: EventLog,
    private readonly meter: Meter,
  ) {}

  get size(): number {
    return this.#entries.length;
  }

  take(person: string, outputs: readonly Output[]): void {
    for (const output of outputs) {
      if (output.kind === 'notice') this.#count(output);
      else if (output.kind === 'goal') this.#countGoal(output);
      else if (output.kind === 'tell') this.#tell(output);
      else this.#entries.push(entryOf(person, output));
    }
  }

  takeEntry(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Resolves when all that was taken is acknowledged; rejected, all of it is still here. */
  async deliver(): Promise<void> {
    const entries = this.#entries;
    if (entries.length === 0) return;
    await this.log.append(entries);
    this.#entries = this.#entries.slice(entries.length);
    this.meter.count('tripline_processor_outputs_total', {}, entries.length);
  }

  /** To another task, under its person's key: the same partitioner as the collector's. */
  #tell({ input }: Tell): void {
    this.#entries.push({ topic: TOPICS.events, key: input.person, value: encodeTaskInput(input) });
    this.meter.count('tripline_processor_told_total', { kind: input.kind });
  }

  #count({ name, trigger = '' }: Notice): void {
    this.meter.count('tripline_processor_notices_total', { notice: name, trigger });
  }

  #countGoal({ trigger, held }: GoalReached): void {
    this.meter.count('tripline_processor_goals_total', { trigger, held: String(held) });
  }
}

function entryOf(person: string, output: Exclude<Output, { kind: 'notice' | 'goal' | 'tell' }>): Entry {
  if (output.kind !== 'profile') return { topic: TOPICS.actions, key: person, value: encodeUtf8(JSON.stringify(output)) };
  const profile: Profile = { person: output.person, revision: output.revision, traits: output.traits };
  return { topic: TOPICS.profiles, key: person, value: encodeUtf8(JSON.stringify(profile)) };
}
