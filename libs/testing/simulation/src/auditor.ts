import { carts } from './audit-carts.js';
import { attempts } from './audit-attempts.js';
import { silence } from './audit-silence.js';
import { keyOf, type Evidence, type Firing, type Witnessed } from './evidence.js';
import { humanOf } from './people.js';
import { SEASON, SETTLE_MS } from './triggers.js';

/** One human, as the whole history shows them. */
export type Case = { readonly human: number; readonly seen: readonly Witnessed[]; readonly firings: readonly Firing[] };

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

/** The firings of a trigger, for a key, decided for an instant. */
export const firingsAt = ({ firings }: Case, trigger: string, key: number, decided: number): number =>
  firings.filter(({ action: a }) => a.trigger === trigger && a.decided === decided && keyOf(a.data['k']) === key).length;

export const named = ({ seen }: Case, name: string, key?: number): readonly Witnessed[] =>
  seen.filter(({ deed }) => deed.name === name && (key === undefined || deed.key === key));

/** Is it certain that the two were known to be of one person before an instant? */
export function areOne(mine: Case, a: Witnessed, b: Witnessed, before: number): boolean {
  return a.deed.person === b.deed.person || [a, b].every(({ deed }) => isLinked(mine, deed.person, before));
}

const isLinked = (mine: Case, person: string, before: number): boolean =>
  person.startsWith('u:') || named(mine, 'identify').some(({ deed, known }) => `a:${deed.device}` === person && known < before);
