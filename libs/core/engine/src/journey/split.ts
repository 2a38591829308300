import { assert, encodeUtf8, sha256 } from '@tripline/kernel';
import type { PersonKey } from '@tripline/model';
import type { ArmPart, SplitPart } from '../compile/compiled-trigger.js';

/** Hashes are whole numbers from 0 to below this. */
export const HASHES = 2 ** 32;

/** Where each arm's part of the hashes ends, in the proportion of the shares; the last one ends with them: its sum is the total. */
export function partsOf(shares: readonly number[]): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  let sum = 0;
  return shares.map((share) => Math.round((HASHES * (sum += share)) / total));
}

/** The arm whose part the hash falls into: half-open, `[below of the one before, below)`. */
export const armAt = (arms: readonly ArmPart[], hash: number): ArmPart | undefined => arms.find(({ below }) => hash < below);

/** The person's arm: it follows from the trigger's name, the split and the person alone, so that it is the same in every run and version. */
export function armOf(trigger: string, { id, arms }: SplitPart, person: PersonKey): ArmPart {
  const arm = armAt(arms, hashOf(trigger, id, person));
  assert(arm !== undefined, 'the arms of a split take all hashes');
  return arm;
}

/** Names hold no `/`, so that different parts never read the same. */
function hashOf(trigger: string, split: string, person: PersonKey): number {
  const bytes = sha256(encodeUtf8(`split/${trigger}/${split}/${person}`));
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}
