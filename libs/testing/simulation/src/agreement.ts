import { MemoryStateStore } from '@tripline/adapters-memory';
import type { Instant } from '@tripline/kernel';
import { TOPICS } from '@tripline/model';
import type { Firing } from './evidence.js';
import type { ProcessorProcess } from './processor-process.js';
import { replay, type Replayed } from './replay.js';
import type { SharedLog } from './shared-log.js';
import { restored } from './simulated-disk.js';

/**
 * Do all who read a partition come to the same?
 * R1. What the log says was asked for is what a replay from zero asks for.
 * R2. What a disk holds, gone on with to the end, is what a replay from zero holds; and so is what is in memory.
 */
export async function disagreements(
  shared: SharedLog,
  processors: readonly ProcessorProcess[],
  people: readonly string[],
  firings: readonly Firing[],
  now: Instant,
): Promise<readonly string[]> {
  const found: string[] = [];
  const asked = new Set<string>();
  for (const { number } of shared.topic(TOPICS.events)) {
    const fresh = await replay(shared, number, new MemoryStateStore(), people, now);
    for (const id of fresh.actions) asked.add(id);
    found.push(...(await ofPartition(shared, number, processors, people, fresh, now)));
  }
  const told = new Set(firings.map(({ action }) => action.id));
  for (const id of asked) if (!told.has(id)) found.push(`R1: a replay asks for ${id}, the log does not`);
  for (const id of told) if (!asked.has(id)) found.push(`R1: the log asks for ${id}, a replay does not`);
  return found;
}

async function ofPartition(
  shared: SharedLog,
  number: number,
  processors: readonly ProcessorProcess[],
  people: readonly string[],
  fresh: Replayed,
  now: Instant,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { disk, name, processor } of processors) {
    const from = await replay(shared, number, await restored(disk, number), people, now).catch(String);
    if (typeof from === 'string') found.push(`R2: task ${number} cannot go on from the disk of ${name}: ${from}`);
    else if (textOf(from) !== textOf(fresh)) found.push(`R2: task ${number} on the disk of ${name}: ${difference(from, fresh)}`);
    const { position = 0, clock } = processor.tasks().find(({ partition }) => partition === number) ?? {};
    if (position === shared.partition(TOPICS.events, number).end && clock !== fresh.clock)
      found.push(`R2: the clock of task ${number} of ${name} is ${clock}, and ${fresh.clock} by the log`);
  }
  return found;
}

const textOf = ({ people, clock }: Replayed): string => JSON.stringify([[...people], clock]);

function difference(a: Replayed, b: Replayed): string {
  const people = [...new Set([...a.people.keys(), ...b.people.keys()])];
  const other = people.find((person) => JSON.stringify(a.people.get(person)) !== JSON.stringify(b.people.get(person)));
  if (other === undefined) return `its clock is ${a.clock} instead of ${b.clock}`;
  return `${other} is ${JSON.stringify(a.people.get(other))} instead of ${JSON.stringify(b.people.get(other))}`;
}
