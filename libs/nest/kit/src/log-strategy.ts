import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { assert } from '@tripline/kernel';
import type { Batch, EventLog, Reading, Subscription, Watch } from '@tripline/ports';
import { isObservable, lastValueFrom } from 'rxjs';
import { LOG_TRANSPORT } from './from-log.js';
import type { HealthAnswer, HealthChecks } from './health-checks.js';
import type { LogHooks } from './log-hooks.js';

type TopicHandlers = Map<string, MessageHandler<Batch>>;

/**
 * Reads the log for the `@FromLog` methods of an application, the same on Kafka and embedded: one `EventLog.read` a group, over the topics
 * of its methods. Two services may read one topic in two groups. A method's rejection goes to the log as it is.
 */
export class LogStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = LOG_TRANSPORT;
  override readonly propagatesEventHandlerErrors = true;
  readonly #groups = new Map<string, TopicHandlers>();
  readonly #readings: Reading[] = [];
  readonly #halted = new Set<string>();
  readonly #listeners = new Set<(group: string) => void>();
  #gaveUp: string | undefined;

  constructor(
    private readonly log: EventLog,
    private readonly watch: Watch,
    private readonly hooks: LogHooks,
    checks: HealthChecks,
  ) {
    super();
    checks.add('log', () => this.#health());
  }

  /** Called by Nest for each method found. Keyed by group and topic: Nest's own map would chain two groups on one topic. */
  override addHandler(topic: string, handler: MessageHandler<Batch>, isEvent?: boolean, extras: { group?: string } = {}): void {
    const { group } = extras;
    assert(isEvent === true && group !== undefined, `${topic} is read by a method with @FromLog`);
    const topics = this.#groups.get(group) ?? new Map<string, MessageHandler<Batch>>();
    assert(!topics.has(topic), `one method reads ${topic} for ${group}`);
    topics.set(topic, handler);
    this.#groups.set(group, topics);
    super.addHandler(`${group} ${topic}`, handler, true, extras);
  }

  listen(callback: (error?: unknown) => void): void {
    this.#open().then(() => callback(), callback);
  }

  /** Resolves when the batches being handled are done and committed and every group is left. */
  async close(): Promise<void> {
    const closed = await Promise.allSettled(this.#readings.splice(0).map((reading) => reading.close()));
    for (const one of closed) if (one.status === 'rejected') throw one.reason;
  }

  /** Calls `listener` with a group's name when its reader has given up for good: the process had better end. */
  onGaveUp(listener: (group: string) => void): void {
    if (this.#gaveUp !== undefined) listener(this.#gaveUp);
    else this.#listeners.add(listener);
  }

  override on(): never {
    throw new Error('the log has no events of its own: register LogHooks');
  }

  override unwrap<T>(): T {
    return this.log as T;
  }

  async #open(): Promise<void> {
    try {
      for (const [group, topics] of this.#groups) this.#readings.push(await this.log.read(this.#subscription(group, topics)));
    } catch (error) {
      await this.close().catch(() => undefined);
      throw error;
    }
  }

  #subscription(group: string, topics: TopicHandlers): Subscription {
    const hooks = this.hooks.of(group);
    return {
      ...hooks,
      group,
      topics: [...topics.keys()],
      handle: (batch) => handleWith(topics, batch),
      revoked: async (topic, partition) => {
        this.#halted.delete(placeOf(group, topic, partition));
        await hooks.revoked?.(topic, partition);
      },
      halted: (error, topic, partition) => {
        this.#onHalted(group, error, topic, partition);
        hooks.halted?.(error, topic, partition);
      },
    };
  }

  #onHalted(group: string, error: unknown, topic?: string, partition?: number): void {
    this.#halted.add(topic === undefined ? group : placeOf(group, topic, partition));
    if (topic !== undefined) return;
    this.watch.logger.error('log.gave_up', { group, error: error instanceof Error ? error.message : String(error) });
    this.watch.meter.count('tripline_log_gave_up_total', { group });
    this.#gaveUp = group;
    for (const listener of this.#listeners) listener(group);
  }

  #health(): HealthAnswer {
    if (this.#halted.size === 0) return { ok: true, groups: [...this.#groups.keys()] };
    return { ok: false, fatal: this.#gaveUp !== undefined, halted: [...this.#halted] };
  }
}

const placeOf = (group: string, topic: string, partition?: number): string => `${group} ${topic}/${partition}`;

async function handleWith(topics: TopicHandlers, batch: Batch): Promise<void> {
  const handler = topics.get(batch.topic);
  assert(handler !== undefined, `nobody asked for ${batch.topic}`);
  const answer: unknown = await handler(batch);
  if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
}
