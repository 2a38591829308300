import { encodeTaskInput, TOPICS } from '@tripline/model';
import { control } from '../processor/events.mjs';

export const WINDOW_MS = 4_000;
export const SETTLE_MS = 1_000;

const common = { kind: 'trigger', purpose: 'transactional', do: [{ id: 'mail', email: 'probe' }] };
const TRIGGERS = [
  { ...common, name: 'arrival', when: [{ event: 'probe.sent' }] },
  {
    ...common,
    name: 'absence',
    when: [{ event: 'probe.opened' }, { not: 'probe.done', for: `${WINDOW_MS / 1_000}s` }],
    time: { settle: `${SETTLE_MS / 1_000}s` },
  },
];

const published = (document) =>
  encodeTaskInput({
    kind: 'control',
    name: document.name,
    revision: 1,
    change: { type: 'publish', version: 1, document, openRuns: 'drain' },
  });

/** Publishes the probes' triggers, and the abandoned cart that the load is for, as the control plane does: to every task. */
export async function publish(log, partitions) {
  const values = [control(), ...TRIGGERS.map(published)];
  const all = Array.from({ length: partitions }, (_, partition) =>
    values.map((value) => ({ topic: TOPICS.events, key: null, partition, value })),
  );
  await log.append(all.flat());
}
