import { describe, expect, test } from '@jest/globals';
import { AddressGuard, PRIVATE_ADDRESS } from './address-guard.js';

const guard = new AddressGuard();
const looked = (hostname: string, from = guard, all = true) =>
  new Promise((resolve) => {
    from.lookup(hostname, { all }, (error, address, family) => resolve(error === null ? { address, family } : error.code));
  });

describe('AddressGuard', () => {
  test.each(['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946', '::ffff:93.184.216.34'])('%s is public', (address) => {
    expect(guard.allows(address)).toBe(true);
  });

  test.each([
    ...['127.0.0.1', '127.8.8.8', '0.0.0.0', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1'],
    ...['224.0.0.1', '255.255.255.255', '192.0.2.1', '240.0.0.1', '::', '::1', 'fe80::1', 'fc00::1', 'ff02::1', '2001:db8::1'],
    ...[
      '::ffff:127.0.0.1',
      '::ffff:a9fe:a9fe',
      '::7f00:1',
      '64:ff9b::7f00:1',
      '4000::1',
      '2002:7f00:1::1',
      '2001:0:1::1',
      'localhost',
      '',
    ],
  ])('%s is not', (address) => {
    expect(guard.allows(address)).toBe(false);
  });

  test('a developer may allow addresses and ranges', () => {
    const open = new AddressGuard(['127.0.0.1', '10.0.0.0/8', 'fc00::/7']);
    expect(['127.0.0.1', '10.255.0.1', 'fc00::5', '::ffff:10.0.0.1'].map((a) => open.allows(a))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['127.0.0.2', '11.0.0.1x', '192.168.0.1', '::1'].map((a) => open.allows(a))).toEqual([false, false, false, false]);
  });

  test.each(['localhost', '10.0.0.0/99', 'x/8'])('%s is no range', (text) => {
    expect(() => new AddressGuard([text])).toThrow(/neither an address nor a range/);
  });

  test('a name that leads to an address of ours does not resolve', async () => {
    expect(await looked('localhost')).toBe(PRIVATE_ADDRESS);
    expect(await looked('localhost', guard, false)).toBe(PRIVATE_ADDRESS);
  });

  test('an allowed one does, in both forms a lookup is asked for', async () => {
    const open = new AddressGuard(['127.0.0.0/8', '::1']);
    expect(await looked('localhost', open)).toEqual({
      address: expect.arrayContaining([{ address: expect.any(String), family: expect.any(Number) }]),
      family: undefined,
    });
    expect(await looked('localhost', open, false)).toEqual({ address: expect.any(String), family: expect.any(Number) });
  });

  test('a name that is none fails as a lookup does', async () => {
    expect(await looked('nowhere.invalid')).toMatch(/^E(NOTFOUND|AI_AGAIN)$/);
  });
});
