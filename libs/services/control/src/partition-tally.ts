import { decodeUtf8, later, type Instant, type JsonObject } from '@tripline/kernel';
import { beginsAsEvent, parseTaskInput, peekEventName, type NameSpan } from '@tripline/model';
import { EVENT_NAMES_MAX, PROPERTY_NAMES_MAX, type LogRecord, type NameTally, type Tally } from '@tripline/ports';

/** Of each name so many between two writes are parsed for what they carry; the others are only counted. */
export const LOOKED_MAX = 20;
/** A property whose name is longer is not remembered. */
const PROPERTY_LENGTH_MAX = 100;
const HOUR_MS = 3_600_000;

type Counted = {
  readonly hours: Map<number, number>;
  lastSeen: Instant;
  looked: number;
  readonly properties: Map<string, number>;
  cut: boolean;
};

/**
 * What was counted of one partition and is not written yet.
 * I1. It begins at the position that is written, so that it fits there.
 * I2. What is being written is held apart: it comes back whole, or is gone.
 */
export class PartitionTally {
  #names = new Map<string, Counted>();
  #held: ReadonlyMap<string, Counted> | undefined;
  #heldNext = 0;
  #namesOver = 0;
  #end = 0;
  readonly #span: NameSpan = { from: 0, to: 0 };

  /** `from`: what is written, undefined where nothing is; `next`: the first record that counts. */
  constructor(
    readonly partition: number,
    private from: number | undefined,
    private next: number,
  ) {}

  get isNew(): boolean {
    return this.next !== this.from;
  }

  /** `end`: where the log ended then. */
  take(records: readonly LogRecord[], next: number, end: number): void {
    this.#end = end;
    for (const record of records) if (record.offset >= this.next) this.#count(record);
    this.next = Math.max(this.next, next);
  }

  /** What was counted so far, on its way to be written. */
  hold(): Tally {
    this.#held = this.#names;
    this.#names = new Map();
    this.#heldNext = this.next;
    const { partition, from, next } = this;
    return { partition, ...(from === undefined ? {} : { from }), next, behind: Math.max(0, this.#end - next), names: this.#held };
  }

  /** It could not be written. */
  keep(): void {
    for (const [name, counted] of this.#held ?? []) this.#add(name, counted);
    this.#held = undefined;
  }

  /** It was written up to `position`. False where another had counted there: what was counted here is left out, and counting goes on from theirs. */
  release(position: number | undefined): boolean {
    const isOurs = position === this.#heldNext;
    this.#held = undefined;
    this.from = position;
    if (!isOurs) this.#names = new Map();
    if (position !== undefined) this.next = Math.max(this.next, position);
    return isOurs;
  }

  /** Names there was no room for since it was last asked. */
  takeNamesOver(): number {
    const over = this.#namesOver;
    this.#namesOver = 0;
    return over;
  }

  #count({ value, appended }: LogRecord): void {
    if (!beginsAsEvent(value)) return;
    const peeked = peekEventName(value, this.#span);
    const parsed = peeked ? undefined : eventIn(value);
    const name = peeked ? decodeUtf8(value.subarray(this.#span.from, this.#span.to)) : parsed?.name;
    const counted = name === undefined ? undefined : this.#counted(name, appended);
    if (counted === undefined) return;
    const hour = Math.floor(appended / HOUR_MS);
    counted.hours.set(hour, (counted.hours.get(hour) ?? 0) + 1);
    counted.lastSeen = later(counted.lastSeen, appended);
    if (counted.looked < LOOKED_MAX) look(counted, (parsed ?? eventIn(value))?.properties);
  }

  #counted(name: string, at: Instant): Counted | undefined {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size >= EVENT_NAMES_MAX) return void this.#namesOver++;
    const counted: Counted = { hours: new Map(), lastSeen: at, looked: 0, properties: new Map(), cut: false };
    this.#names.set(name, counted);
    return counted;
  }

  #add(name: string, held: NameTally): void {
    const counted = this.#counted(name, held.lastSeen);
    if (counted === undefined) return;
    for (const [hour, count] of held.hours) counted.hours.set(hour, (counted.hours.get(hour) ?? 0) + count);
    for (const [property, count] of held.properties)
      counted.properties.set(property, (counted.properties.get(property) ?? 0) + count);
    counted.lastSeen = later(counted.lastSeen, held.lastSeen);
    counted.looked += held.looked;
    counted.cut ||= held.cut;
  }
}

type EventRead = { readonly name: string; readonly properties: JsonObject };

function eventIn(value: Uint8Array): EventRead | undefined {
  const input = parseTaskInput(value);
  return input.ok && input.value.kind === 'event' ? input.value : undefined;
}

/** Which properties it carries; null is one. */
function look(counted: Counted, properties: JsonObject | undefined): void {
  if (properties === undefined) return;
  counted.looked++;
  for (const name of Object.keys(properties)) {
    const count = counted.properties.get(name);
    const isOver = name.length > PROPERTY_LENGTH_MAX || (count === undefined && counted.properties.size >= PROPERTY_NAMES_MAX);
    if (isOver) counted.cut = true;
    else counted.properties.set(name, (count ?? 0) + 1);
  }
}
