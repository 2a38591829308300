import { findZone, SEMANTICS, SEMANTICS_MAX, ZONE_DATA_VERSION } from '@tripline/engine';
import { accept, refuse, type Parsed, type Problem } from '@tripline/kernel';
import type { Settings, SettingsGiven } from '@tripline/model';
import type { Catalogue, Clock, SettingsMade, Wake } from '@tripline/ports';

export type SettingsOptions = { readonly catalogue: Catalogue; readonly clock: Clock; readonly outbox: Wake };

/** What the tasks are told beside documents, and by whom; `at` and `by` are missing where nobody made any. */
export type SettingsShown = Required<Settings> & Partial<SettingsMade>;

/** The zone of whatever names none and the first semantics, until somebody says others. */
const UNTOLD: Required<Settings> = { zone: 'UTC', zoneData: ZONE_DATA_VERSION, semantics: SEMANTICS };

/** The settings, as they are in force and as they are changed: stored, and told to every task, the zone with the version of the zone data of this build. */
export class SettingsOffice {
  constructor(private readonly options: SettingsOptions) {}

  async show(): Promise<SettingsShown> {
    return (await this.options.catalogue.settings()) ?? UNTOLD;
  }

  /**
   * All or nothing. Refused, by its path: a zone that this build's data do not have, semantics below those in force or beyond what this build knows. A zone is
   * stored under the data's own name: `europe/berlin` is `Europe/Berlin`.
   */
  async change(given: SettingsGiven, by: string): Promise<Parsed<SettingsMade>> {
    const { catalogue, clock, outbox } = this.options;
    const made = await catalogue.makeSettings((before) => settingsAfter(before ?? UNTOLD, given), by, clock.now());
    outbox.call();
    return made;
  }

  /** Only looks: what would be in force. */
  async check(given: SettingsGiven): Promise<Parsed<Required<Settings>>> {
    return settingsAfter(await this.show(), given);
  }
}

function settingsAfter(before: Required<Settings>, { zone: name, semantics }: SettingsGiven): Parsed<Required<Settings>> {
  const zone = zoneAfter(before, name);
  if (!zone.ok) return zone;
  const number = semanticsAfter(before.semantics, semantics);
  return number.ok ? accept({ ...zone.value, semantics: number.value }) : number;
}

function zoneAfter({ zone, zoneData }: Settings, given: string | undefined): Parsed<Settings> {
  if (given === undefined) return accept({ zone, zoneData });
  const found = findZone(given);
  return found === undefined ? refuse(noZone(given)) : accept({ zone: found.name, zoneData: ZONE_DATA_VERSION });
}

const noZone = (given: string): Problem => ({
  path: 'zone',
  message: `there is no time zone ${JSON.stringify(given)}: write for example Europe/Berlin`,
});

/** What is wrong with settings, whatever is in force. */
export const settingsProblems = ({ zone }: SettingsGiven): readonly Problem[] =>
  zone === undefined || findZone(zone) !== undefined ? [] : [noZone(zone)];

function semanticsAfter(before: number, given: number = before): Parsed<number> {
  const refused = (why: string): Parsed<number> => refuse({ path: 'semantics', message: `${given} ${why}` });
  if (given < before) return refused(`is lower than the ${before} in force: states are written by that, so it is never lowered`);
  if (given > before && given > SEMANTICS_MAX)
    return refused(
      `is not known to this control plane, which knows up to ${SEMANTICS_MAX}: upgrade it and every processor first`,
    );
  return accept(given);
}
