import { describe } from '@jest/globals';
import { attemptPromises } from './attempts-begun.js';
import type { GatePlace } from './gate-place.js';
import { GateRig } from './gate-rig.js';
import { mailboxPromises } from './mailbox.js';

/** Every promise of the `AttemptLedger` and `Mailbox` ports, for an adapter to keep. */
export function describeAttemptLedger(name: string, open: () => Promise<GatePlace>): void {
  describe(`an attempt ledger: ${name}`, () => {
    const rig = new GateRig(open);
    describe('attempts', () => attemptPromises(rig));
    describe('the mailbox', () => mailboxPromises(rig));
  });
}
