import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatDuration, makeDuration } from '@tripline/kernel';
import type { Kept } from '@tripline/ports';
import { freePort, ServiceProcess } from './service-process.js';
import { ask, post, type System } from './system.js';

const HOUR_MS = 3_600_000;

/** `apps/standalone` in a process of its own, with the one-hour windows of real triggers: the log's clock is moved ahead. */
export async function openEmbeddedSystem(): Promise<System> {
  const directory = await mkdtemp(join(tmpdir(), 'tripline-e2e-'));
  const standalone = new ServiceProcess('standalone', await freePort(), {
    DATA_DIR: directory,
    PARTITIONS: '4',
    LOG_LEVEL: 'warn',
  });
  await standalone.start();
  return {
    collectorUrl: standalone.url,
    controlUrl: standalone.url,
    writeKey: 'demo',
    window: { text: '1h', ms: HOUR_MS },
    settle: { text: '10s', ms: 10_000 },
    partitions: 4,
    pass: async (ms) => void (await post(`${standalone.url}/api/clock`, { advance: formatDuration(makeDuration(ms)) })),
    killProcessor: async () => {
      await standalone.kill();
      await standalone.start();
    },
    mailsTo: async (address) => {
      const { mail } = await ask<{ mail: Kept[] }>(`${standalone.url}/api/mailbox?max=500`);
      return mail.filter(({ to }) => to === address).length;
    },
    stop: async () => {
      await standalone.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
