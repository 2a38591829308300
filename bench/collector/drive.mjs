import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { AUTHORIZATION, track } from '../shared/calls.mjs';

/** Calls a request, and requests on their way at once. */
export const WAYS = { batches: { calls: 100, abreast: 8 }, singly: { calls: 1, abreast: 64 } };

/** Posts `events` calls in requests of `way.calls`; answers the seconds it took, of the clock and of the service's CPU. */
export async function drive(service, way, events) {
  const agent = new Agent({ keepAlive: true, maxSockets: way.abreast });
  const bodies = Array.from({ length: 50 }, (_, i) => bodyOf(way, i));
  const requests = Math.ceil(events / way.calls);
  const path = way.calls === 1 ? '/v1/track' : '/v1/batch';
  let next = 0;
  const cpu = service.cpuSeconds();
  const began = performance.now();
  const one = async () => {
    while (next < requests) await postOne(agent, `${service.url}${path}`, bodies[next++ % bodies.length]);
  };
  await Promise.all(Array.from({ length: way.abreast }, one));
  const wallSeconds = (performance.now() - began) / 1_000;
  const cpuSeconds = service.cpuSeconds() - cpu;
  agent.destroy();
  const sent = requests * way.calls;
  return { events: sent, wallSeconds, cpuSeconds, perCpuSecond: Math.round(sent / cpuSeconds) };
}

/** As SDKs send it: with an id of their own. */
const callOf = (user, properties) => ({ ...track(user, 'cart.item_added', properties), messageId: randomUUID() });

function bodyOf(way, i) {
  const properties = { cartId: `cart-${i}`, sku: `sku-${i}`, value: 49.9, url: `https://shop.example/p/${i}` };
  const calls = Array.from({ length: way.calls }, (_, j) => callOf(`user-${i * 100 + j}`, properties));
  return Buffer.from(JSON.stringify(way.calls === 1 ? calls[0] : { batch: calls }));
}

function postOne(agent, url, body) {
  const headers = { authorization: AUTHORIZATION, 'content-type': 'application/json', 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`))));
    });
    sending.on('error', reject);
    sending.end(body);
  });
}
