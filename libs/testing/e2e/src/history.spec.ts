import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedSystem } from './embedded-system.js';
import { Shopper } from './shopper.js';
import { ask, eventually, messagesOf, post, type System } from './system.js';

const BIN = fileURLToPath(new URL('../../../../apps/cli/bin/tripline.mjs', import.meta.url));
const DAY_MS = 86_400_000;
const LONG_MS = 240_000;

const DOCUMENTS = `kind: template
name: e2e-mail
channel: email
subject: Hello
text: Hello
---
kind: segment
name: regulars
let: { orders: { count: order, within: 30d } }
where: orders >= 2
---
kind: trigger
name: newcomer
purpose: transactional
when: [{ event: visit }, { notSeen: order, within: 14d }]
do: [{ id: mail, email: e2e-mail }]
---
kind: trigger
name: regular
purpose: transactional
when: [{ event: visit }]
if: '"regulars" in user.segments'
do: [{ id: mail, email: e2e-mail }]
---
kind: trigger
name: ordered
purpose: transactional
when: [{ event: order }]
do: [{ id: mail, email: e2e-mail }]
`;

describe('history, imported into a system that has just been set up', () => {
  let system: System;
  let shopper: Shopper;
  let folder: string;
  let now: number;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tripline-history-'));
    system = await openEmbeddedSystem();
    shopper = new Shopper(system);
    await post(`${system.controlUrl}/api/triggers`, DOCUMENTS);
    ({ now } = await ask<{ now: number }>(`${system.controlUrl}/api/clock`));
  }, LONG_MS);
  afterAll(async () => {
    await shopper.close();
    await system.stop();
    await rm(folder, { recursive: true, force: true });
  }, LONG_MS);

  const ago = (days: number): string => new Date(now - days * DAY_MS).toISOString();
  async function imported(name: string, lines: readonly string[], ...args: string[]) {
    await writeFile(join(folder, name), lines.join('\n'));
    const env = { ...process.env, TRIPLINE_URL: system.controlUrl };
    return spawnSync(process.execPath, [BIN, 'import', join(folder, name), ...args], { encoding: 'utf8', env });
  }

  it(
    'is known at once: who ordered is no newcomer, who ordered twice is a regular; and nobody hears of what is long over',
    async () => {
      const rows = [`order,ada,${ago(3)},10`, `order,ada,${ago(2)},20`, `order,bob,${ago(20)},30`];
      const ndjson = [JSON.stringify({ event: 'order', userId: 'cy', timestamp: ago(1) })];
      const csv = ['event,userId,timestamp,properties.total', ...rows];
      const first = await imported('events.csv', csv);
      expect([first.status, first.stderr]).toEqual([0, expect.stringMatching(/^3 events imported, 0 problems; /)]);
      for (let i = 0; i < 2; i++) {
        const again = await imported('events.csv', [...csv, ''], '--complete-from', ago(60));
        expect([again.status, again.stderr]).toEqual([0, expect.stringContaining('history is complete from ')]);
      }
      expect((await imported('more.ndjson', ndjson)).status).toBe(0);
      for (const user of ['ada', 'bob', 'cy', 'dan']) await shopper.track(user, 'visit');
      await system.pass(60_000);
      const heard = async (user: string): Promise<string[]> =>
        (await messagesOf(system, user)).map(({ trigger }) => trigger).sort();
      await eventually('all of them to hear what they hear', async () =>
        (await Promise.all(['ada', 'bob', 'dan'].map(heard))).every((all) => all.length > 0) ? true : undefined,
      );
      expect(await Promise.all(['ada', 'bob', 'cy', 'dan'].map(heard))).toEqual([['regular'], ['newcomer'], [], ['newcomer']]);
      const { segments } = await ask<{ segments: readonly object[] }>(`${system.controlUrl}/api/persons/u%3Aada`);
      expect(segments).toMatchObject([{ segment: 'regulars', member: true, values: { orders: 2 } }]);
    },
    LONG_MS,
  );
});
