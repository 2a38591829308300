import { describe, expect, it } from '@jest/globals';
import { encodeUtf8 } from '@tripline/kernel';
import { encodeTaskInput, TOPICS } from '@tripline/model';
import { makeAction, makeEvent, makeReceipt, makeRecall } from '@tripline/testing-builders';
import { ControlRig, eventually } from './control.rig.js';

const rig = new ControlRig();

describe('the live view', () => {
  it('tells events, firings, recalls and outcomes as they come, and ends with the application', async () => {
    const own = await rig.open();
    const response = await fetch(`${own.url}/api/live`);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const seen: { kind: string }[] = [];
    const reading = (async () => {
      for await (const chunk of response.body!)
        for (const [, data] of Buffer.from(chunk)
          .toString()
          .matchAll(/^data: (.*)$/gm))
          seen.push(JSON.parse(data!));
    })().catch(() => undefined);
    const json = (value: object): Uint8Array => encodeUtf8(JSON.stringify(value));
    const old = makeEvent({ name: 'imported', historical: true });
    await rig.log.append([
      { topic: TOPICS.events, key: 'u:ada', value: encodeTaskInput({ kind: 'event', ...old }) },
      { topic: TOPICS.events, key: 'u:ada', value: encodeTaskInput({ kind: 'event', ...makeEvent({ name: 'product.viewed' }) }) },
      { topic: TOPICS.actions, key: 'u:ada', value: json(makeAction()) },
      { topic: TOPICS.actions, key: 'u:ada', value: json(makeRecall()) },
      { topic: TOPICS.receipts, key: 'u:ada', value: json(makeReceipt({ status: 'dropped', reason: 'no-consent' })) },
    ]);
    await eventually(() => Promise.resolve(seen.length >= 4 ? true : undefined));
    expect(seen.sort((a, b) => (a.kind < b.kind ? -1 : 1))).toMatchObject([
      { kind: 'event', name: 'product.viewed', person: 'u:ada' },
      { kind: 'firing', trigger: 'abandoned-cart', step: 'mail' },
      { kind: 'outcome', status: 'dropped', reason: 'no-consent' },
      { kind: 'recall', reason: 'exit' },
    ]);
    const began = Date.now();
    await own.app.close();
    await reading;
    expect(Date.now() - began).toBeLessThan(3_000);
  });
});
