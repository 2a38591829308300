import { decodeUtf8, parseJson } from '@tripline/kernel';
import { unpack, type Packed } from './packed.js';

/** Of 53 bits, stored as two numbers up to form 3. */
const LOW = 2 ** 26;
const [CURRENT, BEFORE] = [5, 6];

/** What makes of a form the one that follows. A form is dropped here when no release that wrote it can be upgraded from. */
const UPGRADES: ReadonlyMap<unknown, (packed: Packed) => Packed> = new Map([
  [3, (packed) => packed.with(0, 4).with(CURRENT, joined(packed[CURRENT])).with(BEFORE, joined(packed[BEFORE]))],
]);

function joined(halves: unknown): readonly number[] {
  const all = halves as readonly number[];
  return all.flatMap((high, i) => (i % 2 === 0 ? [high * LOW + (all[i + 1] ?? 0)] : []));
}

/** The same person in the newest form that leads on from theirs, whatever it is. */
export function upgraded(packed: unknown): unknown {
  for (let next = packed; ;) {
    const upgrade = Array.isArray(next) ? UPGRADES.get(next[0]) : undefined;
    if (upgrade === undefined) return next;
    next = upgrade(next as Packed);
  }
}

/** `[`, which begins no array of MessagePack. */
const JSON_ARRAY = 0x5b;

/** Reads the bytes of any form: up to 3 they were JSON. Undefined where they are something else. */
export const unpackForm = (bytes: Uint8Array): unknown =>
  bytes[0] === JSON_ARRAY ? parseJson(decodeUtf8(bytes)) : unpack(bytes);
