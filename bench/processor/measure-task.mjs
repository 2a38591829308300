// The processor as it runs: Kafka, LMDB with durable checkpoints, outputs acknowledged. Prints its costs.
import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openKafkaLog } from '@tripline/adapters-kafka';
import { LmdbStateStore } from '@tripline/adapters-lmdb';
import { SystemClock } from '@tripline/adapters-system';
import { Processor } from '@tripline/services-processor';
import { makeWatch, startCosts } from './quiet.mjs';
import { makeWarm } from './warm.mjs';

const [brokers, dir, wanted, partitions] = [
  process.argv[2].split(','),
  process.argv[3],
  Number(process.argv[4]),
  Number(process.argv[5]),
];
const watch = makeWatch();
const clock = new SystemClock();
const log = await openKafkaLog({ brokers, clientId: 'bench-task', watch });
const processor = new Processor({ log, clock, watch, partitions, store: new LmdbStateStore(dir) });
/** By where the tasks stand: each partition begins at 0. The counter of records counts one anew for each slice of a tick's work. */
const read = () => processor.tasks().reduce((sum, { position }) => sum + position, 0);

const costs = startCosts();
const warm = makeWarm(costs, wanted);
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
// Ticks of its own are left out: what is measured is the topic as it was filled.
const reading = await log.read(processor.subscription());
for (; read() < wanted; warm.look(read())) await new Promise((resolve) => setTimeout(resolve, 20));
const records = read();
await reading.close();
const { cpuSeconds, wallSeconds } = costs();
delay.disable();
await log.close();

const checkpoints = watch.seconds.get('tripline_processor_checkpoint_seconds') ?? [];
let stateBytes = 0;
for (const task of await readdir(dir)) stateBytes += (await stat(join(dir, task, 'data.mdb'))).size;
/** Memory that no file is behind, where the system tells (Linux). */
const anonMiB = process.platform === 'linux' ? Math.round(Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1_024) : undefined; // prettier-ignore
const count = (name) => watch.counts.get(`tripline_processor_${name}_total`) ?? 0;
console.log(
  JSON.stringify({
    records,
    cpuSeconds,
    wallSeconds,
    perCpuSecond: Math.round(records / cpuSeconds),
    warmPerCpuSecond: warm.rate(records, cpuSeconds),
    parsed: count('parsed'),
    mails: count('fired'),
    outputs: count('outputs'),
    checkpoints: checkpoints.length,
    checkpointMaxSeconds: Math.max(0, ...checkpoints),
    loopDelayMaxMs: Math.round(delay.max / 1e6),
    loopDelayP99Ms: Math.round(delay.percentile(99) / 1e6),
    anonMiB,
    rssMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
    stateMiB: Math.round(stateBytes / 2 ** 20),
  }),
);
