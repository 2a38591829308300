import {
  assert,
  decodeUtf8,
  encodeUtf8,
  isJsonObject,
  makeInstant,
  OperatingError,
  parseJson,
  type Instant,
} from '@tripline/kernel';
import { pack, unpack } from '@tripline/engine';
import type { Checkpoint, StatePart, Timer } from '@tripline/ports';

/** The form snapshots are written in. A state is the same in any form: one that this build cannot read is passed over for an older one. */
export const SNAPSHOT_FORM = 1;

/** What a snapshot is of, and what it consists of: written last, so that a snapshot without it is none. */
export type Manifest = {
  readonly form: number;
  readonly topic: string;
  readonly partition: number;
  readonly partitions: number;
  readonly taken: Instant;
  readonly checkpoint: Checkpoint;
  /** As the store had them. */
  readonly definitions?: string;
  /** The size of each object, in order. */
  readonly objects: readonly number[];
};

type PackedTimer = readonly [due: number, deadline: number, person: string];
type PackedPart = readonly [people: readonly (string | Uint8Array)[], timers: readonly PackedTimer[]];

export const encodeManifest = (manifest: Manifest): Uint8Array => encodeUtf8(JSON.stringify(manifest));

/** Reads what `encodeManifest` wrote. An `OperatingError` `snapshot-unknown`, never, for a form of another build. */
export function parseManifest(bytes: Uint8Array): Manifest {
  const value = parseJson(decodeUtf8(bytes));
  if (!isJsonObject(value) || value['form'] !== SNAPSHOT_FORM)
    throw new OperatingError(
      'snapshot-unknown',
      'never',
      `a snapshot in a form that this build does not know (it knows ${SNAPSHOT_FORM})`,
    );
  return value as unknown as Manifest;
}

/** A part as MessagePack, behind its length in four bytes. */
export function encodePart({ people, timers }: StatePart): Uint8Array {
  const rows = [...people].flat();
  const packed: PackedPart = [rows, timers.map(({ due, deadline, person }) => [due, deadline, person] as const)];
  const bytes = pack(packed);
  const framed = new Uint8Array(4 + bytes.length);
  new DataView(framed.buffer).setUint32(0, bytes.length);
  framed.set(bytes, 4);
  return framed;
}

/** The parts of one object, each decoded when it is asked for. */
export function* partsIn(object: Uint8Array): Generator<StatePart> {
  const view = new DataView(object.buffer, object.byteOffset, object.byteLength);
  for (let at = 0; at < object.length;) {
    const end = at + 4 + view.getUint32(at);
    assert(end <= object.length, 'a part of a snapshot ends behind its object');
    yield decodePart(object.subarray(at + 4, end));
    at = end;
  }
}

function decodePart(bytes: Uint8Array): StatePart {
  const [rows, timers] = unpack(bytes) as PackedPart;
  const people = new Map<string, Uint8Array>();
  for (let i = 0; i < rows.length; i += 2) people.set(rows[i] as string, rows[i + 1] as Uint8Array);
  return { people, timers: timers.map(toTimer) };
}

const toTimer = ([due, deadline, person]: PackedTimer): Timer => ({
  due: makeInstant(due),
  deadline: makeInstant(deadline),
  person,
});
