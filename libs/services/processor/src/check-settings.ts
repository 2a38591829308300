import {
  findZone,
  SEMANTICS_KNOWN,
  semanticsOf,
  settingsOf,
  ZONE_DATA_VERSION,
  type Definitions,
  type SemanticsRange,
} from '@tripline/engine';
import { OperatingError } from '@tripline/kernel';

/** A default zone that this build's data do not have is an `OperatingError` `unknown-zone`, never. */
export function checkZone(definitions: Definitions): void {
  const { zone, zoneData } = settingsOf(definitions) ?? { zone: 'UTC', zoneData: '' };
  if (findZone(zone) !== undefined) return;
  const detail = `the default zone ${JSON.stringify(zone)} is of zone data ${zoneData}; this build has ${ZONE_DATA_VERSION}, which do not know it`;
  throw new OperatingError('unknown-zone', 'never', `${detail}. Run a newer processor; the task goes on from its own state.`);
}

/** Semantics that this build does not run are an `OperatingError` `unknown-semantics`, never; its message says what to do. */
export function checkSemantics(definitions: Definitions, { min, max }: SemanticsRange = SEMANTICS_KNOWN): void {
  const number = semanticsOf(definitions);
  if (number >= min && number <= max) return;
  const known = min === max ? `${min}` : `${min} to ${max}`;
  const newer = number > max;
  const cure = newer
    ? `Run a newer processor, one that knows ${number}`
    : `Run an older processor, one that still knows ${number}, and raise the number to ${min} with \`tripline set semantics ${min}\` before the upgrade`;
  const detail = `the semantics in force are number ${number}; this build knows ${known}`;
  throw new OperatingError('unknown-semantics', 'never', `${detail}. ${cure}; the task goes on from its own state.`);
}
