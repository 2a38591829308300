import { milliseconds, type Instant } from '@tripline/kernel';
import { Stop } from '@tripline/ports';
import { Processor } from '@tripline/services-processor';
import { RecordingWatch } from '@tripline/testing-builders';
import type { Life } from './life.js';
import { place, type Site } from './site.js';
import { SimulatedObjectStore } from './simulated-objects.js';
import { SimulatedStateStore, type SimulatedDisk } from './simulated-disk.js';

/** Here a log is short: few records are many. */
const SNAPSHOTS = { restoreGainMin: 6, replayMax: milliseconds(1), spacing: milliseconds(1_200) };
const CHECKPOINT_MS = [100, 500, 2_000] as const;

/** A processor as it runs in production, from its start until it is killed. Its disk outlives it. */
export class ProcessorProcess {
  readonly life: Life;
  readonly processor: Processor;
  readonly #seen = new Map<number, { readonly position: number; readonly clock: Instant }>();

  constructor(
    private readonly site: Site,
    readonly name: string,
    readonly disk: SimulatedDisk,
  ) {
    const { life, wire, log, clock } = place(site, name);
    this.life = life;
    const { bug, world, partitions } = site;
    const ours = bug?.processorLog?.(log, world.chance.branch()) ?? log;
    const onDisk = new SimulatedStateStore(disk, wire);
    this.processor = new Processor({
      log: ours,
      store: bug?.store?.(onDisk) ?? onDisk,
      clock: bug?.clock?.(clock) ?? clock,
      watch: new RecordingWatch(),
      partitions,
      objects: new SimulatedObjectStore(site.objects, wire),
      snapshotLimits: SNAPSHOTS,
      checkpointEvery: milliseconds(world.chance.one(CHECKPOINT_MS)),
    });
    const failed = (error: unknown): void => site.broken(`${name} ended: ${String(error)}`);
    ours.read(this.processor.subscription(name)).catch(failed);
    this.processor.run(new Stop()).catch(failed);
  }

  /** A task never stops here, and its clock never goes back. */
  check(): void {
    if (this.life.dead) return;
    for (const { partition, instructions } of this.processor.haltedTasks())
      this.site.broken(`task ${partition} of ${this.name} halted: ${instructions}`);
    for (const { partition, clock, position } of this.processor.tasks()) {
      const before = this.#seen.get(partition);
      // A task that was opened anew may go on from further back.
      if (before !== undefined && position >= before.position && clock < before.clock)
        this.site.broken(`the clock of task ${partition} of ${this.name} went back`);
      this.#seen.set(partition, { position, clock });
    }
  }
}
