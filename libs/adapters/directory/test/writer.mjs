// Puts one object again and again, each time with other bytes, until it is killed. Says so once the first is there.
import { openDirectoryObjects } from '../dist/index.js';

const shelf = await openDirectoryObjects(process.argv[2]);
for (let i = 0; ; i++) {
  await shelf.put('a/busy', new Uint8Array(2_000_000).fill(i));
  if (i === 0) console.log('busy');
}
