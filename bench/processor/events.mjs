import { plus, milliseconds, makeInstant } from '@tripline/kernel';
import { encodeTaskInput } from '@tripline/model';

/** A generator with a seed, so that each run reads the same events (mulberry32). */
export function makeRandom(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const TRIGGER = {
  kind: 'trigger',
  name: 'abandoned-cart',
  purpose: 'marketing',
  by: 'cartId',
  when: [
    { event: 'cart.item_added', where: 'value >= 20', as: 'cart' },
    { not: 'order.completed', for: '1h' },
  ],
  onRepeat: 'restart',
  do: [{ id: 'mail', email: 'cart-reminder' }],
  exit: [{ event: 'order.completed' }],
};

export const control = () =>
  encodeTaskInput({
    kind: 'control',
    name: TRIGGER.name,
    revision: 1,
    change: { type: 'publish', version: 1, document: TRIGGER, openRuns: 'drain' },
  });

const hex = (random, digits) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');

/** An event of a shop as it lies in the log, and its key. */
function encode(person, name, id, at, properties) {
  const event = {
    kind: 'event',
    name,
    id,
    person,
    type: 'track',
    timestamp: at,
    received: at,
    properties,
    source: 'shop',
  };
  return { key: person, value: encodeTaskInput(event) };
}

/** Event `i` of a shop: 20 % carts, 10 % orders, 70 % views that no trigger names; about 300 bytes. Answers its key and bytes. */
export function makeEvent(random, i, users, start, everyMs) {
  const user = Math.floor(random() * users);
  const kind = random();
  const name = kind < 0.2 ? 'cart.item_added' : kind < 0.3 ? 'order.completed' : 'product.viewed';
  const at = plus(makeInstant(start), milliseconds(Math.floor(i * everyMs)));
  const properties = {
    cartId: `cart-${user}`,
    sku: `sku-${Math.floor(random() * 5000)}`,
    value: Math.floor(random() * 10_000) / 100,
    url: `https://shop.example/p/${hex(random, 8)}`,
  };
  return encode(`u:user-${user}`, name, `m-${i}-${hex(random, 12)}`, at, properties);
}

/** One thing that this user puts into a cart, worth enough to be waited for. */
export const cartOf = (user, at) =>
  encode(`u:user-${user}`, 'cart.item_added', `m-${user}`, makeInstant(at), {
    cartId: `cart-${user}`,
    sku: `sku-${user % 5000}`,
    value: 49.9,
    url: 'https://shop.example/p/1',
  });

export const tick = (upTo) => encodeTaskInput({ kind: 'tick', upTo: makeInstant(Math.floor(upTo)) });
