import { assert, makeInstant } from '@tripline/kernel';
import { decodePerson, encodePerson, type PersonState } from '@tripline/engine';
import type { Timer } from '@tripline/ports';

/** The version of the layout: [version, due and deadline of the armed timer as doubles (NaN: none), the engine's bytes]. */
const LAYOUT = 1;
const HEAD_BYTES = 17;

/** A person as the store holds them, and the timer that stands for them there. */
export type StoredPerson = { readonly state: PersonState; readonly armed: Timer | undefined };

export function encodeStoredPerson(state: PersonState, armed: Timer | undefined): Uint8Array {
  const body = encodePerson(state);
  const bytes = new Uint8Array(HEAD_BYTES + body.length);
  const head = new DataView(bytes.buffer);
  head.setUint8(0, LAYOUT);
  head.setFloat64(1, armed?.due ?? Number.NaN);
  head.setFloat64(9, armed?.deadline ?? Number.NaN);
  bytes.set(body, HEAD_BYTES);
  return bytes;
}

/** Reads what `encodeStoredPerson` wrote. A layout this build does not know is an assertion: the state is of a newer build. */
export function decodeStoredPerson(person: string, bytes: Uint8Array): StoredPerson {
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assert(head.getUint8(0) === LAYOUT, `the state of a person is in layout ${head.getUint8(0)}, which this build does not know`);
  const due = head.getFloat64(1);
  const state = decodePerson(bytes.subarray(HEAD_BYTES));
  if (Number.isNaN(due)) return { state, armed: undefined };
  return { state, armed: { due: makeInstant(due), deadline: makeInstant(head.getFloat64(9)), person } };
}
