import { carts } from './audit-carts.js';
import { attempts } from './audit-attempts.js';
import { silence } from './audit-silence.js';
import type { Evidence, Firing } from './evidence.js';
import { humanOf } from './people.js';
import { SEASON, SETTLE_MS } from './triggers.js';

/**
 * Says what is wrong, from the whole history and by no state. Where the outcome hangs on when something arrived, between what must not be
 * overlooked and what nobody can know, both answers are right.
 * O1. Acknowledged, it is in the log of record.
 * O2. Nothing is decided by absence before its deadline and settle have passed, in true time.
 * O3. Nothing is decided by absence that was known, under either id, before deadline and settle.
 * O4. What rests on nothing that is doubtful fires, and once.
 * O5. What fires rests on something that happened.
 */
export function audit({ witnessed, lost, firings }: Evidence): readonly string[] {
  const humans = [...new Set(witnessed.map(({ deed }) => deed.human))];
  return [
    ...lost.map(({ id }) => `O1: ${id} was acknowledged, and is not in the log`),
    ...firings.filter(isEarly).map(({ action: { id, trigger } }) => `O2: ${trigger} ${id} was decided too early`),
    ...humans.flatMap((human) => {
      if (witnessed.some(({ deed, isVague }) => deed.human === human && isVague)) return [];
      const mine = { human, seen: witnessed.filter(({ deed }) => deed.human === human), firings: firings.filter(({ action }) => humanOf(action.person) === human) }; // prettier-ignore
      return [...carts(mine), ...attempts(mine), ...silence(mine)];
    }),
  ];
}

/** What is decided by no absence. */
const AT_ONCE: ReadonlySet<string> = new Set(['bought', SEASON]);

const isEarly = ({ action: { trigger, decided }, landed }: Firing): boolean =>
  !AT_ONCE.has(trigger) && landed < decided + SETTLE_MS;
