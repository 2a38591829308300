// Commits 300 people of 2,000 bytes each, `commits` times; prints what became of each. Run by the spec, with files limited in size.
import { LmdbStateStore } from '@tripline/adapters-lmdb';

const [dir, commits] = [process.argv[2], Number(process.argv[3])];
const task = await new LmdbStateStore(dir).open(0);
const bytes = new Uint8Array(2_000);
for (let k = 1; k <= commits; k++) {
  const people = new Map(Array.from({ length: 300 }, (_, i) => [`u:${k}-${i}`, bytes]));
  const change = {
    checkpoint: { next: k, clock: k },
    people,
    timersRemoved: [],
    timersAdded: [{ due: k, deadline: k, person: 'u' }],
  };
  const became = await task.commit(change).then(
    () => 'written',
    ({ name, code, retry, message }) => [name, code, retry, message].join(' '),
  );
  process.stdout.write(`${k} ${became}\n`);
}
await task.close();
