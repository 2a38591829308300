import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Subscription } from '@tripline/ports';
import { RecordingWatch } from '@tripline/testing-builders';
import type { Kafka } from 'kafkajs';
import type { BrokerView } from './broker-view.js';
import { GroupSession } from './group-session.js';

const PATIENCE_MS = 5_000;
const EVENTS = { GROUP_JOIN: 'join', HEARTBEAT: 'heartbeat', CRASH: 'crash', END_BATCH_PROCESS: 'end' };

/** The client's consumer, played by hand: what it is told is kept, what happens to it the test says. */
class HandConsumer {
  readonly events = EVENTS;
  readonly resumed: number[] = [];
  readonly #listeners = new Map<string, (event: unknown) => void>();
  #eachBatch: (payload: unknown) => Promise<void> = () => Promise.resolve();
  #offset = 0;

  on(name: string, listener: (event: unknown) => void): void {
    this.#listeners.set(name, listener);
  }
  join(...partitions: number[]): void {
    this.#listeners.get(EVENTS.GROUP_JOIN)?.({ payload: { memberAssignment: { t: partitions } } });
  }
  give(from: number, next: number): Promise<void> {
    const batch = { topic: 't', partition: 0, messages: [], highWatermark: '10', fetchedOffset: String(from), lastOffset: () => String(next - 1) }; // prettier-ignore
    return this.#eachBatch({ batch, resolveOffset: () => undefined });
  }
  run({ eachBatch }: { eachBatch: (payload: unknown) => Promise<void> }): void {
    this.#eachBatch = eachBatch;
  }
  seek({ offset }: { offset: string }): void {
    this.#offset = Number(offset);
  }
  resume(): void {
    this.resumed.push(this.#offset);
  }
  connect(): void {}
  subscribe(): void {}
  pause(): void {}
  commitOffsets(): void {}
  disconnect(): Promise<void> {
    return Promise.resolve();
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (const ends = Date.now() + PATIENCE_MS; !holds();) {
    if (Date.now() > ends) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a session of a group', () => {
  let consumer: HandConsumer;
  let looks: number;
  beforeEach(() => {
    consumer = new HandConsumer();
    looks = 0;
  });
  const open = async (subscription: Partial<Subscription>, failing: () => boolean = () => false): Promise<GroupSession> => {
    const bounds = (): Promise<unknown> => {
      looks++;
      return failing() ? Promise.reject(new Error('no leader')) : Promise.resolve([{ partition: 0, first: 0, end: 10 }]);
    };
    const session = new GroupSession({
      kafka: { consumer: () => consumer } as unknown as Kafka,
      view: { bounds } as unknown as BrokerView,
      committed: () => Promise.resolve(new Map()),
      subscription: { group: 'g', topics: ['t'], handle: () => Promise.resolve(), ...subscription },
      instance: 'i',
      follows: false,
      watch: new RecordingWatch(),
      crashed: () => undefined,
    });
    await session.open();
    return session;
  };

  test('a look at the log that failed when a partition came is looked again', async () => {
    const session = await open({}, () => looks === 1);
    consumer.join(0);
    await until(() => consumer.resumed.length > 0);
    expect([looks, consumer.resumed]).toEqual([2, [0]]);
    await session.close();
  });

  test('a partition that comes and goes while a batch of it is handled is ended and begun one after the other', async () => {
    const told: string[] = [];
    let done = (): void => undefined;
    const handle = async (): Promise<void> => {
      told.push('handling');
      await new Promise<void>((resolve) => (done = resolve));
      told.push('handled');
    };
    const revoked = (): Promise<void> => (told.push('revoked'), Promise.resolve());
    const assigned = (): Promise<number> => (told.push('assigned'), Promise.resolve(0));
    const session = await open({ handle, assigned, revoked });
    consumer.join(0);
    await until(() => consumer.resumed.length === 1);
    const given = consumer.give(0, 3);
    await until(() => told.includes('handling'));
    for (const partitions of [[], [0], [], [0]]) {
      consumer.join(...partitions);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(told).toEqual(['assigned', 'handling']);
    done();
    await given;
    await until(() => consumer.resumed.length === 2);
    expect(told.slice(2)).toEqual(['handled', 'revoked', 'revoked', 'assigned']);
    await session.close();
  });
});
