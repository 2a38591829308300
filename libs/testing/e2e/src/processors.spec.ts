import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encodeUtf8, isJsonObject, makeInstant, parseJson, partitionOf } from '@tripline/kernel';
import { encodeTaskInput, TOPICS } from '@tripline/model';
import { DRAIN_MAX_MS } from '@tripline/nest-kit';
import { describeWithBroker } from '@tripline/testing-broker';
import { makeEvent } from '@tripline/testing-builders';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { freePort, ServiceProcess } from './service-process.js';
import { eventually } from './system.js';

const PARTITIONS = 12;
const TAKES_MS = 240_000;
const SETTLES_MS = 60_000;
/** Records that take longer than a second to apply again. */
const LONG = 120_000;
const CHUNK = 2_000;
const PEOPLE = Array.from({ length: 60 }, (_, i) => `u:p${i}`);
const TRIGGER = {
  kind: 'trigger',
  name: 'abandoned-cart',
  purpose: 'marketing',
  when: [{ event: 'cart.item_added' }, { not: 'order.completed', for: '1h' }],
  do: [{ id: 'mail', email: 'cart-reminder' }],
};

type Line = { readonly name: string; readonly partition: number; readonly position: number; readonly next: number };
type Task = { readonly partition: number; readonly position: number };

/** What a processor wrote to its log, line by line. */
const linesOf = (process: ServiceProcess): Line[] =>
  process.output.split('\n').flatMap((line) => {
    const parsed = parseJson(line);
    return isJsonObject(parsed) ? [parsed as unknown as Line] : [];
  });

describeWithBroker('three processors, a process each', (broker) => {
  const processes: ServiceProcess[] = [];
  let directory: string;
  let producer: Producer;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tripline-processors-'));
    for (const i of [0, 1, 2]) {
      const env = {
        STATE_DIR: join(directory, `tasks-${i}`),
        SNAPSHOTS: join(directory, 'snapshots'),
        INSTANCE: `processor-${i}`,
      };
      const port = await freePort();
      const shared = { KAFKA_BROKERS: broker().brokers.join(','), PARTITIONS: String(PARTITIONS), CHECKPOINT_EVERY: '1s' };
      processes.push(new ServiceProcess('processor', port, { ...shared, ...env, ADVERTISED_URL: `http://127.0.0.1:${port}` }));
    }
    producer = new Kafka({ brokers: [...broker().brokers], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    await processes[0]?.start();
    await Promise.all(processes.slice(1).map((process) => process.start()));
    const change = { type: 'publish', version: 1, document: TRIGGER, openRuns: 'drain' } as const;
    const publication = encodeTaskInput({ kind: 'control', name: TRIGGER.name, revision: 1, change });
    await append(Array.from({ length: PARTITIONS }, (_, partition) => ({ key: null, partition, value: publication })));
  }, TAKES_MS);
  afterAll(async () => {
    await Promise.all(processes.map((process) => process.stop()));
    await producer.disconnect();
    await rm(directory, { recursive: true, force: true });
  }, TAKES_MS);

  const tasksOf = async (process: ServiceProcess): Promise<readonly Task[]> => {
    const health = await fetch(`${process.url}/health`).then((answer) => answer.json(), () => ({})); // prettier-ignore
    return (health as { checks?: { processor?: { furthestBehind: Task[] } } }).checks?.processor?.furthestBehind ?? [];
  };
  const shared = (among: readonly ServiceProcess[]): Promise<number[][]> =>
    eventually(
      `${among.length} processors share the tasks`,
      async () => {
        const all = await Promise.all(among.map(async (process) => (await tasksOf(process)).map(({ partition }) => partition)));
        const even = all.every(({ length }) => length === PARTITIONS / among.length);
        return even && new Set(all.flat()).size === PARTITIONS ? all.map((held) => held.sort((a, b) => a - b)) : undefined;
      },
      SETTLES_MS,
    );
  const ask = async (process: ServiceProcess, person: string): Promise<string> => {
    const answer = await fetch(`${process.url}/persons/${encodeURIComponent(person)}/state`);
    const body: unknown = await answer.json();
    const error = isJsonObject(body) && isJsonObject(body['error']) ? body['error'] : {};
    return `${answer.status} ${typeof error['code'] === 'string' ? error['code'] : ''}`.trim();
  };
  const append = (values: readonly { key: string | null; partition: number; value: Uint8Array }[]): Promise<unknown> =>
    producer.send({
      topic: TOPICS.events,
      messages: values.map(({ value, ...rest }) => ({ ...rest, value: Buffer.from(value) })),
    });
  const cart = (person: string, n: number): Uint8Array => {
    const now = makeInstant(Date.now());
    const event = makeEvent({ name: 'cart.item_added', person, id: `${person}-${n}`, timestamp: now, received: now });
    return encodeTaskInput({ kind: 'event', ...event });
  };

  test(
    'any of them answers for everybody, by asking the owner',
    async () => {
      await shared(processes);
      await append(PEOPLE.map((person) => ({ key: person, partition: partitionOf(encodeUtf8(person), PARTITIONS), value: cart(person, 0) }))); // prettier-ignore
      for (const process of processes)
        for (const person of PEOPLE)
          await eventually(`${process.url} knows ${person}`, async () => ((await ask(process, person)) === '200' ? true : undefined), SETTLES_MS); // prettier-ignore
      expect(await ask(processes[0]!, 'u:nobody')).toBe('404 unknown-person');
    },
    TAKES_MS,
  );

  test(
    'a rolling restart moves each task twice at the most and the others not at all; who is asked meanwhile says moving, never that somebody is not known',
    async () => {
      const before = await shared(processes);
      const answers = new Map<string, number>();
      const opened = new Map<number, number>();
      for (const [i, process] of processes.entries()) {
        const marks = processes.map((each) => linesOf(each).length);
        const witness = processes[(i + 1) % processes.length]!;
        let restarting = true;
        const asking = (async () => {
          for (let n = 0; restarting; n++) {
            const said = await ask(witness, PEOPLE[n % PEOPLE.length]!);
            answers.set(said, (answers.get(said) ?? 0) + 1);
          }
        })();
        await process.stop();
        expect(process.exitCode).toBe(0);
        await eventually('the others have its tasks', async () => {
          const sizes = await Promise.all(processes.filter((each) => each !== process).map(async (each) => (await tasksOf(each)).length)); // prettier-ignore
          return sizes.every((size) => size === PARTITIONS / 2) ? true : undefined;
        }, SETTLES_MS); // prettier-ignore
        await process.start();
        expect(await shared(processes)).toEqual(before);
        restarting = false;
        await asking;
        const lines = processes.flatMap((each, at) => linesOf(each).slice(marks[at]));
        for (const { name, partition } of lines)
          if (name === 'processor.task-opened') opened.set(partition, (opened.get(partition) ?? 0) + 1);
        const closed = lines.filter(({ name }) => name === 'processor.task-closed').map(({ partition }) => partition);
        expect([...new Set(closed)].sort((a, b) => a - b)).toEqual(before[i]);
      }
      expect([...opened.values()]).toEqual(Array<number>(PARTITIONS).fill(2));
      const allowed = ['200', '503 moving', '503 recovering', '503 processor-unreachable'];
      expect([...answers.keys()].filter((said) => !allowed.includes(said))).toEqual([]);
      expect(answers.get('200')).toBeGreaterThan(0);
    },
    TAKES_MS,
  );

  test(
    'one that is told to end takes a last snapshot of what would take long, and its successor goes on from there',
    async () => {
      const held = await shared(processes);
      const partition = held[2]![0]!;
      const process = processes[2]!;
      const persons = Array.from({ length: LONG }, (_, i) => `u:long${i % 5_000}`);
      for (let at = 0; at < LONG; at += CHUNK)
        await append(persons.slice(at, at + CHUNK).map((person, i) => ({ key: person, partition, value: cart(person, at + i) })));
      const { position } = await eventually(
        'it has read them',
        async () => (await tasksOf(process)).find((task) => task.partition === partition && task.position >= LONG),
        SETTLES_MS,
      );
      const began = Date.now();
      await process.stop();
      if (Date.now() - began >= DRAIN_MAX_MS) console.log(process.output.slice(-8_000));
      expect(Date.now() - began).toBeLessThan(DRAIN_MAX_MS);
      const taken = linesOf(process).findLast((line) => line.name === 'processor.snapshot-taken');
      expect(taken).toMatchObject({ partition });
      expect(position - (taken?.next ?? 0)).toBeLessThan(LONG / 2);
      const rest = processes.slice(0, 2);
      await shared(rest);
      const restored = rest.flatMap(linesOf).filter((line) => line.name === 'processor.restored');
      expect(restored).toMatchObject([{ partition, next: taken?.next }]);
      const again = rest.flatMap(linesOf).filter((line) => line.name === 'processor.task-opened' && line.partition === partition); // prettier-ignore
      expect(again.at(-1)).toMatchObject({ position: taken?.next });
      await process.start();
    },
    TAKES_MS,
  );
});
