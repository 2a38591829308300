import { describe } from '@jest/globals';
import { commitPromises } from './state-commits.js';
import { copyPromises } from './state-copies.js';
import { StateRig, type StateStorePlace } from './state-rig.js';
import { timerPromises } from './state-timers.js';

/** Every promise of the `StateStore` port, for an adapter to keep. */
export function describeStateStore(name: string, open: () => Promise<StateStorePlace>): void {
  describe(`a state store: ${name}`, () => {
    const rig = new StateRig(open);
    describe('commits', () => commitPromises(rig));
    describe('timers', () => timerPromises(rig));
    describe('copies', () => copyPromises(rig));
  });
}
