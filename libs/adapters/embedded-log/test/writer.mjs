// Appends batches for ever and prints the end of each partition it was told is durable; killed by kill.spec.ts.
import { pathToFileURL } from 'node:url';

const [, , module, directory] = process.argv;
const { EmbeddedLog } = await import(pathToFileURL(module).href);
const nothing = () => undefined;
const watch = {
  logger: { error: nothing, warn: nothing, info: nothing },
  meter: { count: nothing, gauge: nothing, observe: nothing },
};
const log = new EmbeddedLog({ directory, watch });
await log.ensureTopics([{ name: 't', partitions: 2 }]);
await log.clock.advance(60_000);
for (let i = (await log.bounds('t'))[0].end / 100; ; i++) {
  const entries = Array.from({ length: 200 }, (_, n) => ({
    topic: 't',
    key: null,
    partition: n % 2,
    value: new TextEncoder().encode(String(i * 100 + (n >> 1))),
  }));
  const placed = await log.append(entries);
  process.stdout.write(`${placed.at(-1).offset + 1}\n`);
}
