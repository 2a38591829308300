import { OperatingError } from '@tripline/kernel';
import type { Appended, Batch, Bounds, Entry, EventLog, LogRecord, Reading, Subscription, TopicSpec } from '@tripline/ports';
import { Member } from './member.js';
import { Sender } from './sender.js';
import type { SharedLog } from './shared-log.js';
import { SimulatedClock } from './simulated-clock.js';
import { Tail } from './tail.js';
import type { Wire } from './wire.js';

/** The log as one process sees it. What it promises is what the port promises, whatever the weather. */
export class SimulatedLog implements EventLog {
  readonly #sender: Sender;
  readonly #clock: SimulatedClock;
  readonly #readings = new Set<Reading>();

  constructor(
    private readonly shared: SharedLog,
    private readonly wire: Wire,
  ) {
    this.#sender = new Sender(shared, wire);
    this.#clock = new SimulatedClock(wire.life);
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    for (const spec of specs) await this.wire.ask(`topic ${spec.name}`, () => this.shared.ensure(spec));
  }

  partitions(topic: string): Promise<number> {
    return this.wire.ask(`partitions ${topic}`, () => this.shared.topic(topic).length);
  }

  append(entries: readonly Entry[]): Promise<readonly Appended[]> {
    return this.#sender.append(entries);
  }

  async read(subscription: Subscription): Promise<Reading> {
    const partitions = await this.wire.ask('topics', () => subscription.topics.flatMap((topic) => this.shared.topic(topic)), 0);
    const coordinator = this.shared.group(subscription.group);
    return this.#keep(new Member(new Set(partitions), subscription, coordinator, this.wire, this.#clock));
  }

  async follow(topics: readonly string[], handle: (batch: Batch) => Promise<void>): Promise<Reading> {
    const partitions = await this.wire.ask('topics', () => topics.flatMap((topic) => this.shared.topic(topic)), 0);
    return this.#keep(new Tail(partitions, handle, this.wire, this.#clock));
  }

  bounds(topic: string): Promise<readonly Bounds[]> {
    return this.wire.ask(`bounds ${topic}`, () =>
      this.shared.topic(topic).map(({ number, end }) => ({ partition: number, first: 0, end })),
    );
  }

  committed(group: string, topic: string): Promise<ReadonlyMap<number, number>> {
    return this.wire.ask(`committed ${topic}`, () => {
      const { committed } = this.shared.group(group);
      const found = this.shared.topic(topic).map((partition) => [partition.number, committed.get(partition)] as const);
      return new Map(found.filter((pair): pair is readonly [number, number] => pair[1] !== undefined));
    });
  }

  owners(group: string, topic: string): Promise<ReadonlyMap<number, string> | undefined> {
    return this.wire.ask(`owners ${topic}`, () => {
      const coordinator = this.shared.group(group);
      const found = this.shared.topic(topic).map((partition) => [partition.number, coordinator.addressOf(partition)] as const);
      return new Map(found.filter((pair): pair is readonly [number, string] => pair[1] !== undefined));
    });
  }

  async fetch(topic: string, partition: number, from: number, max: number): Promise<readonly LogRecord[]> {
    if (from < 0) throw new OperatingError('offset-gap', 'never', `${topic}/${partition} has no offset ${from}`);
    return this.wire.ask(`fetch ${topic}/${partition}`, () => this.shared.partition(topic, partition).read(from, max));
  }

  async close(): Promise<void> {
    for (const reading of [...this.#readings]) await reading.close();
  }

  #keep(reading: Reading): Reading {
    this.#readings.add(reading);
    return { close: () => reading.close().then(() => void this.#readings.delete(reading)) };
  }
}
