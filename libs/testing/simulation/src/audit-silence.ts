import { areOne, named, type Case } from './case.js';
import type { Witnessed } from './evidence.js';
import { BEGIN, SETTLE_MS, WINDOW_MS } from './triggers.js';

/** Silence after a login, once per spell. */
export function silence(mine: Case): readonly string[] {
  const logins = named(mine, 'login');
  const isPlain = logins.every(({ deed, at }) => deed.person.startsWith('u:') && at >= BEGIN) && areOrderly(logins);
  const unfounded = mine.firings.filter(
    ({ action: { trigger, decided } }) => trigger === 'quiet' && !logins.some(({ at }) => at + WINDOW_MS === decided),
  );
  return [
    ...unfounded.map(({ action }) => `O5: quiet ${action.id} rests on nothing`),
    ...logins.flatMap((login) => spell(mine, login, logins, isPlain)),
  ];
}

function spell(mine: Case, login: Witnessed, logins: readonly Witnessed[], isPlain: boolean): readonly string[] {
  const deadline = login.at + WINDOW_MS;
  const due = deadline + SETTLE_MS;
  const fired = mine.firings.filter(({ action: { trigger, decided } }) => trigger === 'quiet' && decided === deadline).length;
  const like = logins.filter(({ at }) => at === login.at);
  const within = logins.filter(({ at }) => at > login.at && at < deadline);
  const broken = within.find((next) => next.known < due && like.every((one) => areOne(mine, one, next, due)));
  if (broken !== undefined && fired > 0) return [`O3: quiet after ${login.deed.id} although ${broken.deed.id} was known`];
  if (fired > like.length) return [`O4: quiet after ${login.deed.id} fired ${fired} times`];
  const isSure = isPlain && login.received < due && within.every(({ claimed }) => claimed >= due);
  return isSure && fired === 0 ? [`O4: quiet after ${login.deed.id}, and nothing fired`] : [];
}

/** They came in the order in which they happened. */
const areOrderly = (logins: readonly Witnessed[]): boolean => {
  const sorted = [...logins].sort((x, y) => x.at - y.at);
  return sorted.every((one, i) => {
    const before = sorted[i - 1];
    return before === undefined || (before.offset < one.offset && before.received <= one.claimed);
  });
};
