import { GROUPS, TOPICS } from '@tripline/model';
import type { TaskReport } from '@tripline/services-processor';
import { unsettled } from './messages.js';
import type { ProcessorProcess } from './processor-process.js';
import type { SharedPartition } from './shared-partition.js';
import type { Site } from './site.js';
import { CHANNELS } from './triggers.js';

/** Longer than any pause before something is tried again. */
const REST_MS = 35_000;
/** What is open in the database is asked for beside the simulation: the answer may be so old. */
const STALE_MS = 1_000;

/** What has to be read to its end before everything has come to rest. */
const READ: readonly (readonly [group: string, topic: string])[] = [
  ...[TOPICS.ingest, TOPICS.receipts].map((topic) => [GROUPS.collector, topic] as const),
  ...[TOPICS.actions, TOPICS.profiles, TOPICS.receipts].map((topic) => [GROUPS.scheduler, topic] as const),
  ...CHANNELS.map((channel) => [GROUPS.dispatcher(channel), TOPICS.dispatch[channel]] as const),
];

/** Whether all that was begun has come to its end. */
export class Stillness {
  #restsSince: number | undefined;
  #isOpen = true;

  constructor(
    private readonly site: Site,
    private readonly processors: readonly ProcessorProcess[],
    private readonly busy: readonly { readonly done: boolean }[],
  ) {}

  /** A processor that begins at the end of its partition commits nothing there: then time has to tell that all its outputs have gone. */
  reached(): boolean {
    const { shared, world } = this.site;
    const isIdle = this.busy.every(({ done }) => done) && this.#isRead() && this.#isSettled() && shared.topic(TOPICS.events).every((p) => this.#isIdle(p)); // prettier-ignore
    this.#restsSince = isIdle ? (this.#restsSince ?? world.exactly()) : undefined;
    const restMs = world.exactly() - (this.#restsSince ?? Infinity);
    return restMs > (this.#isReadBy(GROUPS.processor, TOPICS.events) ? STALE_MS : REST_MS);
  }

  /** No message waits, is held, or has been handed over and not come back; nothing is decided that was not told. */
  #isSettled(): boolean {
    const isOpen = this.#isOpen;
    const { database, world } = this.site;
    void unsettled(database, world.now()).then((open) => (this.#isOpen = open));
    return !isOpen;
  }

  /** Somebody has the task, has read all of it, and nothing of it is due. */
  #isIdle({ number, end }: SharedPartition): boolean {
    const now = this.site.world.now();
    const tasks = this.#tasksOf(number);
    return tasks.length > 0 && tasks.every(({ position, nextDue = Infinity }) => position === end && nextDue > now);
  }

  #tasksOf(partition: number): readonly TaskReport[] {
    return this.processors.flatMap(({ processor }) => processor.tasks().filter((task) => task.partition === partition));
  }

  #isRead(): boolean {
    return READ.every(([group, topic]) => this.#isReadBy(group, topic));
  }

  #isReadBy(group: string, topic: string): boolean {
    const { shared } = this.site;
    return shared.topic(topic).every((partition) => (shared.group(group).committed.get(partition) ?? 0) >= partition.end);
  }

  /** What is still going on. */
  missing(): string {
    const { shared, world } = this.site;
    const unread = [...READ, [GROUPS.processor, TOPICS.events] as const]
      .flatMap(([group, topic]) => shared.topic(topic).map((p) => ({ p, at: shared.group(group).committed.get(p) ?? 0 })))
      .filter(({ p, at }) => at < p.end)
      .map(({ p, at }) => `${p.topic}/${p.number} is read up to ${at} of ${p.end}`);
    const orphans = shared.topic(TOPICS.events).filter(({ number }) => this.#tasksOf(number).length === 0).map(({ number }) => `nobody has task ${number}`); // prettier-ignore
    const due = this.processors.flatMap(({ name, processor }) => processor.tasks().filter((t) => (t.nextDue ?? Infinity) <= world.now()).map((t) => `task ${t.partition} of ${name} has something due`)); // prettier-ignore
    return [
      ...(this.busy.every(({ done }) => done) ? [] : ['somebody waits for an answer']),
      ...orphans,
      ...(this.#isOpen ? ['messages are open'] : []),
      ...unread,
      ...due,
    ].join('; ');
  }
}
