import { expect, test } from '@jest/globals';
import { addressOf, needsAddress, normaliseAddress } from './address.js';

test('an e-mail address is the trait `email`, trimmed; what is not one is none', () => {
  expect(addressOf('email', { email: ' Ada@Shop.example ' })).toBe('Ada@Shop.example');
  for (const email of [
    '',
    'ada',
    'ada@',
    '@shop.example',
    'a@b@c',
    'a b@c.example',
    'a@c.example\nBcc: x@y.example',
    'a,b@c.example',
    7,
    null,
  ])
    expect(addressOf('email', { email })).toBeUndefined();
  expect(addressOf('email', { email: `${'a'.repeat(250)}@b.example` })).toBeUndefined();
  expect(addressOf('email', {})).toBeUndefined();
});

test('a phone number is the trait `phone` with its country, however it is grouped', () => {
  expect(addressOf('sms', { phone: '+49 (151) 123-456 78' })).toBe('+4915112345678');
  expect(addressOf('sms', { phone: '0049/151.1234567' })).toBe('+491511234567');
  for (const phone of ['0151 1234567', '+12', '+1234567890123456', 'call me', 4915112345678])
    expect(addressOf('sms', { phone })).toBeUndefined();
});

test('the web and webhooks need no address', () => {
  expect(['email', 'sms', 'web', 'webhook'].map((channel) => needsAddress(channel as 'web'))).toEqual([true, true, false, false]);
  expect(addressOf('web', { email: 'ada@shop.example' })).toBeUndefined();
});

test('spellings of one address are one', () => {
  expect(normaliseAddress('email', ' ADA@Shop.Example')).toBe(normaliseAddress('email', 'ada@shop.example'));
  expect(normaliseAddress('sms', '0049 151 1234567')).toBe('+491511234567');
  expect(normaliseAddress('sms', 'x')).toBe('x');
});
