import { encodeTaskInput, ALL_TOPICS, TOPICS } from '@tripline/model';
import type { Entry } from '@tripline/ports';
import { disagreements } from './agreement.js';
import { audit } from './auditor.js';
import { auditPublications } from './audit-publications.js';
import { auditMessages } from './audit-messages.js';
import { Chance } from './chance.js';
import { CollectorProcess } from './collector-process.js';
import { DispatcherProcess } from './dispatcher-process.js';
import { ControlProcess } from './control-process.js';
import { describe, describeLog, gather } from './evidence.js';
import { Handovers } from './handovers.js';
import { makeDeeds, type Deed } from './people.js';
import { ProcessorProcess } from './processor-process.js';
import { describeMessages, gatherMessages } from './messages.js';
import { Operator } from './operator.js';
import { Producers } from './producers.js';
import { SchedulerProcess } from './scheduler-process.js';
import { SharedLog } from './shared-log.js';
import { SimulatedDatabase } from './simulated-database.js';
import { SharedObjects } from './simulated-objects.js';
import { SimulatedDisk } from './simulated-disk.js';
import { SimulatedWorld } from './simulated-world.js';
import type { Bug, Site } from './site.js';
import { Stillness } from './stillness.js';
import { AHEAD_MS, CLOCKS, Storm, type ClocksOff, type Crew, type Process } from './storm.js';
import { BEGIN, SETTLE_MS, TEMPLATES, TRIGGERS, WINDOW_MS } from './triggers.js';
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
  /** Messages that a provider took. */
  readonly deliveries: number;
  /** Snapshots that were gone on from. */
  readonly restores: number;
  readonly last: readonly string[];
  readonly clocks: string;
  /** What each human did, as the log has it. */
  readonly evidence: string;
  /** The log of record. */
  readonly log: string;
};

export const HUMANS = 4;
export const FAULTS = 32;
const SPAN_MS = 14_000;
const FAULT_EVERY_MS = 1_600;
/** How long everything may take to come to rest once nothing goes wrong any more. */
const DRAIN_MS = 600_000;
const PARTITIONS = 3;
/** How often the operator thinks anew. */
const CHANGES_MAX = 12;
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

type Start = (site: Site, name: string) => Process;
const OTHERS: readonly (readonly [letter: string, start: Start])[] = [
  ['c', (site, name) => new CollectorProcess(site, name)],
  ['s', (site, name) => new SchedulerProcess(site, name)],
  ['o', (site, name) => new ControlProcess(site, name)],
  ['d', (site, name) => new DispatcherProcess(site, name)],
];

class Simulation {
  readonly #site: Site;
  readonly #broken: string[] = [];
  readonly #deeds: readonly Deed[];
  readonly #producers: Producers;
  readonly #crew: Crew = {
    processors: [],
    others: [],
    startProcessor: (at, disk) => this.#startProcessor(at, disk),
    startOther: (at) => {
      const [letter, start] = OTHERS[at % OTHERS.length] as (typeof OTHERS)[number];
      this.#crew.others[at] = start(this.#site, this.#name(letter, at));
    },
  };
  readonly #storm: Storm;
  readonly #operator: Operator;
  readonly #stillness: Stillness;
  #starts = 0;
  #firings = 0;
  #deliveries = 0;
  #evidence = '';
  readonly #clocks: ClocksOff;

  constructor(private readonly plan: Plan) {
    const chance = new Chance(plan.seed);
    const world = new SimulatedWorld(chance, BEGIN);
    const shared = new SharedLog();
    const broken = (what: string): void => void this.#broken.push(what);
    const [database, handovers, objects] = [new SimulatedDatabase(), new Handovers(), new SharedObjects()];
    this.#site = { world, shared, database, handovers, objects, weather: calm(), partitions: PARTITIONS, bug: plan.bug, broken };
    this.#deeds = makeDeeds(chance.branch(), plan.humans, SPAN_MS);
    this.#producers = new Producers(
      this.#site,
      () => this.#crew.others.filter((process) => process instanceof CollectorProcess),
      this.#deeds,
      world.now(),
    );
    this.#operator = new Operator(this.#site);
    this.#stillness = new Stillness(this.#site, this.#crew.processors, [this.#producers, this.#operator]);
    this.#clocks = chance.one(CLOCKS);
    this.#storm = new Storm(this.#site, this.#crew, this.#clocks, plan.faults);
  }

  async run(): Promise<void> {
    const { world } = this.#site;
    await this.#prepare();
    this.#storm.begin(FAULT_EVERY_MS);
    this.#operator.begin(world.chance.between(0, CHANGES_MAX), SPAN_MS);
    await world.run(BEGIN + SPAN_MS + 2 * WINDOW_MS, () => this.#isBroken());
    this.#storm.end();
    this.#operator.end();
    const quiet = world.exactly() + WINDOW_MS + SETTLE_MS;
    const drained = await world.run(
      quiet + DRAIN_MS,
      () => this.#isBroken() || (world.exactly() >= quiet && this.#stillness.reached()),
    );
    if (!drained) this.#broken.push(`it does not come to rest: ${this.#stillness.missing()}`);
    await this.#judge();
  }

  outcome(): Outcome {
    const { history } = this.#site.world;
    return { plan: this.plan, broken: this.#broken, steps: history.steps, hash: history.hash(), firings: this.#firings, deliveries: this.#deliveries, restores: this.#site.objects.restores, last: history.last(LINES), clocks: this.#clocks, evidence: this.#evidence, log: describeLog(this.#site.shared, BEGIN) }; // prettier-ignore
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
  async #prepare(): Promise<void> {
    const { shared, world, database } = this.#site;
    const { catalogue } = database.direct;
    for (const name of ALL_TOPICS) shared.ensure({ name, partitions: PARTITIONS });
    const documents = [...TEMPLATES, ...TRIGGERS].map((document) => ({ kind: document.kind, name: document.name, document }));
    await catalogue.publish(documents, 'the beginning', world.now());
    const outgoing = await catalogue.outbox(documents.length);
    const entries = outgoing.map(({ control }): Entry => ({ topic: TOPICS.events, key: null, value: encodeTaskInput(control) }));
    for (const partition of shared.topic(TOPICS.events)) partition.append(entries, world.now());
    await catalogue.sent(outgoing.map(({ id }) => id));
    for (const at of [0, 1]) this.#crew.startProcessor(at, new SimulatedDisk());
    for (const at of [...OTHERS, ...OTHERS].keys()) this.#crew.startOther(at);
  }

  #isBroken(): boolean {
    for (const process of this.#crew.processors) process.check();
    return this.#broken.length > 0;
  }

  async #judge(): Promise<void> {
    if (this.#broken.length > 0) return;
    const { shared, world } = this.#site;
    const evidence = gather(shared, this.#deeds, this.#producers.acknowledged);
    this.#firings = evidence.firings.length;
    const people = [...new Set(this.#deeds.map(({ person }) => person))];
    const { processors } = this.#crew;
    const messages = await gatherMessages(this.#site, evidence.firings);
    this.#deliveries = messages.calls.filter(({ taken }) => taken).length;
    this.#evidence = [describe(evidence, BEGIN), describeMessages(messages, BEGIN)].join('\n');
    this.#broken.push(
      ...audit(evidence),
      ...auditMessages(messages),
      ...(await auditPublications(this.#site, evidence)),
      ...(await disagreements(shared, processors, people, evidence.firings, world.now())),
    );
  }
}
