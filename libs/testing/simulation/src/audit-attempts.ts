import { areOne, firingsAt, named, type Case } from './case.js';
import { keyOf, type Witnessed } from './evidence.js';
import { BEGIN, SETTLE_MS, WINDOW_MS } from './triggers.js';

const REPEATS = { 'left-first': 'keepFirst', 'left-last': 'restart' } as const;

/** One attempt at a time: which cart an attempt counts from hangs on the order in which late ones come, what denies it does not. */
export function attempts(mine: Case): readonly string[] {
  const keys = [...new Set(named(mine, 'a').map(({ deed }) => deed.key))];
  return (Object.keys(REPEATS) as (keyof typeof REPEATS)[]).flatMap((trigger) => [
    ...keys.flatMap((key) => exactly(mine, trigger, key)),
    ...safely(mine, trigger),
  ]);
}

/** O3 and O5: each firing has a cart of its deadline that nothing known denies. */
function safely(mine: Case, trigger: string): readonly string[] {
  return mine.firings.flatMap(({ action: { trigger: name, decided, data, id } }) => {
    if (name !== trigger) return [];
    const key = keyOf(data['k']);
    const from = named(mine, 'a', key).filter(({ at }) => at + WINDOW_MS === decided);
    const due = decided + SETTLE_MS;
    const isDenied = (cart: Witnessed): boolean =>
      named(mine, 'b', key).some((o) => o.at >= cart.at && o.at < decided && o.known < due && areOne(mine, cart, o, due));
    return from.some((cart) => !isDenied(cart)) ? [] : [`O3: ${trigger} ${id} was denied, or rests on nothing`];
  });
}

/** O4, where all came under the user, in order and in time. */
function exactly(mine: Case, trigger: keyof typeof REPEATS, key: number): readonly string[] {
  const all = [...named(mine, 'a', key), ...named(mine, 'b', key)].sort((x, y) => x.at - y.at);
  if (!all.every((one, i) => isOrderly(one, all[i - 1]))) return [];
  const expected = ends(all, REPEATS[trigger] === 'restart');
  const fired = named(mine, 'a', key).map(({ at }) => at + WINDOW_MS).filter((end) => firingsAt(mine, trigger, key, end) > 0); // prettier-ignore
  const twice = expected.filter((end) => firingsAt(mine, trigger, key, end) > 1);
  const same = twice.length === 0 && expected.join() === fired.sort((x, y) => x - y).join();
  return same ? [] : [`O4: ${trigger} of ${mine.human}, key ${key}: ${fired.join()} instead of ${expected.join()}`];
}

const isOrderly = ({ deed, at, known, offset, claimed }: Witnessed, before: Witnessed | undefined): boolean =>
  deed.person.startsWith('u:') &&
  at >= BEGIN &&
  known < at + SETTLE_MS &&
  (before === undefined ||
    (before.at < at && before.offset < offset && before.received <= claimed && before.deed.person === deed.person));

/** When each attempt ends with nothing bought. */
function ends(all: readonly Witnessed[], restarts: boolean): readonly number[] {
  const found: number[] = [];
  let end: number | undefined;
  for (const { deed, at } of all) {
    if (end !== undefined && at >= end) {
      found.push(end);
      end = undefined;
    }
    if (deed.name === 'b') end = undefined;
    else if (end === undefined || restarts) end = at + WINDOW_MS;
  }
  return end === undefined ? found : [...found, end];
}
