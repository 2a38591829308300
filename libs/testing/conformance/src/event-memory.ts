import { describe } from '@jest/globals';
import { countPromises } from './event-memory-counts.js';
import { roomPromises } from './event-memory-room.js';
import type { GatePlace } from './gate-place.js';
import { GateRig } from './gate-rig.js';

/** Every promise of the `EventMemory` port, for an adapter to keep. */
export function describeEventMemory(name: string, open: () => Promise<GatePlace>): void {
  describe(`a memory of events: ${name}`, () => {
    const rig = new GateRig(open);
    describe('counts', () => countPromises(rig));
    describe('room', () => roomPromises(rig));
  });
}
