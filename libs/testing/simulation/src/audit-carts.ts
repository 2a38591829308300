import { areOne, firingsAt, named, type Case } from './case.js';
import { keyOf, type Witnessed } from './evidence.js';
import { BEGIN, SETTLE_MS, WINDOW_MS } from './triggers.js';

/** As many orders of one key as memory keeps one by one: with more, a cart that is told late may be denied. */
const ORDERS_EXACT = 2;

/** Carts each for itself: left with nothing bought, or bought in time. */
export function carts(mine: Case): readonly string[] {
  const keys = [...new Set(named(mine, 'a').map(({ deed }) => deed.key))];
  return [...keys.flatMap((key) => [...leftCarts(mine, key), ...boughtCarts(mine, key)]), ...unfounded(mine)];
}

function leftCarts(mine: Case, key: number): readonly string[] {
  return named(mine, 'a', key).flatMap((cart) => {
    const deadline = cart.at + WINDOW_MS;
    const due = deadline + SETTLE_MS;
    const orders = named(mine, 'b', key).filter(({ at }) => at >= cart.at && at < deadline);
    const fired = firingsAt(mine, 'left', key, deadline);
    const denied = orders.find((order) => order.known < due && areOne(mine, cart, order, due));
    const like = named(mine, 'a', key).filter(({ at }) => at === cart.at);
    if (denied !== undefined && like.length === 1 && fired > 0)
      return [`O3: ${cart.deed.id} was decided although ${denied.deed.id} was known`];
    if (like.every(({ claimed }) => claimed >= due)) return fired > 0 ? [`O5: ${cart.deed.id} came too late, and fired`] : [];
    if (fired > like.length) return [`O4: ${cart.deed.id} fired ${fired} times`];
    // What came too late still denies a cart that comes after it, or that is told of it by another id before the deadline is decided.
    const isOver = (order: Witnessed): boolean =>
      order.claimed >= due && order.deed.person === cart.deed.person && order.offset > cart.offset;
    const isSure = cart.at >= BEGIN && orders.every(isOver) && cart.received < due && isExact(mine, key);
    return isSure && fired === 0 ? [`O4: ${cart.deed.id} was left, and nothing fired`] : [];
  });
}

const isExact = (mine: Case, key: number): boolean => named(mine, 'b', key).length <= ORDERS_EXACT;

function boughtCarts(mine: Case, key: number): readonly string[] {
  const all = named(mine, 'a', key);
  return named(mine, 'b', key).flatMap((order) => {
    const before = all.filter(({ at }) => at <= order.at && order.at < at + WINDOW_MS);
    const fired = firingsAt(mine, 'bought', key, order.at);
    const like = named(mine, 'b', key).filter(({ at }) => at === order.at).length;
    if (fired > before.length) return [`O4: ${order.deed.id} fired ${fired} times for ${before.length} carts`];
    const sure = before.filter((cart) => isPlain(cart, order, named(mine, 'b', key)));
    return like === 1 && fired < sure.length ? [`O4: ${order.deed.id} fired ${fired} times, for ${sure.length} carts`] : [];
  });
}

/** Under the user, one after the other, in time, and with no other order that could have been the one. */
function isPlain(cart: Witnessed, order: Witnessed, orders: readonly Witnessed[]): boolean {
  const { at, offset, known, deed } = cart;
  const inTime = Math.max(known, order.known) < at + WINDOW_MS + SETTLE_MS;
  const alone = orders.every((other) => other === order || other.at < at || other.at >= at + WINDOW_MS);
  const one = deed.person.startsWith('u:') && deed.person === order.deed.person;
  return one && at >= BEGIN && inTime && alone && at < order.at && offset < order.offset;
}

/** O5. */
function unfounded(mine: Case): readonly string[] {
  const origins: Readonly<Record<string, (decided: number, key: number) => boolean>> = {
    left: (decided, key) => named(mine, 'a', key).some(({ at }) => at + WINDOW_MS === decided),
    bought: (decided, key) => named(mine, 'b', key).some(({ at }) => at === decided),
  };
  return mine.firings.flatMap(({ action: { trigger, decided, data, id } }) =>
    (origins[trigger]?.(decided, keyOf(data['k'])) ?? true) ? [] : [`O5: ${trigger} ${id} rests on nothing`],
  );
}
