import { describe } from '@jest/globals';
import { documentPromises } from './catalogue-documents.js';
import { entryPromises } from './catalogue-entries.js';
import { outboxPromises } from './catalogue-outbox.js';
import { shelfPromises } from './catalogue-shelf.js';
import type { GatePlace } from './gate-place.js';
import { GateRig } from './gate-rig.js';

/** Every promise of the `Catalogue` and `TemplateShelf` ports, for an adapter to keep. */
export function describeCatalogue(name: string, open: () => Promise<GatePlace>): void {
  describe(`a catalogue: ${name}`, () => {
    const rig = new GateRig(open);
    describe('documents', () => documentPromises(rig));
    describe('the outbox', () => outboxPromises(rig));
    describe('entries', () => entryPromises(rig));
    describe('the shelf', () => shelfPromises(rig));
  });
}
