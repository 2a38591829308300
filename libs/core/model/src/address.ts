import type { JsonObject } from '@tripline/kernel';
import type { Channel } from './channel.js';

/** The trait that holds a channel's address; channels without one reach a person by their key or not at all (webhook). */
const TRAIT: Partial<Record<Channel, string>> = { email: 'email', sms: 'phone' };

/** RFC 5321, 4.5.3.1.3: a path is at most 256 octets, its brackets included. */
const EMAIL_LENGTH_MAX = 254;
const EMAIL = /^[^\s@<>,;:"\p{Cc}\p{Surrogate}]+@[^\s@<>,;:"\p{Cc}\p{Surrogate}]+$/u;
/** E.164: a plus, the country, at most 15 digits. A number without its country is nobody's. */
const PHONE = /^\+[1-9]\d{6,14}$/;

export const needsAddress = (channel: Channel): boolean => TRAIT[channel] !== undefined;

/** Where a message of this channel goes, by the person's traits; undefined where there is no address, or it is not one. */
export function addressOf(channel: Channel, traits: JsonObject): string | undefined {
  const trait = TRAIT[channel];
  const value = trait === undefined ? undefined : traits[trait];
  if (typeof value !== 'string') return undefined;
  return channel === 'sms' ? phoneOf(value) : emailOf(value);
}

/** One spelling an address, for suppression: two that reach the same box most likely are the same. */
export const normaliseAddress = (channel: Channel, address: string): string =>
  channel === 'sms' ? (phoneOf(address) ?? address.trim()) : address.trim().toLowerCase();

function emailOf(text: string): string | undefined {
  const address = text.trim();
  return address.length <= EMAIL_LENGTH_MAX && EMAIL.test(address) ? address : undefined;
}

function phoneOf(text: string): string | undefined {
  const digits = text.replace(/[\s().\-/]/g, '').replace(/^00/, '+');
  return PHONE.test(digits) ? digits : undefined;
}
