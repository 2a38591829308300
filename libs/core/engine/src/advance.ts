import { decodeUtf8, encodeUtf8, type Instant, type JsonObject } from '@tripline/kernel';
import type { PersonKey } from '@tripline/model';
import type { Advanced, Input } from './input.js';
import type { PersonState } from './person-state.js';
import type { Program } from './program.js';

export function advance(_program: Program, _person: PersonKey, state: PersonState | undefined, _input: Input): Advanced {
  return { state, outputs: [] };
}
export const nextTimer = (state: PersonState): { readonly due: Instant; readonly deadline: Instant } | undefined => state.next;
export const encodePerson = (state: PersonState): Uint8Array => encodeUtf8(JSON.stringify(state));
export const decodePerson = (bytes: Uint8Array): PersonState => JSON.parse(decodeUtf8(bytes)) as PersonState;
export const describePerson = (_program: Program, _person: PersonKey, state: PersonState): JsonObject => ({
  traits: state.traits,
});
