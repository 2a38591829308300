import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedSystem } from './embedded-system.js';
import { Shopper } from './shopper.js';
import { ask, eventually, post, whyOf, type System } from './system.js';

const LONG_MS = 240_000;
const DOCUMENTS = `kind: template
name: e2e-mail
channel: email
subject: Hello
text: Hello
---
kind: trigger
name: at-nine
purpose: transactional
when: [{ event: visit }]
do: [{ wait: { at: "09:00" } }, { id: mail, email: e2e-mail }]
`;

describe('the default zone', () => {
  let system: System;
  let shopper: Shopper;
  beforeAll(async () => {
    system = await openEmbeddedSystem();
    shopper = new Shopper(system);
    await post(`${system.controlUrl}/api/triggers`, DOCUMENTS);
  }, LONG_MS);
  afterAll(async () => {
    await shopper.close();
    await system.stop();
  }, LONG_MS);

  /** At what time of day, in UTC, the person is written to. */
  async function waits(user: string): Promise<string> {
    await shopper.track(user, 'visit');
    return eventually(`${user} to wait`, async () => {
      const told = await whyOf(system, user, 'at-nine').then(
        (why) => why.told,
        () => [],
      );
      const begins = told.find(({ what }) => what === 'wait.begins');
      return begins === undefined ? undefined : (begins.detail as { until: string }).until.slice(11, 16);
    });
  }

  it(
    'changes what begins to wait from its record on, also after a kill, and nothing that waits',
    async () => {
      expect(await waits('ada')).toBe('09:00');
      const url = `${system.controlUrl}/api/settings`;
      const init = { method: 'PUT', body: '{"zone":"Asia/Tokyo"}', headers: { 'content-type': 'application/json' } };
      expect(await ask(url, init)).toMatchObject({ zone: 'Asia/Tokyo' });
      const tokyo = async (user: string): Promise<true | undefined> => ((await waits(user)) === '00:00' ? true : undefined);
      let i = 0;
      await eventually('the record to be in every log', () => tokyo(`bob-${i++}`));
      await system.killProcessor();
      await eventually('the tasks to go on', () => tokyo(`cy-${i++}`));
      expect(await waits('ada')).toBe('09:00');
      expect(await ask(url)).toMatchObject({ zone: 'Asia/Tokyo' });
    },
    LONG_MS,
  );
});
