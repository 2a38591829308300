import { findZone, ZONE_DATA_VERSION } from '@tripline/engine';
import { accept, refuse, type Parsed } from '@tripline/kernel';
import type { Catalogue, Clock, SettingsMade, Wake } from '@tripline/ports';

export type SettingsOptions = { readonly catalogue: Catalogue; readonly clock: Clock; readonly outbox: Wake };

/** What the tasks are told beside documents, and by whom; `at` and `by` are missing where nobody made any. */
export type SettingsShown = Pick<SettingsMade, 'zone' | 'zoneData'> & Partial<SettingsMade>;

/** The zone of whatever names none, until somebody says another. */
const UNTOLD: SettingsShown = { zone: 'UTC', zoneData: ZONE_DATA_VERSION };

/** The default zone, as it is in force and as it is changed: stored, and told to every task with the version of the zone data of this build. */
export class SettingsOffice {
  constructor(private readonly options: SettingsOptions) {}

  async show(): Promise<SettingsShown> {
    return (await this.options.catalogue.settings()) ?? UNTOLD;
  }

  /** Refused, by its path, where this build's data do not have the zone. Stored under the data's own name: `europe/berlin` is `Europe/Berlin`. */
  async change(given: string, by: string): Promise<Parsed<SettingsMade>> {
    const { catalogue, clock, outbox } = this.options;
    const zone = findZone(given);
    if (zone === undefined)
      return refuse({ path: 'zone', message: `there is no time zone ${JSON.stringify(given)}: write for example Europe/Berlin` });
    const made = await catalogue.makeSettings({ zone: zone.name, zoneData: ZONE_DATA_VERSION }, by, clock.now());
    outbox.call();
    return accept(made);
  }
}
