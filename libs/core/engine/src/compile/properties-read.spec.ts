import { expect, it } from '@jest/globals';
import { propertiesRead } from './properties-read.js';

const read = (text: string): string[] => [...propertiesRead(text, new Set(['user', 'cart', 'mail']))].sort();

it('names the properties an expression needs, bare or of `event`', () => {
  expect(read('value >= 20 && sku != cart.sku')).toEqual(['sku', 'value']);
  expect(read('event.value > 1 && user.plan == "pro" && mail.clicked')).toEqual(['value']);
  expect(read('items.exists(each, each.price > limit)')).toEqual(['items', 'limit']);
  expect(read('[a, {"k": b}][0] > (c ? d : -e)')).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(read('"vip" in user.segments')).toEqual([]);
  expect(read('event == event')).toEqual([]);
});

it('leaves out what may be missing, wherever that is said', () => {
  expect(read('default(value, 0) > 1')).toEqual([]);
  expect(read('has(event.value) && value > 1 && sku == "a"')).toEqual(['sku']);
  expect(read('!(has(address.city) || default(event.zip, "") == zone)')).toEqual(['zone']);
  expect(read('value.default(2) > fallback')).toEqual(['fallback']);
  expect(read('default(a, b) == "has" && c == ["default", c][0]')).toEqual(['b', 'c']);
});

it('names none where it is not in the language', () => {
  expect(read('value >= ')).toEqual([]);
  expect(read('value.matches("a")')).toEqual([]);
});
