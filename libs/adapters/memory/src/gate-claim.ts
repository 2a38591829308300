import { plus, type Duration, type Instant } from '@tripline/kernel';
import { addressOf, normaliseAddress, type Channel, type Profile } from '@tripline/model';
import { GENERAL_TOPIC, type GateFacts, type Waiting } from '@tripline/ports';
import type { ActionRow } from './action-table.js';
import { byText } from './order.js';
import { profileOf } from './profile-row.js';
import { load } from './stored.js';
import { isStopped, pausedAs } from './switch-rules.js';
import { addressKey, keyOfAll, type Tables } from './tables.js';

/** Claims due actions, the longest due first, and reads all the gate judges by. */
export function claim(tables: Tables, now: Instant, lease: Duration, max: number): readonly Waiting[] {
  const free = tables.actions.due().filter((row) => isDue(row, now) && (row.leased ?? now) <= now);
  const claimed = free.sort(byDue).slice(0, max);
  for (const row of claimed) tables.actions.put({ ...row, leased: plus(now, lease) });
  return claimed.map((row) => waitingOf(tables, row));
}

const isDue = ({ due }: ActionRow, now: Instant): boolean => due !== undefined && due <= now;
const byDue = (a: ActionRow, b: ActionRow): number => (a.due ?? 0) - (b.due ?? 0) || byText(a.id, b.id) || a.decided - b.decided;

const waitingOf = (tables: Tables, row: ActionRow): Waiting => ({
  action: load(row.body),
  firstLook: !row.looked,
  attempts: row.attempts,
  facts: factsOf(tables, row),
});

function factsOf(tables: Tables, row: ActionRow): GateFacts {
  const profile = profileOf(tables, load(row.body).person);
  return {
    stopped: isStopped(tables, row.trigger),
    paused: pausedAs(tables, row.trigger),
    withdrawn: tables.heads.get(keyOfAll('trigger', row.trigger))?.withdrawn ?? false,
    recalled: row.recalled,
    profile,
    consent: consentOf(tables, row),
    suppressed: isSuppressed(tables, row.channel, profile),
  };
}

/** A topic's own newest entry comes before the general one. */
function consentOf({ consents }: Tables, { person, channel, topic }: ActionRow): boolean | undefined {
  const of = (each: string) => consents.get(keyOfAll(person, channel, each));
  return (of(topic) ?? of(GENERAL_TOPIC))?.granted;
}

function isSuppressed({ suppressions }: Tables, channel: Channel, profile: Profile | undefined): boolean {
  const address = profile === undefined ? undefined : addressOf(channel, profile.traits);
  return address !== undefined && suppressions.get(addressKey(channel, normaliseAddress(channel, address))) !== undefined;
}
