/**
 * A demo shop: a few visitors do what visitors do, told to Tripline by Segment's SDK as it is. Prints what each did and what should come
 * of it, and stops. Each run has visitors of its own, so it can be run again at any time.
 *
 *   node examples/shop/shop.mjs          TRIPLINE_URL and WRITE_KEY may be set
 */
import { Analytics } from '@segment/analytics-node';

const host = process.env.TRIPLINE_URL ?? 'http://127.0.0.1:8080';
const writeKey = process.env.WRITE_KEY ?? 'demo';
const run = Math.floor(Date.now() / 1000)
  .toString(36)
  .slice(-4);

const GOODS = {
  lamp: { sku: 'lamp', name: 'Reading lamp, brass', price: 89 },
  rug: { sku: 'rug', name: 'Wool rug, 120 × 180', price: 149 },
  throw: { sku: 'throw', name: 'Linen throw, oat', price: 64 },
  bulb: { sku: 'bulb', name: 'Light bulb', price: 4 },
};

const VISITORS = [
  {
    name: 'Ada',
    does: 'puts a lamp and two throws in the cart, and walks away',
    expect: 'one mail, an hour later',
    steps: ({ add }) => [add('lamp'), add('throw', 2)],
  },
  { name: 'Bob', does: 'fills a cart and buys', expect: 'no mail', steps: ({ add, buy }) => [add('rug'), buy()] },
  {
    name: 'Cleo',
    does: 'fills two carts, and buys one of them',
    expect: 'one mail, about the other cart',
    steps: ({ add, buy }) => [add('lamp', 1, 'a'), add('rug', 1, 'b'), buy('b')],
  },
  {
    name: 'Dora',
    does: 'takes a rug, puts it back, keeps the throw, walks away',
    expect: 'one mail, about the throw alone',
    steps: ({ add, remove }) => [add('rug'), add('throw'), remove('rug')],
  },
  { name: 'Emil', does: 'wants two light bulbs', expect: 'no mail: a cart below 20', steps: ({ add }) => [add('bulb', 2)] },
  {
    name: 'Finn',
    traits: { email: undefined },
    does: 'walks away like Ada, but left no address',
    expect: 'no mail: dropped, and the page says why',
    steps: ({ add }) => [add('lamp')],
  },
  {
    name: 'Gina',
    does: 'signs up',
    expect: 'a welcome at once, and two more mails in the week to come',
    steps: ({ track }) => [track('user.signed_up', { plan: 'free' })],
  },
  {
    name: 'Hugo',
    does: 'logs in, and is not seen again',
    expect: 'a mail after 30 days, a last one after 44',
    steps: ({ track }) => [track('login', {})],
  },
];

const analytics = new Analytics({ writeKey, host, flushAt: 1, maxRetries: 3 });

/** Resolves when the collector has taken it; rejects with what it said. */
const sent = (call) => new Promise((resolve, reject) => call((error) => (error ? reject(reasonOf(error)) : resolve())));
const reasonOf = (error) => (error instanceof Error ? error : new Error(error.reason?.message ?? JSON.stringify(error)));

function actionsOf(userId) {
  const track = (event, properties) => () => sent((done) => analytics.track({ userId, event, properties }, done));
  const cartId = (cart) => `${userId}-${cart}`;
  return {
    track,
    add: (sku, quantity = 1, cart = 'cart') => {
      const item = GOODS[sku];
      return track('cart.item_added', { cartId: cartId(cart), ...item, quantity, value: item.price * quantity });
    },
    remove: (sku, cart = 'cart') => track('cart.item_removed', { cartId: cartId(cart), sku }),
    buy: (cart = 'cart') => track('order.completed', { cartId: cartId(cart), orderId: `${cartId(cart)}-order` }),
  };
}

/** One visitor, one thing after the other: what happens is in the order in which it happened. */
async function visit({ name, traits, does, expect, steps }) {
  const userId = `${name.toLowerCase()}-${run}`;
  const known = { name, email: `${userId}@shop.example`, country: 'DE', ...traits };
  await sent((done) => analytics.identify({ userId, traits: known }, done));
  for (const step of steps(actionsOf(userId))) await step();
  console.log(`  ${userId.padEnd(10)} ${does}\n  ${''.padEnd(10)} → ${expect}\n`);
}

console.log(`\nA demo shop, talking to ${host}\n`);
try {
  for (const visitor of VISITORS) await visit(visitor);
  await analytics.closeAndFlush({ timeout: 5_000 });
  console.log(`Now open ${host} and skip ahead 1 h, or:  npx tripline clock +1h`);
  console.log('Deadlines wait ten more seconds for stragglers; then the mails are there.\n');
} catch (error) {
  console.error(`Tripline at ${host} did not take it: ${error.message}`);
  console.error('Is it running? Start it with: npm start');
  process.exitCode = 1;
}
