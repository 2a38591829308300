import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { OperatingError } from '@tripline/kernel';
import ipaddr from 'ipaddr.js';

/** The code of the error with which a lookup or a call ends that led to an address of ours. */
export const PRIVATE_ADDRESS = 'EPRIVATEADDRESS';

type Callback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;
export type Lookup = (hostname: string, options: LookupOptions, callback: Callback) => void;

type Range = ReturnType<typeof ipaddr.parseCIDR>;

/**
 * Says which addresses a webhook may be sent to: public ones, and those a developer allowed. Loopback, private, link-local, carrier-grade,
 * multicast, and addresses that wrap such a one (`::ffff:127.0.0.1`, NAT64, 6to4, Teredo) are ours.
 */
export class AddressGuard {
  readonly #allowed: readonly Range[];

  /** `allow` holds addresses and ranges (`127.0.0.1`, `10.0.0.0/8`); anything else is an error, code `bad-range`. */
  constructor(allow: readonly string[] = []) {
    this.#allowed = allow.map(parseRange);
  }

  /** May a connection be made to this address? False also for what is no address. */
  allows(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const ip = ipaddr.process(address);
    return isPublic(ip) || this.#allowed.some((range) => within(ip, range));
  }

  /** Resolves a name as `dns.lookup`, and fails where any of its addresses is not allowed: what was looked at is what is connected to. */
  readonly lookup: Lookup = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const first = addresses[0];
      if (first === undefined || !addresses.every(({ address }) => this.allows(address))) return callback(privateAddress(), []);
      if (options.all === true) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

/** IPv6 in what is given out to the world: the rest is reserved, or wraps an older address (`::7f00:1`). */
const GLOBAL = ipaddr.parseCIDR('2000::/3');
const isPublic = (ip: ReturnType<typeof ipaddr.process>): boolean =>
  ip.range() === 'unicast' && (ip.kind() === 'ipv4' || within(ip, GLOBAL));

const privateAddress = (): NodeJS.ErrnoException =>
  Object.assign(new Error('the name leads to an address that webhooks may not be sent to'), { code: PRIVATE_ADDRESS });

const within = (ip: ReturnType<typeof ipaddr.process>, range: Range): boolean => ip.kind() === range[0].kind() && ip.match(range);

function parseRange(text: string): Range {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const ip = ipaddr.process(text);
    return [ip, ip.kind() === 'ipv4' ? 32 : 128];
  } catch (cause) {
    throw new OperatingError('bad-range', 'never', `${JSON.stringify(text)} is neither an address nor a range`, { cause });
  }
}
