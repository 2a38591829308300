import { encodeTaskInput, ALL_TOPICS, GROUPS, TOPICS } from '@tripline/model';
import type { Entry } from '@tripline/ports';
import { disagreements } from './agreement.js';
import { audit } from './auditor.js';
import { Chance } from './chance.js';
import { CollectorProcess } from './collector-process.js';
import { describe, describeLog, gather } from './evidence.js';
import { makeDeeds, type Deed } from './people.js';
import { ProcessorProcess } from './processor-process.js';
import { Producers } from './producers.js';
import { SendingProcess } from './sending-process.js';
import { SharedLog } from './shared-log.js';
import type { SharedPartition } from './shared-partition.js';
import { SimulatedDisk } from './simulated-disk.js';
import { SimulatedWorld } from './simulated-world.js';
import type { Bug, Site } from './site.js';
import { AHEAD_MS, CLOCKS, Storm, type ClocksOff, type Crew } from './storm.js';
import { SETTLE_MS, TRIGGERS, WINDOW_MS } from './triggers.js';
import { calm } from './weather.js';

/** One simulation: the same plan is the same history. */
export type Plan = { readonly seed: number; readonly humans: number; readonly faults: number; readonly bug?: Bug };

export type Outcome = {
  readonly plan: Plan;
  /** What must never happen, and did; empty: all is well. */
  readonly broken: readonly string[];
  readonly steps: number;
  readonly hash: string;
  readonly firings: number;
  readonly last: readonly string[];
  readonly clocks: string;
  /** What each human did, as the log has it. */
  readonly evidence: string;
  /** The log of record. */
  readonly log: string;
};

export const HUMANS = 4;
export const FAULTS = 24;
const BEGIN = Date.UTC(2026, 0, 1);
const SPAN_MS = 14_000;
const FAULT_EVERY_MS = 1_600;
/** How long everything may take to come to rest once nothing goes wrong any more. */
const DRAIN_MS = 200_000;
/** Longer than any pause before something is tried again. */
const REST_MS = 35_000;
const PARTITIONS = 3;
const LINES = 60;

export const planOf = (seed: number, bug?: Bug): Plan => ({
  seed,
  humans: HUMANS,
  faults: FAULTS,
  ...(bug === undefined ? {} : { bug }),
});

/** Runs a plan to its end, or to the first thing that must not happen. */
export async function simulate(plan: Plan): Promise<Outcome> {
  const simulation = new Simulation(plan);
  await simulation.run();
  return simulation.outcome();
}

class Simulation {
  readonly #site: Site;
  readonly #broken: string[] = [];
  readonly #deeds: readonly Deed[];
  readonly #producers: Producers;
  readonly #crew: Crew = {
    processors: [],
    collectors: [],
    startProcessor: (at, disk) => this.#startProcessor(at, disk),
    startCollector: (at) => void (this.#crew.collectors[at] = new CollectorProcess(this.#site, this.#name('c', at))),
  };
  readonly #storm: Storm;
  #starts = 0;
  #restsSince: number | undefined;
  #firings = 0;
  #evidence = '';
  readonly #clocks: ClocksOff;

  constructor(private readonly plan: Plan) {
    const chance = new Chance(plan.seed);
    const world = new SimulatedWorld(chance, BEGIN);
    const shared = new SharedLog();
    const broken = (what: string): void => void this.#broken.push(what);
    this.#site = { world, shared, weather: calm(), partitions: PARTITIONS, bug: plan.bug, broken };
    this.#deeds = makeDeeds(chance.branch(), plan.humans, SPAN_MS);
    this.#clocks = chance.one(CLOCKS);
    this.#prepare();
    this.#producers = new Producers(this.#site, () => this.#crew.collectors, this.#deeds, world.now());
    this.#storm = new Storm(this.#site, this.#crew, this.#clocks, plan.faults);
  }

  async run(): Promise<void> {
    const { world } = this.#site;
    this.#storm.begin(FAULT_EVERY_MS);
    await world.run(BEGIN + SPAN_MS + WINDOW_MS, () => this.#isBroken());
    this.#storm.end();
    const quiet = world.exactly() + WINDOW_MS + SETTLE_MS;
    const drained = await world.run(quiet + DRAIN_MS, () => this.#isBroken() || (world.exactly() >= quiet && this.#isAtRest()));
    if (!drained) this.#broken.push(`it does not come to rest: ${this.#unrest()}`);
    await this.#judge();
  }

  outcome(): Outcome {
    const { history } = this.#site.world;
    return { plan: this.plan, broken: this.#broken, steps: history.steps, hash: history.hash(), firings: this.#firings, last: history.last(LINES), clocks: this.#clocks, evidence: this.#evidence, log: describeLog(this.#site.shared, BEGIN) }; // prettier-ignore
  }

  #startProcessor(at: number, disk: SimulatedDisk): void {
    const process = new ProcessorProcess(this.#site, this.#name('p', at), disk);
    if (this.#clocks === 'ahead') process.life.clockOffMs = this.#site.world.chance.one(AHEAD_MS);
    this.#crew.processors[at] = process;
  }

  #name(kind: string, at: number): string {
    return `${kind}${at}.${++this.#starts}`;
  }

  /** Topics, triggers in force, and everybody at work. */
  #prepare(): void {
    const { shared, world } = this.#site;
    for (const name of ALL_TOPICS) shared.ensure({ name, partitions: PARTITIONS });
    for (const partition of shared.topic(TOPICS.events)) partition.append(TRIGGERS.map(published), world.now());
    for (const at of [0, 1]) this.#crew.startProcessor(at, new SimulatedDisk());
    for (const at of [0, 1]) this.#crew.startCollector(at);
    new SendingProcess(this.#site);
  }

  #isBroken(): boolean {
    for (const process of this.#crew.processors) process.check();
    return this.#broken.length > 0;
  }

  /** A processor that begins at the end of its partition commits nothing there: then time has to tell that all its outputs have gone. */
  #isAtRest(): boolean {
    const { shared, world } = this.#site;
    const isIdle = this.#producers.done && this.#isRead() && shared.topic(TOPICS.events).every((p) => this.#isIdle(p));
    this.#restsSince = isIdle ? (this.#restsSince ?? world.exactly()) : undefined;
    return isIdle && (this.#isReadBy(GROUPS.processor, TOPICS.events) || world.exactly() - (this.#restsSince ?? 0) > REST_MS);
  }

  /** Somebody has the task, has read all of it, and nothing of it is due. */
  #isIdle({ number, end }: SharedPartition): boolean {
    const now = this.#site.world.now();
    const tasks = this.#crew.processors.flatMap(({ processor }) => processor.tasks().filter((t) => t.partition === number));
    return tasks.length > 0 && tasks.every(({ position, nextDue = Infinity }) => position === end && nextDue > now);
  }

  #isRead(): boolean {
    return this.#isReadBy(GROUPS.collector, TOPICS.ingest) && this.#isReadBy(GROUPS.collector, TOPICS.receipts) && this.#isReadBy(GROUPS.scheduler, TOPICS.actions); // prettier-ignore
  }

  #isReadBy(group: string, topic: string): boolean {
    const { shared } = this.#site;
    return shared.topic(topic).every((partition) => (shared.group(group).committed.get(partition) ?? 0) >= partition.end);
  }

  /** What is still going on. */
  #unrest(): string {
    const { shared, world } = this.#site;
    const unread =
      [[GROUPS.collector, TOPICS.ingest], [GROUPS.collector, TOPICS.receipts], [GROUPS.scheduler, TOPICS.actions], [GROUPS.processor, TOPICS.events]] // prettier-ignore
        .flatMap(([group = '', topic = '']) =>
          shared.topic(topic).map((p) => ({ p, at: shared.group(group).committed.get(p) ?? 0 })),
        )
        .filter(({ p, at }) => at < p.end)
        .map(({ p, at }) => `${p.topic}/${p.number} is read up to ${at} of ${p.end}`);
    const due = this.#crew.processors.flatMap(({ name, processor }) => processor.tasks().filter((t) => (t.nextDue ?? Infinity) <= world.now()).map((t) => `task ${t.partition} of ${name} has something due`)); // prettier-ignore
    return [...(this.#producers.done ? [] : ['somebody still sends']), ...unread, ...due].join('; ');
  }

  async #judge(): Promise<void> {
    if (this.#broken.length > 0) return;
    const { shared, world } = this.#site;
    const evidence = gather(shared, this.#deeds, this.#producers.acknowledged);
    this.#firings = evidence.firings.length;
    this.#evidence = describe(evidence, BEGIN);
    const people = [...new Set(this.#deeds.map(({ person }) => person))];
    const { processors } = this.#crew;
    this.#broken.push(...audit(evidence), ...(await disagreements(shared, processors, people, evidence.firings, world.now())));
  }
}

const published = (document: (typeof TRIGGERS)[number]): Entry => ({
  topic: TOPICS.events,
  key: null,
  value: encodeTaskInput({
    kind: 'control',
    name: document.name,
    revision: 1,
    change: { type: 'publish', version: 1, document, openRuns: 'drain' },
  }),
});
