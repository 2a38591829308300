import { assert, makeInstant, utf8BytesMax, writeUtf8 } from '@tripline/kernel';
import { decodePerson, personText, type PersonState } from '@tripline/engine';
import type { Timer } from '@tripline/ports';

/** The version of the layout: [version, due and deadline of the armed timer as doubles (NaN: none), the engine's bytes]. */
const LAYOUT = 1;
const HEAD_BYTES = 17;

/** A person as the store holds them, and the timer that stands for them there. */
export type StoredPerson = { readonly state: PersonState; readonly armed: Timer | undefined };

/** Bytes of one allocation: allocating for each person costs more than writing them. */
const PAGE_BYTES = 262_144;

/** Writes people one after the other into pages of its own. What it answers stays as it is. */
export class PersonWriter {
  #page = new Uint8Array(PAGE_BYTES);
  #head = new DataView(this.#page.buffer);
  #at = 0;

  write(state: PersonState, armed: Timer | undefined): Uint8Array {
    const text = personText(state);
    const from = this.#room(HEAD_BYTES + utf8BytesMax(text.length));
    this.#head.setUint8(from, LAYOUT);
    this.#head.setFloat64(from + 1, armed?.due ?? Number.NaN);
    this.#head.setFloat64(from + 9, armed?.deadline ?? Number.NaN);
    this.#at = from + HEAD_BYTES + writeUtf8(text, this.#page.subarray(from + HEAD_BYTES));
    return this.#page.subarray(from, this.#at);
  }

  /** Where `length` bytes have room. */
  #room(length: number): number {
    if (this.#at + length <= this.#page.length) return this.#at;
    this.#page = new Uint8Array(Math.max(PAGE_BYTES, length));
    this.#head = new DataView(this.#page.buffer);
    return 0;
  }
}

/** Reads what a `PersonWriter` wrote. A layout this build does not know is an assertion: the state is of a newer build. */
export function decodeStoredPerson(person: string, bytes: Uint8Array): StoredPerson {
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assert(head.getUint8(0) === LAYOUT, `the state of a person is in layout ${head.getUint8(0)}, which this build does not know`);
  const due = head.getFloat64(1);
  const state = decodePerson(bytes.subarray(HEAD_BYTES));
  if (Number.isNaN(due)) return { state, armed: undefined };
  return { state, armed: { due: makeInstant(due), deadline: makeInstant(head.getFloat64(9)), person } };
}
