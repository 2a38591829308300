import { assert, makeInstant } from '@tripline/kernel';
import { decodePerson, pack, packPerson, unpack, unpackPerson, type PersonState } from '@tripline/engine';
import type { Timer } from '@tripline/ports';

/** The version of the layout. Layout 1: that byte, due and deadline of the armed timer as doubles (NaN: none), the engine's bytes. */
const LAYOUT = 2;
const HEAD_BYTES = 17;

/** A person as the store holds them, and the timer that stands for them there. */
export type StoredPerson = { readonly state: PersonState; readonly armed: Timer | undefined };

/** The armed timer as its deadline and how much later it is due. */
type Stored = readonly [layout: number, state: unknown, deadline?: number, dueAfter?: number];

export const encodeStoredPerson = (state: PersonState, armed: Timer | undefined): Uint8Array =>
  pack(
    armed === undefined ? [LAYOUT, packPerson(state)] : [LAYOUT, packPerson(state), armed.deadline, armed.due - armed.deadline],
  );

/** Reads what `encodeStoredPerson` wrote. A layout this build does not know is an assertion: the state is of a newer build. */
export function decodeStoredPerson(person: string, bytes: Uint8Array): StoredPerson {
  if (bytes[0] === 1) return decodeFirst(person, bytes);
  const stored = unpack(bytes);
  assert(Array.isArray(stored) && stored[0] === LAYOUT, 'the state of a person is in a layout which this build does not know');
  const [, packed, deadline, dueAfter = 0] = stored as unknown as Stored;
  const state = unpackPerson(packed);
  if (deadline === undefined) return { state, armed: undefined };
  return { state, armed: { due: makeInstant(deadline + dueAfter), deadline: makeInstant(deadline), person } };
}

function decodeFirst(person: string, bytes: Uint8Array): StoredPerson {
  const head = new DataView(bytes.buffer, bytes.byteOffset, HEAD_BYTES);
  const due = head.getFloat64(1);
  const state = decodePerson(bytes.subarray(HEAD_BYTES));
  if (Number.isNaN(due)) return { state, armed: undefined };
  return { state, armed: { due: makeInstant(due), deadline: makeInstant(head.getFloat64(9)), person } };
}
