import {
  reachedUs,
  toldOf,
  type Definition,
  type Definitions,
  type Input,
  type SemanticsRange,
  type Told,
  type TraceEntry,
} from '@tripline/engine';
import { encodeUtf8, formatInstant, plus, seconds, type Duration, type Instant } from '@tripline/kernel';
import { beginsAsEvent } from '@tripline/model';
import type { Clock, EventLog, Explanation, LogRecord, Watch, WhyQuestion } from '@tripline/ports';
import { nothingStored } from './nothing-stored.js';
import { boundsOf } from './position.js';
import { Slice } from './slice.js';
import { TaskState } from './task-state.js';

/** Records of the partition read for one retelling; what comes after is not told, and that is said. */
export const RECORDS_MAX = 5_000_000;
/** How long one retelling may read, by the clock of the log. */
export const RETELL_FOR: Duration = seconds(20);
/** Decisions of one answer: the newest; how many came before is said. */
export const TOLD_MAX = 1_000;
const FETCH_MAX = 2_000;

export type RetellingLimits = { readonly recordsMax: number; readonly retellFor: Duration; readonly toldMax: number };
const LIMITS: RetellingLimits = { recordsMax: RECORDS_MAX, retellFor: RETELL_FOR, toldMax: TOLD_MAX };

/** Where a person's task stands, and what is in force there. */
export type RetellingParts = {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly topic: string;
  readonly partition: number;
  /** Where it ends: the position of the task. */
  readonly upTo: number;
  /** In force at `upTo`: of what was published before the log's first record nothing else is known. */
  readonly definitions: Definitions;
  /** Offsets the task has set aside unread. */
  readonly skips?: ReadonlySet<number> | undefined;
  readonly semantics?: SemanticsRange | undefined;
  readonly limits?: Partial<RetellingLimits>;
};

/**
 * Tells again what a task made of one person, from its log: the same records through the same `TaskState`, those of other people passed over
 * unread, with somebody listening. Nothing is emitted, counted or kept.
 * R1. What it answers is a function of the log up to `upTo` alone, where that begins at its first offset.
 */
export async function retell(parts: RetellingParts, question: WhyQuestion): Promise<Explanation> {
  return new Retelling(parts, question).tell();
}

export class Retelling {
  readonly #limits: RetellingLimits;
  readonly #gaps: string[] = [];
  readonly #told: (Told & { readonly offset: number })[] = [];
  #left = 0;
  #at = 0;
  #events = 0;
  #state: TaskState | undefined;

  constructor(
    private readonly parts: RetellingParts,
    private readonly question: WhyQuestion,
  ) {
    this.#limits = { ...LIMITS, ...parts.limits };
  }

  /** What came of the records; once. */
  async tell(): Promise<Explanation> {
    const { partition } = this.parts;
    const { person, trigger } = this.question;
    const from = await this.#begin();
    await this.#walk(from);
    const { clock = 0, definitions = [] } = this.#state ?? {};
    const versions = definitions
      .filter((d) => identityOf(d) === `trigger ${trigger}` && d.state !== 'withdrawn')
      .map((d) => d.version);
    if (versions.length === 0) this.#gaps.push(`no version of ${trigger} is in force by then`);
    if (this.#left > 0)
      this.#gaps.push(`${this.#left} decisions before ${this.#told[0]?.at ?? ''} are left out: ask with a later since`);
    const time = clock === 0 ? {} : { clock: formatInstant(clock) };
    const read = { from, upTo: this.#at, events: this.#events, ...time, versions };
    return { person, trigger, task: partition, ...read, gaps: this.#gaps, told: this.#told };
  }

  /** The state the task ended in, for who compares. */
  get state(): TaskState | undefined {
    return this.#state;
  }

  /** Where the log begins. What was published before is what is still in force of it. */
  async #begin(): Promise<number> {
    const { log, topic, partition, definitions } = this.parts;
    const { first = 0 } = (await boundsOf(log, topic, partition)) ?? {};
    const [head] = first === 0 ? [] : await log.fetch(topic, partition, first, 1);
    const before = head === undefined ? [] : definitionsBefore(definitions, head.appended);
    if (first > 0) {
      const when = head === undefined ? '' : ` (${formatInstant(head.appended)})`;
      this.#gaps.push(`the log begins at offset ${first}${when}: what was before is not known here, nor what it led to`);
      const settings = definitions.find(({ kind, since = 0 }) => kind === 'settings' && since >= (head?.appended ?? 0));
      if (settings !== undefined) this.#gaps.push(OTHER_SETTINGS);
    }
    const tell = (person: string, input: Input, entry: TraceEntry): void => this.#hear(person, input, entry);
    this.#state = new TaskState(nothingStored(before), NOWHERE, UNSEEN, () => 1, { tracer: tell, known: this.parts.semantics });
    return (this.#at = first);
  }

  async #walk(from: number): Promise<void> {
    const { log, topic, partition, upTo, clock } = this.parts;
    const ends = plus(clock.now(), this.#limits.retellFor);
    const slice = new Slice(clock);
    while (this.#at < upTo) {
      if (this.#at - from >= this.#limits.recordsMax) return this.#cut(`${this.#limits.recordsMax} records were read`);
      if (clock.now() >= ends) return this.#cut(`it took longer than ${this.#limits.retellFor / 1_000} s`);
      const records = await log.fetch(topic, partition, this.#at, FETCH_MAX);
      if (records.length === 0) break;
      await this.#apply(records, slice);
    }
    this.#at = upTo;
  }

  async #apply(records: readonly LogRecord[], slice: Slice): Promise<void> {
    const key = encodeUtf8(this.question.person);
    for (const record of records) {
      if (record.offset >= this.parts.upTo) return void (this.#at = this.parts.upTo);
      this.#at = record.offset + 1;
      if (!isOf(key, record) || this.parts.skips?.has(record.offset) === true) continue;
      if (beginsAsEvent(record.value)) this.#events++;
      while (this.#state?.apply(record) === false) await slice.next();
      if (slice.over()) await slice.next();
    }
  }

  #cut(why: string): void {
    this.#gaps.push(`${why}: told up to offset ${this.#at} only, of ${this.parts.upTo}; what came after is not told here`);
  }

  #hear(person: string, input: Input, entry: TraceEntry): void {
    const { trigger, since } = this.question;
    if (person !== this.question.person || (entry.trigger ?? trigger) !== trigger) return;
    if (entry.trigger === undefined && !this.#concerns(input)) return;
    if (reachedUs(input) < (since ?? 0)) return;
    this.#told.push({ ...toldOf(person, input, entry), offset: this.#at - 1 });
    if (this.#told.length <= this.#limits.toldMax) return;
    this.#told.shift();
    this.#left++;
  }

  /** What is said of an event whatever the trigger is about this one too where the trigger names the event, or it changes the person. */
  #concerns(input: Input): boolean {
    if (input.kind !== 'event') return true;
    const named = this.#state?.program.interests(input.event.name) ?? [];
    return input.event.traits !== undefined || named.some(({ trigger }) => trigger.name === this.question.trigger);
  }
}

/** Is the record for this person, or for everybody? Of another person's event nothing but key and first bytes is looked at. */
const isOf = (key: Uint8Array, { key: own, value }: LogRecord): boolean =>
  (own !== null && own.length === key.length && own.every((byte, i) => byte === key[i])) || !beginsAsEvent(value);

/**
 * What was in force before an instant, as far as it still is: the newest of each trigger and segment was live then, and paused if it has been since. The records
 * from then on are all newer.
 */
function definitionsBefore(definitions: Definitions, at: Instant): Definitions {
  const older = definitions.filter(({ since, state }) => state !== 'withdrawn' && (since ?? 0) < at);
  const newest = new Map(older.map((each) => [identityOf(each), each]));
  return older.map((each) =>
    pausedBefore({ ...each, revision: 0, state: newest.get(identityOf(each)) === each ? 'live' : 'draining' }, at),
  );
}

/** A segment and a trigger may have one name. */
const identityOf = ({ kind, name }: Definition): string => `${kind ?? 'trigger'} ${name}`;

function pausedBefore({ paused, ...others }: Definition, at: Instant): Definition {
  return paused === undefined || paused >= at ? others : { ...others, paused };
}

/** Only the newest settings are kept. */
const OTHER_SETTINGS =
  'the default zone or the semantics were changed since: what they were before is not known here, times without a zone are told in UTC and all by the first semantics until then';
const NOWHERE = { take: (): void => undefined, takeEntry: (): void => undefined };
const silent = (): void => undefined;
const UNSEEN: Watch = {
  logger: { error: silent, warn: silent, info: silent },
  meter: { count: silent, gauge: silent, observe: silent },
};
