import { makeInstant, type Json, type JsonObject } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { makeEvent, START } from './nouns.js';

/** The document of a trigger: a cart and no order within the hour, one mail. Fields given replace; undefined takes one away. */
export function makeTriggerDocument(fields: { readonly [field: string]: Json | undefined } = {}): JsonObject {
  const document: { readonly [field: string]: Json | undefined } = {
    kind: 'trigger',
    name: 'abandoned-cart',
    purpose: 'marketing',
    by: 'cartId',
    when: [{ event: 'cart.item_added' }, { not: 'order.completed', for: '1h' }],
    do: [{ id: 'mail', email: 'cart-reminder' }],
    ...fields,
  };
  return Object.fromEntries(Object.entries(document).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** An event that happened, and reached us, this many milliseconds after `START`. */
export const eventAt = (ms: number, name: string, properties: JsonObject = {}, fields: Partial<Event> = {}): Event =>
  makeEvent({ name, timestamp: makeInstant(START + ms), received: makeInstant(START + ms), properties, ...fields });
