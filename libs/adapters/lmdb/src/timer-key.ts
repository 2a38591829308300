import { makeInstant } from '@tripline/kernel';
import type { Timer } from '@tripline/ports';

const SIGN = 1n << 63n;
const INSTANTS_BYTES = 16;

/** Writes a timer as bytes that sort as timers do: due, deadline (big-endian, the sign turned), person (UTF-16, big-endian). */
export function encodeTimerKey(timer: Timer): Buffer {
  const key = Buffer.allocUnsafe(INSTANTS_BYTES + timer.person.length * 2);
  writeInstant(key, timer.due, 0);
  writeInstant(key, timer.deadline, 8);
  key.write(timer.person, INSTANTS_BYTES, 'utf16le');
  key.subarray(INSTANTS_BYTES).swap16();
  return key;
}

export function decodeTimerKey(key: Uint8Array): Timer {
  const bytes = Buffer.from(key);
  const due = makeInstant(Number(bytes.readBigUInt64BE(0) - SIGN));
  const deadline = makeInstant(Number(bytes.readBigUInt64BE(8) - SIGN));
  return { due, deadline, person: bytes.subarray(INSTANTS_BYTES).swap16().toString('utf16le') };
}

/** The first key behind every timer due at `due`. */
export function keyAfterDue(due: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  writeInstant(key, due + 1, 0);
  return key;
}

/** A signed 64-bit integer of at most 53 bits, in two halves: without a BigInt for each. */
function writeInstant(key: Buffer, at: number, offset: number): void {
  const high = Math.floor(at / 2 ** 32);
  key.writeUInt32BE((high ^ 0x80000000) >>> 0, offset);
  key.writeUInt32BE(at - high * 2 ** 32, offset + 4);
}
