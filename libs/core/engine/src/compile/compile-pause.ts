import type { Pause } from '@tripline/model';
import { makeDuration } from '@tripline/kernel';
import type { Compilation } from './compilation.js';
import type { PausePart, TimeOfDay } from './compiled-trigger.js';
import { minuteOf } from '../calendar/local-time.js';
import { findZone } from '../calendar/zones.js';

/** A wait for a span or a time of day. `before` are the messages that may have gone before it. */
export function compilePause(compilation: Compilation, wait: Pause, path: string, before: ReadonlySet<string>): PausePart {
  const since = compileSince(compilation, wait, path, before);
  const at = compileTime(compilation, wait, path);
  return {
    kind: 'pause',
    length: wait.for ?? makeDuration(0),
    ...(since === undefined ? {} : { since }),
    ...(at === undefined ? {} : { at }),
  };
}

function compileSince(
  compilation: Compilation,
  { since }: Pause,
  path: string,
  before: ReadonlySet<string>,
): PausePart['since'] | undefined {
  if (since === undefined) return undefined;
  if (before.has(since)) return { step: since };
  const leaf = compilation.names.leafOf.get(since);
  if (leaf !== undefined) return { leaf };
  compilation.refuse(`${path}.since`, `${JSON.stringify(since)} is neither an alias nor a message step before this`);
  return undefined;
}

function compileTime(compilation: Compilation, { at, zone }: Pause, path: string): TimeOfDay | undefined {
  if (at === undefined) return undefined;
  return { minute: minuteOf(at), ...compileZone(compilation, zone, path) };
}

/** The zone a document names; one that does not exist is refused. */
export function compileZone(compilation: Compilation, zone: string | undefined, path: string): Pick<TimeOfDay, 'zone'> {
  if (zone === undefined) return {};
  if (zone === 'user') return { zone };
  const found = findZone(zone);
  if (found !== undefined) return { zone: found };
  compilation.refuse(`${path}.zone`, `there is no time zone ${JSON.stringify(zone)}: write for example Europe/Berlin, or user`);
  return {};
}
