import { CollectorProcess } from './collector-process.js';
import type { Life } from './life.js';
import type { ProcessorProcess } from './processor-process.js';
import type { Site } from './site.js';
import { SimulatedDisk } from './simulated-disk.js';
import { calm } from './weather.js';

/** The processes at work; the storm replaces those it kills. */
export type Crew = {
  readonly processors: ProcessorProcess[];
  /** All that keep nothing of their own: collectors, schedulers, dispatchers. */
  readonly others: Process[];
  startProcessor(at: number, disk: SimulatedDisk): void;
  /** One more of the same kind, in its place. */
  startOther(at: number): void;
};

export type Process = { readonly name: string; readonly life: Life };

/** Which clocks may be wrong: not both of those that would have to err together for something to be decided early. */
export type ClocksOff = 'none' | 'leaders' | 'collectors' | 'behind' | 'ahead';
export const CLOCKS: readonly ClocksOff[] = ['none', 'leaders', 'collectors', 'behind', 'ahead'];

const AWAY_MS = 3_000;
const ASLEEP_MS = 16_000;
const LEADER_OFF_MS = [0, 0, -2_000, 3_600_000, -3_600_000] as const;
const CLOCK_OFF_MS = [0, 0, -3_000, 700, 3_600_000, -60_000] as const;
/** Of a processor's clock from its start to its end: one that jumps ahead is not seen before its next tick. */
export const AHEAD_MS = [0, 300, 5_000, 60_000] as const;
const BEHIND_MS = [0, 0, -1_500, -3_600_000] as const;

/** One thing after the other goes wrong, as the seed says, and in the end nothing does. */
export class Storm {
  #over = false;
  #faults = 0;

  constructor(
    private readonly site: Site,
    private readonly crew: Crew,
    private readonly clocks: ClocksOff,
    private readonly faultsMax: number,
  ) {}

  /** Begins now, a fault at least every `everyMs` or so. */
  begin(everyMs: number): void {
    if (this.#over || this.#faults >= this.faultsMax) return;
    const { world } = this.site;
    world.in(world.chance.between(1, everyMs), 'something goes wrong', () => {
      if (this.#over) return;
      this.#faults++;
      this.#strike();
      this.begin(everyMs);
    });
  }

  /** All that sleeps wakes up, all that was killed is started, clocks are right. */
  end(): void {
    this.#over = true;
    Object.assign(this.site.weather, calm());
    for (const partition of this.site.shared.partitions()) partition.leaderOffMs = 0;
    this.crew.processors.forEach(({ life, disk }, i) => (life.dead ? this.crew.startProcessor(i, disk) : life.wake()));
    this.crew.others.forEach(({ life }, i) => (life.dead ? this.crew.startOther(i) : life.wake()));
    for (const { life } of [...this.crew.processors, ...this.crew.others]) life.clockOffMs = 0;
  }

  #strike(): void {
    const { chance } = this.site.world;
    const kinds = [
      () => this.#killProcessor(),
      () => this.#killProcessor(),
      () => this.#killOther(),
      () => this.#killOther(),
      () => this.#putToSleep(chance.one(this.crew.processors)),
      () => this.#putToSleep(chance.one(this.crew.others)),
      () => this.#failOver(),
      () => this.#damage(),
      () => this.#moodOfProviders(),
      () => this.#rebalance(),
      () => this.#newWeather(),
      () => this.#moveClocks(),
    ];
    chance.one(kinds)();
  }

  #killProcessor(): void {
    const { world } = this.site;
    const at = world.chance.between(0, this.crew.processors.length - 1);
    const process = this.crew.processors[at];
    if (process === undefined || process.life.dead) return;
    world.history.add(`${process.name} is killed`);
    process.life.kill();
    const disks = [process.disk, process.disk, process.disk.older(world.chance), new SimulatedDisk(), new SimulatedDisk()];
    const disk = world.chance.one(disks);
    world.in(world.chance.between(1, AWAY_MS), `${process.name} is started`, () => {
      if (this.crew.processors[at] === process) this.crew.startProcessor(at, disk);
    });
  }

  #killOther(): void {
    const { world } = this.site;
    const at = world.chance.between(0, this.crew.others.length - 1);
    const process = this.crew.others[at];
    if (process === undefined || process.life.dead) return;
    world.history.add(`${process.name} is killed`);
    process.life.kill();
    world.in(world.chance.between(1, AWAY_MS), `${process.name} is started`, () => {
      if (this.crew.others[at] === process) this.crew.startOther(at);
    });
  }

  #putToSleep({ life }: Process): void {
    const { world } = this.site;
    if (!life.running) return;
    world.history.add(`${life.name} falls asleep`);
    life.pause();
    world.in(world.chance.between(1, ASLEEP_MS), `${life.name} wakes up`, () => life.wake());
  }

  #rebalance(): void {
    for (const group of this.site.shared.groups()) group.turn += this.site.world.chance.between(0, 1);
  }

  #failOver(): void {
    const { world, database } = this.site;
    const forMs = world.chance.between(0, AWAY_MS);
    world.history.add(`the database fails over, for ${forMs}`);
    database.failOver(world.exactly(), forMs);
  }

  #damage(): void {
    const { world, objects } = this.site;
    const name = objects.damage(world.chance);
    if (name !== undefined) world.history.add(`${name} is damaged`);
  }

  #moodOfProviders(): void {
    const { chance } = this.site.world;
    Object.assign(this.site.weather, {
      providerSlow: chance.one([0, 0.1, 0.5]),
      providerSilent: chance.one([0, 0.1, 0.3]),
      providerRefuses: chance.one([0, 0.1, 0.3]),
      providerBusy: chance.one([0, 0.1, 0.6]),
    });
  }

  #newWeather(): void {
    const { chance } = this.site.world;
    Object.assign(this.site.weather, {
      latencyMs: chance.one([1, 3, 20, 60]),
      delayMs: chance.one([100, 1_000, 4_000]),
      delays: chance.one([0, 0.02, 0.1]),
      appendFails: chance.one([0, 0, 0.1, 0.4]),
      ackLost: chance.one([0, 0, 0.1, 0.4]),
      requestFails: chance.one([0, 0, 0.05, 0.3]),
      commitFails: chance.one([0, 0, 0.3]),
      diskMs: chance.one([1, 5, 400]),
      databaseFails: chance.one([0, 0, 0.05, 0.2]),
    });
  }

  #moveClocks(): void {
    const { world, shared } = this.site;
    const { chance } = world;
    const collectors = this.crew.others.filter((process) => process instanceof CollectorProcess);
    if (this.clocks === 'leaders') chance.one(shared.partitions()).leaderOffMs = chance.one(LEADER_OFF_MS);
    if (this.clocks === 'collectors') chance.one(collectors).life.clockOffMs = chance.one(CLOCK_OFF_MS);
    if (this.clocks === 'behind') chance.one(this.crew.processors).life.clockOffMs = chance.one(BEHIND_MS);
  }
}
