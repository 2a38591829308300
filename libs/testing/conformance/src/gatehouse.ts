import { describe } from '@jest/globals';
import { connectionPromises } from './connections.js';
import type { GatePlace } from './gate-place.js';
import { GateRig } from './gate-rig.js';
import { admissionPromises } from './gatehouse-admission.js';
import { claimPromises } from './gatehouse-claims.js';
import { factPromises } from './gatehouse-facts.js';
import { logPromises } from './gatehouse-log.js';
import { recallPromises } from './gatehouse-recalls.js';
import { reportPromises } from './gatehouse-reports.js';

/** Every promise of the `Gatehouse` port, with the ledgers its facts come from, for an adapter to keep. */
export function describeGatehouse(name: string, open: () => Promise<GatePlace>): void {
  describe(`a gatehouse: ${name}`, () => {
    const rig = new GateRig(open);
    describe('what is admitted', () => admissionPromises(rig));
    describe('claims and decisions', () => claimPromises(rig));
    describe('recalls', () => recallPromises(rig));
    describe('the facts', () => factPromises(rig));
    describe('what dispatchers report', () => reportPromises(rig));
    describe('connections', () => connectionPromises(rig));
    describe('the log of messages', () => logPromises(rig));
  });
}
