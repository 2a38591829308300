import type { Chance } from '@tripline/testing-simulation';

/** What somebody does, and when, in milliseconds after they appear. */
export type Deed = {
  readonly afterMs: number;
  readonly call: Readonly<Record<string, unknown>>;
  readonly what: 'cart' | 'order' | 'login' | 'view';
};

/**
 * Somebody with one cart. `abandons`: they never order. `buys`: within the window. `buys-elsewhere`: within the window on a device that is linked to them before
 * the deadline. `buys-late`: after it.
 */
export type Human = { readonly id: string; readonly kind: Kind; readonly deeds: readonly Deed[] };
export type Kind = (typeof KINDS)[number];
const KINDS = ['abandons', 'buys', 'buys', 'buys', 'buys-elsewhere', 'buys-late'] as const;

export const addressOf = (id: string): string => `${id}@shop.example`;

/** The same chance, the same people. `views` are events that no trigger names. */
export function humanOf(id: string, windowMs: number, views: number, chance: Chance): Human {
  const kind = chance.one(KINDS);
  const within = (from: number, to: number): number => chance.between(from * windowMs, to * windowMs);
  const track = (event: string, who: object): Deed['call'] => ({
    type: 'track',
    event,
    properties: { cartId: `cart-${id}` },
    ...who,
  });
  const user = { userId: id };
  const device = { anonymousId: `device-${id}` };
  const login = (afterMs: number, who: object): Deed => ({
    ...{ afterMs, what: 'login' },
    call: { type: 'identify', traits: { email: addressOf(id) }, ...user, ...who },
  });
  const deeds: Deed[] = [login(0, {}), { afterMs: 1, what: 'cart', call: track('chaos.added', user) }];
  const order = (afterMs: number, who: object): number =>
    deeds.push({ afterMs, what: 'order', call: track('chaos.ordered', who) });
  if (kind === 'buys') order(within(0.1, 0.6), user);
  if (kind === 'buys-late') order(within(1.6, 2), user);
  if (kind === 'buys-elsewhere') {
    order(within(0.1, 0.6), device);
    deeds.push(login(within(0.1, 0.6), device));
  }
  for (let i = 0; i < views; i++) deeds.push({ afterMs: within(0, 1), what: 'view', call: track('chaos.viewed', user) });
  return { id, kind, deeds: deeds.sort((a, b) => a.afterMs - b.afterMs) };
}
