import type { MemoryPorts } from '@tripline/adapters-memory';
import type { Clock, EventLog, StateStore } from '@tripline/ports';
import type { Chance } from './chance.js';
import type { Handovers } from './handovers.js';
import { Life } from './life.js';
import type { SharedLog } from './shared-log.js';
import { SimulatedClock } from './simulated-clock.js';
import type { SimulatedDatabase } from './simulated-database.js';
import { SimulatedLog } from './simulated-log.js';
import type { SharedObjects } from './simulated-objects.js';
import type { SimulatedWorld } from './simulated-world.js';
import type { Weather } from './weather.js';
import { Wire } from './wire.js';

/** What is broken on purpose: parts of the production code's surroundings, wrapped so that a promise of theirs is not kept. */
export type Bug = {
  readonly name: string;
  readonly processorLog?: (log: EventLog, chance: Chance) => EventLog;
  readonly collectorLog?: (log: EventLog, chance: Chance) => EventLog;
  readonly store?: (store: StateStore) => StateStore;
  readonly clock?: (clock: Clock) => Clock;
  readonly schedulerLog?: (log: EventLog) => EventLog;
  readonly controlLog?: (log: EventLog, chance: Chance) => EventLog;
  readonly dispatcherLog?: (log: EventLog) => EventLog;
  readonly database?: (ports: MemoryPorts) => MemoryPorts;
};

/** Where processes are started: everything they share. */
export type Site = {
  readonly world: SimulatedWorld;
  readonly shared: SharedLog;
  readonly database: SimulatedDatabase;
  readonly handovers: Handovers;
  readonly objects: SharedObjects;
  readonly weather: Weather;
  readonly partitions: number;
  readonly bug: Bug | undefined;
  /** Something that must never happen has. */
  broken(what: string): void;
};

/** A new process' view of the site. */
export function place(
  site: Site,
  name: string,
): { readonly life: Life; readonly wire: Wire; readonly log: EventLog; readonly clock: Clock } {
  const life = new Life(site.world, name);
  const wire = new Wire(life, site.weather);
  return { life, wire, log: new SimulatedLog(site.shared, wire), clock: new SimulatedClock(life) };
}

/** The database as a process has it: looked at by whoever judges it later. */
export function portsOf({ database, bug, handovers, world }: Site, wire: Wire): MemoryPorts {
  const ports = database.connect(wire);
  return handovers.watched(bug?.database?.(ports) ?? ports, wire.life.name, () => world.now());
}
