import {
  assert,
  decodeUtf8,
  encodeUtf8,
  makeDuration,
  makeInstant,
  minus,
  OperatingError,
  type Duration,
  type Instant,
} from '@tripline/kernel';
import type { Clock, ObjectStore, StateCopy, StatePart, WholeState } from '@tripline/ports';
import { Slice } from './slice.js';
import { encodeManifest, encodePart, parseManifest, partsIn, SNAPSHOT_FORM, type Manifest } from './snapshot-form.js';

/** Complete snapshots kept of each task. */
export const SNAPSHOTS_KEPT = 3;
/** An object is put once it has come to so many bytes. */
export const SNAPSHOT_OBJECT_BYTES = 4 * 1024 * 1024;
/** What was begun so long ago and has no manifest never gets one: its writer is gone. */
export const LEFT_BEHIND: Duration = makeDuration(6 * 3_600_000);
const MANIFEST = 'manifest';

/** A complete snapshot: it covers all records before `next`. */
export type Snapshot = { readonly name: string; readonly next: number; readonly taken: Instant };
type Place = { readonly topic: string; readonly partitions: number };
type Generation = Snapshot & { readonly names: readonly string[] };

/**
 * The snapshots of tasks in shared storage: `snapshots/<topic>/<partition>/<next>-<taken>/`, objects `000000`… and, last of all, `manifest`.
 * N1. What has a manifest has all its objects; they are only ever removed manifest first.
 * N2. Two owners of a task write beside each other, never over each other: what they write is equally true.
 */
export class Snapshots {
  constructor(
    private readonly objects: ObjectStore,
    private readonly place: Place,
    private readonly clock: Clock,
  ) {}

  /** The complete ones of a task, the newest state first. */
  async list(task: number): Promise<readonly Snapshot[]> {
    return (await this.#generations(task)).filter(isComplete);
  }

  /** Writes one; answers undefined when `held` said no on the way: what was written then is no snapshot. The task may go on meanwhile. */
  async write(task: number, copy: StateCopy, held: () => boolean): Promise<(Snapshot & { readonly bytes: number }) | undefined> {
    const { checkpoint, definitions } = copy;
    const taken = this.clock.now();
    const name = `${this.#folder(task)}${String(checkpoint.next).padStart(16, '0')}-${taken}`;
    const objects: number[] = [];
    for await (const object of this.#objectsOf(copy)) {
      if (!held()) return undefined;
      await this.objects.put(objectName(name, objects.length), object);
      objects.push(object.length);
    }
    if (!held()) return undefined;
    const known = definitions === undefined ? {} : { definitions: decodeUtf8(definitions) };
    const manifest: Manifest = { form: SNAPSHOT_FORM, ...this.place, partition: task, taken, checkpoint, ...known, objects };
    await this.objects.put(`${name}/${MANIFEST}`, encodeManifest(manifest));
    return { name, next: checkpoint.next, taken, bytes: objects.reduce((sum, bytes) => sum + bytes, 0) };
  }

  /**
   * The state it holds. Where it cannot be had whole, here or while its parts are read, an `OperatingError`: `object-damaged` or
   * `snapshot-unknown` where an older one may serve, `snapshot-foreign` where it is of another cluster's tasks.
   */
  async open(task: number, { name }: Snapshot): Promise<WholeState> {
    const manifest = parseManifest(await this.#get(`${name}/${MANIFEST}`));
    const { topic, partitions } = this.place;
    if (manifest.topic !== topic || manifest.partitions !== partitions || manifest.partition !== task)
      throw foreign(name, manifest, this.place);
    const { checkpoint, objects } = manifest;
    const definitions = manifest.definitions === undefined ? undefined : encodeUtf8(manifest.definitions);
    return { checkpoint, definitions, parts: () => this.#partsOf(name, objects) };
  }

  /** Removes what is no longer needed: complete ones older than the newest `SNAPSHOTS_KEPT`, and what writers left behind. */
  async prune(task: number): Promise<void> {
    const all = await this.#generations(task);
    const old = all.filter(isComplete).slice(SNAPSHOTS_KEPT);
    const before = minus(this.clock.now(), LEFT_BEHIND);
    const left = all.filter((each) => !isComplete(each) && each.taken < before);
    for (const { names } of [...old, ...left]) for (const name of names.toSorted(manifestFirst)) await this.objects.remove(name);
  }

  #folder(task: number): string {
    return `snapshots/${this.place.topic}/${task}/`;
  }

  /** The newest state first. */
  async #generations(task: number): Promise<readonly Generation[]> {
    const found = new Map<string, string[]>();
    for (const name of await this.objects.list(this.#folder(task))) {
      const generation = name.slice(0, name.lastIndexOf('/'));
      found.set(generation, [...(found.get(generation) ?? []), name]);
    }
    return [...found].flatMap(([name, names]) => generationOf(name, names)).sort((a, b) => b.next - a.next || b.taken - a.taken);
  }

  async *#objectsOf(copy: StateCopy): AsyncGenerator<Uint8Array> {
    const slice = new Slice(this.clock);
    let frames: Uint8Array[] = [];
    let bytes = 0;
    for (const part of copy.parts()) {
      const frame = encodePart(part);
      frames.push(frame);
      bytes += frame.length;
      if (bytes >= SNAPSHOT_OBJECT_BYTES) {
        yield joined(frames, bytes);
        [frames, bytes] = [[], 0];
      }
      if (slice.over(PART_STEPS)) await slice.next();
    }
    if (bytes > 0) yield joined(frames, bytes);
  }

  async *#partsOf(name: string, objects: readonly number[]): AsyncGenerator<StatePart> {
    for (const [i, bytes] of objects.entries()) {
      const object = await this.#get(objectName(name, i));
      if (object.length !== bytes) throw damaged(objectName(name, i), `${object.length} bytes instead of ${bytes}`);
      yield* partsIn(object);
    }
  }

  async #get(name: string): Promise<Uint8Array> {
    const bytes = await this.objects.get(name);
    if (bytes === undefined) throw damaged(name, 'it is not there');
    return bytes;
  }
}

/** A part counts as a whole turn's steps: the clock is looked at after each. */
const PART_STEPS = 64;

const isComplete = ({ names }: Generation): boolean => names.some((name) => name.endsWith(`/${MANIFEST}`));
const manifestFirst = (a: string, b: string): number => Number(b.endsWith(MANIFEST)) - Number(a.endsWith(MANIFEST));
const objectName = (name: string, i: number): string => `${name}/${String(i).padStart(6, '0')}`;

/** None where the name is not one of ours. */
function generationOf(name: string, names: readonly string[]): readonly Generation[] {
  const [, next, taken] = /\/(\d{16})-(\d+)$/.exec(name) ?? [];
  if (next === undefined || taken === undefined) return [];
  return [{ name, next: Number(next), taken: makeInstant(Number(taken)), names }];
}

function joined(frames: readonly Uint8Array[], bytes: number): Uint8Array {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const frame of frames) {
    all.set(frame, at);
    at += frame.length;
  }
  assert(at === bytes, 'the parts are as long as they were');
  return all;
}

const damaged = (name: string, what: string): OperatingError => new OperatingError('object-damaged', 'never', `${name}: ${what}`);

const foreign = (name: string, { topic, partition, partitions }: Manifest, place: Place): OperatingError =>
  new OperatingError(
    'snapshot-foreign',
    'never',
    `${name} is of ${topic}/${partition} of ${partitions}, and this is ${place.topic} of ${place.partitions} partitions. ` +
      `Two installations must not share one place for snapshots, and the number of partitions cannot be changed: give this one a place of its own.`,
  );
