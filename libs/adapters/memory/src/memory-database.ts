import type {
  AttemptLedger,
  Catalogue,
  ConsentLedger,
  EventMemory,
  Gatehouse,
  Mailbox,
  MessageLog,
  ProfileStore,
  Switches,
  TemplateShelf,
  Watch,
} from '@tripline/ports';
import { Connection } from './connection.js';
import { MemoryAttempts } from './memory-attempts.js';
import { MemoryCatalogue } from './memory-catalogue.js';
import { MemoryConsents } from './memory-consents.js';
import { MemoryEventMemory } from './memory-event-memory.js';
import { MemoryGatehouse } from './memory-gatehouse.js';
import { MemoryMailbox } from './memory-mailbox.js';
import { MemoryMessages } from './memory-messages.js';
import { MemoryProfiles } from './memory-profiles.js';
import { MemoryShelf } from './memory-shelf.js';
import { MemorySwitches } from './memory-switches.js';
import { Journal } from './table.js';
import { makeTables } from './tables.js';

/** Every port that the database keeps, for one process. */
export type MemoryPorts = {
  readonly gatehouse: Gatehouse;
  readonly profiles: ProfileStore;
  readonly consents: ConsentLedger;
  readonly switches: Switches;
  readonly attempts: AttemptLedger;
  readonly catalogue: Catalogue;
  readonly events: EventMemory;
  readonly shelf: TemplateShelf;
  readonly messages: MessageLog;
  readonly mailbox: Mailbox;
  /** Rejects once closed. */
  check(): Promise<void>;
  /** From now on every call is an `OperatingError` `memory-closed`, and has no effect. */
  close(): Promise<void>;
};

/**
 * A database that processes share, kept for as long as this object lives: also after all of them are closed, as a disk would. It behaves as the real one
 * does, with the same limits; it has no clock, no chance and no timers, so the same calls in the same order come to the same.
 */
export class MemoryDatabase {
  readonly #journal = new Journal();
  readonly #tables = makeTables(this.#journal);

  /** As another process would. */
  connect(watch?: Watch): MemoryPorts {
    const connection = new Connection(this.#tables, this.#journal);
    return {
      gatehouse: new MemoryGatehouse(connection, watch),
      profiles: new MemoryProfiles(connection),
      consents: new MemoryConsents(connection),
      switches: new MemorySwitches(connection),
      attempts: new MemoryAttempts(connection),
      catalogue: new MemoryCatalogue(connection),
      events: new MemoryEventMemory(connection),
      shelf: new MemoryShelf(connection, watch),
      messages: new MemoryMessages(connection),
      mailbox: new MemoryMailbox(connection),
      check: () => connection.transaction(() => undefined),
      close: () => Promise.resolve(connection.close()),
    };
  }
}
