import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, isJsonObject, makeInstant, OperatingError, parseJson, type Instant } from '@tripline/kernel';
import type { Checkpoint, StateCopy, StateStore, TaskChange, TaskStore, Timer, WholeState } from '@tripline/ports';
import { open, type Database, type RootDatabase } from 'lmdb';
import { partsOf } from './parts-of.js';
import { decodeTimerKey, encodeTimerKey, keyAfterDue } from './timer-key.js';

const CHECKPOINT = 'checkpoint';
const DEFINITIONS = 'definitions';
const NOTHING = Buffer.alloc(0);
const INNER_CAUSE_MS = 1_000;

/**
 * Keeps each task in an LMDB environment of its own, `DIR/<task>`. A commit is one transaction, synced to the disk before it
 * resolves. Two processes must not share a directory.
 */
export class LmdbStateStore implements StateStore {
  readonly #open = new Set<number>();

  constructor(private readonly dir: string) {}

  async open(task: number): Promise<TaskStore> {
    assert(!this.#open.has(task), `the state of task ${task} is open already`);
    this.#open.add(task);
    try {
      return await openTask(this.#pathOf(task), () => this.#open.delete(task));
    } catch (cause) {
      this.#open.delete(task);
      throw failed(`the state of task ${task} cannot be opened`, cause);
    }
  }

  /** Written beside what is there, and then put in its place by renaming. */
  async replace(task: number, state: WholeState): Promise<void> {
    assert(!this.#open.has(task), `the state of task ${task} is open`);
    const path = this.#pathOf(task);
    const beside = `${path}.replacing`;
    try {
      await rm(beside, { recursive: true, force: true });
      const store = await openTask(beside, () => undefined);
      await store.fill(state).finally(() => store.close());
      await rm(path, { recursive: true, force: true });
      await rename(beside, path);
    } catch (cause) {
      throw cause instanceof OperatingError ? cause : failed(`the state of task ${task} cannot be replaced`, cause);
    }
  }

  #pathOf(task: number): string {
    return join(this.dir, String(task));
  }
}

async function openTask(path: string, closed: () => void): Promise<LmdbTaskStore> {
  await mkdir(path, { recursive: true });
  return new LmdbTaskStore(openRoot(path), closed);
}

/**
 * `overlappingSync: false`: LMDB itself syncs the data before its commit shows, so a commit that is seen is a commit that lasts.
 * `eventTurnBatching: false`: commits are batches anyway, and a turn's own promise, which nobody is given, would end the process when one fails.
 */
function openRoot(path: string): RootDatabase<Buffer, string> {
  const settings = { noSubdir: false, encoding: 'binary' as const, maxDbs: 3, cache: false };
  return open<Buffer, string>({ path, ...settings, overlappingSync: false, eventTurnBatching: false });
}

class LmdbTaskStore implements TaskStore {
  readonly #people: Database<Uint8Array, string>;
  readonly #timers: Database<Uint8Array, Uint8Array>;
  readonly #meta: Database<Uint8Array, string>;
  #committing = false;

  constructor(
    private readonly root: RootDatabase<Buffer, string>,
    private readonly closed: () => void,
  ) {
    this.#people = root.openDB({ name: 'people', encoding: 'binary' });
    this.#timers = root.openDB({ name: 'timers', encoding: 'binary', keyEncoding: 'binary' });
    this.#meta = root.openDB({ name: 'meta', encoding: 'binary' });
  }

  checkpoint(): Checkpoint | undefined {
    const bytes = this.#meta.getBinary(CHECKPOINT);
    return bytes === undefined ? undefined : parseCheckpoint(bytes);
  }

  definitions(): Uint8Array | undefined {
    return this.#meta.getBinary(DEFINITIONS);
  }

  /** LMDB's own read buffer, of which only `length` is the value. */
  person(key: string): Uint8Array | undefined {
    const shared = this.#people.getBinaryFast(key);
    return shared?.subarray(0, shared.length);
  }

  timers(until: Instant, max: number, after?: Timer): readonly Timer[] {
    if (max <= 0) return [];
    const end = keyAfterDue(until);
    const range = after === undefined ? { end } : { start: encodeTimerKey(after), exclusiveStart: true, end };
    return Array.from(this.#timers.getKeys({ ...range, limit: max }), decodeTimerKey);
  }

  async commit(change: TaskChange): Promise<void> {
    assert(!this.#committing, 'one commit at a time');
    this.#committing = true;
    try {
      await this.#transact(() => this.#write(change));
    } finally {
      this.#committing = false;
    }
  }

  /** LMDB's own snapshot of the last commit; while it is read, pages that later commits free are not used again. */
  copy(): StateCopy | undefined {
    const checkpoint = this.checkpoint();
    if (checkpoint === undefined) return undefined;
    const transaction = this.root.useReadTransaction();
    const definitions = this.definitions();
    const rows = { people: this.#people, timers: this.#timers };
    return { checkpoint, definitions, parts: () => partsOf(rows, transaction), close: () => transaction.done() };
  }

  /** A whole state into an empty store, the checkpoint last. */
  async fill(state: WholeState): Promise<void> {
    const rest = { checkpoint: state.checkpoint, timersRemoved: [] };
    for await (const { people, timers } of state.parts())
      await this.#transact(() => this.#writeRows({ ...rest, people, timersAdded: timers }));
    const definitions = state.definitions === undefined ? {} : { definitions: state.definitions };
    await this.commit({ ...rest, people: new Map(), timersAdded: [], ...definitions });
  }

  async close(): Promise<void> {
    await this.root.close();
    this.closed();
  }

  async #transact(write: () => void): Promise<void> {
    try {
      await this.root.batch(write);
      await this.root.flushed;
    } catch (cause) {
      throw failed('a checkpoint could not be written', await innerCause(cause));
    }
  }

  /** Queues the writes of one transaction, in order; LMDB's own thread does them. */
  #write(change: TaskChange): void {
    const queued = this.#writeRows(change);
    if (change.definitions !== undefined) queued.add(this.#meta.put(DEFINITIONS, change.definitions));
    queued.add(this.#meta.put(CHECKPOINT, Buffer.from(JSON.stringify(change.checkpoint))));
  }

  #writeRows(change: TaskChange): Queued {
    const queued = new Queued();
    for (const [key, bytes] of change.people)
      queued.add(bytes === null ? this.#people.remove(key) : this.#people.put(key, bytes));
    for (const timer of change.timersRemoved) queued.add(this.#timers.remove(encodeTimerKey(timer)));
    for (const timer of change.timersAdded) queued.add(this.#timers.put(encodeTimerKey(timer), NOTHING));
    return queued;
  }
}

/** The promises of single writes: most are the same one. Their failure is told by the batch's; unheard it would end the process. */
class Queued {
  #last: Promise<boolean> | undefined;

  add(write: Promise<boolean>): void {
    if (write === this.#last) return;
    this.#last = write;
    void write.then(undefined, () => undefined);
  }
}

/** What LMDB says of a commit that failed: it comes a little later, in a promise of its own that must be heard too. */
async function innerCause(cause: unknown): Promise<unknown> {
  const inner = (cause as { readonly commitError?: Promise<never> } | undefined)?.commitError;
  if (inner === undefined) return cause;
  const later = new Promise((resolve) => setTimeout(() => resolve(cause), INNER_CAUSE_MS));
  return Promise.race([inner.then(undefined, (error: unknown) => error), later]);
}

const failed = (what: string, cause: unknown): OperatingError =>
  new OperatingError('state-store', 'later', `${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });

function parseCheckpoint(bytes: Uint8Array): Checkpoint {
  const value = parseJson(Buffer.from(bytes).toString('utf8'));
  assert(isJsonObject(value), 'a checkpoint is an object');
  return { ...(value as unknown as Checkpoint), clock: makeInstant(Number(value['clock'])) };
}
