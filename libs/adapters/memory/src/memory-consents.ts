import { storableText } from '@tripline/kernel';
import { normaliseAddress } from '@tripline/model';
import type { Consent, ConsentLedger, Suppression } from '@tripline/ports';
import type { Connection } from './connection.js';
import { addressKey, keyOfAll } from './tables.js';

/** What the consent ledger and the suppression list come to, in memory. */
export class MemoryConsents implements ConsentLedger {
  constructor(private readonly connection: Connection) {}

  /** The newest counts by its own time; of the same time the one recorded last. */
  record(all: readonly Consent[]): Promise<void> {
    return this.connection.transaction(({ consents }) => {
      for (const { person, channel, topic, granted, at } of all) {
        const key = keyOfAll(storableText(person), channel, storableText(topic));
        if (at >= (consents.get(key)?.at ?? at)) consents.put(key, { granted, at });
      }
    });
  }

  suppress(all: readonly Suppression[]): Promise<void> {
    return this.connection.transaction(({ suppressions }) => {
      for (const { channel, address } of all) suppressions.put(addressKey(channel, normaliseAddress(channel, address)), true);
    });
  }
}
