import { findZone, type ProgramOptions } from '@tripline/engine';
import { InvalidArgumentError, type Command } from 'commander';

export type ZoneArgument = { readonly zone?: string };

/** The default zone of what is played: of local times that name none. */
export const withZoneOption = (command: Command): Command =>
  command.option('--zone <name>', 'the zone of times that name none, as Europe/Berlin; without it, UTC', zoneName);

export const zoneOf = ({ zone }: ZoneArgument): ProgramOptions => (zone === undefined ? {} : { zone });

function zoneName(text: string): string {
  if (findZone(text) === undefined)
    throw new InvalidArgumentError('There is no such time zone: write for example Europe/Berlin.');
  return text;
}
