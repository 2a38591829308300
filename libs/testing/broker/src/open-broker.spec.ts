import { expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { describeWithBroker } from './describe-with-broker.js';

const accepts = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [host = '', port] = address.split(':');
    const socket = connect({ host, port: Number(port) }, () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });

describeWithBroker('a real Kafka for tests', (broker) => {
  test('is there when the first test runs', async () => {
    expect(await accepts(broker().brokers[0]!)).toBe(true);
  });

  test('goes away when killed, and comes back at the same address', async () => {
    if (!broker().ours) return;
    const [address] = broker().brokers;
    await broker().kill();
    expect(await accepts(address!)).toBe(false);
    await broker().restart();
    expect(broker().brokers).toEqual([address]);
    expect(await accepts(address!)).toBe(true);
  }, 120_000);
});
