// What a task of so many people costs in memory and on disk: each has one open cart.
// npm run bench -- memory [--users 100000 --users 1000000]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openBroker } from '@tripline/testing-broker';
import { fillPeople } from './memory/fill-people.mjs';
import { measure } from './shared/child.mjs';
import { goal, keepResults, thousands, where } from './shared/results.mjs';

const { values } = parseArgs({ options: { users: { type: 'string', multiple: true, default: ['100000', '1000000'] } } });
const sizes = values.users.map(Number);
/** Of the largest over the smallest: memory that does not grow with the people. */
const FLAT = 1.5;

const rows = [];
for (const users of sizes) {
  const broker = await openBroker(1_024);
  if ('unavailable' in broker) {
    console.error(broker.unavailable);
    process.exit(1);
  }
  const work = await mkdtemp(join(tmpdir(), 'tripline-memory-'));
  try {
    const records = await fillPeople(broker.brokers, users);
    rows.push({
      users,
      ...(await measure('processor/measure-task.mjs', broker.brokers.join(), join(work, 'state'), records, 1)),
    });
    console.log(`${users} people: ${rows.at(-1).anonMiB} MiB of its own, ${rows.at(-1).stateMiB} MiB on disk`);
  } finally {
    await broker.stop();
    await rm(work, { recursive: true, force: true });
  }
}
const growth = rows.at(-1).anonMiB / rows[0].anonMiB;
const cells = (row) =>
  [row.users, row.anonMiB, row.rssMiB, row.stateMiB, (row.stateMiB * 2 ** 20) / row.users].map((n) => thousands(n)).join(' | ');
const page = `# memory

One task, one partition; everybody has put one thing into a cart, and it is waited for. Memory at the end of reading them all: the process's own (heap, stacks, caches), and with the pages of the store's file that are mapped, which the system takes back when it needs them.

| people | own memory, MiB | with mapped pages, MiB | disk, MiB | bytes of disk a person |
| --- | --- | --- | --- | --- |
${rows.map((row) => `| ${cells(row)} |`).join('\n')}

${goal(`Own memory grew ${growth.toFixed(2)} times from ${thousands(rows[0].users)} to ${thousands(rows.at(-1).users)} people; goal at most ${FLAT}`, growth <= FLAT)}.

${where()}`;
const bars = rows.map((row) => [`${thousands(row.users)} people`, row.anonMiB]);
await keepResults('memory', { data: { growth, rows }, page, bars: { title: 'Memory of a task', unit: 'MiB of its own', bars } });
