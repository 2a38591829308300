// Commits for ever: change k gives every person the text k. Prints k once it is durable. Run by the spec, which kills it.
import { LmdbStateStore } from '@tripline/adapters-lmdb';

const [dir, count] = [process.argv[2], Number(process.argv[3])];
const task = await new LmdbStateStore(dir).open(0);
for (let k = (task.checkpoint()?.next ?? 0) + 1; ; k++) {
  const bytes = new TextEncoder().encode(String(k));
  const people = new Map(Array.from({ length: count }, (_, i) => [`u:${i}`, bytes]));
  const timer = (at) => ({ due: at, deadline: at, person: 'u:0' });
  await task.commit({ checkpoint: { next: k, clock: k }, people, timersRemoved: [timer(k - 1)], timersAdded: [timer(k)] });
  process.stdout.write(`${k}\n`);
}
