// `npm run bench -- NAME`: installs and builds what is missing, then runs bench/NAME.mjs. Without a name: which there are.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { install, nx, root, run } from './ready.mjs';

const [name, ...rest] = process.argv.slice(2);
const file = join(root, 'bench', `${name}.mjs`);
if (name === undefined || !existsSync(file)) {
  const names = readdirSync(join(root, 'bench'))
    .filter((f) => f.endsWith('.mjs'))
    .map((f) => f.slice(0, -4));
  console.error(`usage: npm run bench -- NAME\n  NAME: ${names.join(', ')}`);
  process.exit(2);
}
install();
const built = nx('run-many', '-t', 'build', '--output-style=static');
process.exit(built !== 0 ? built : run(process.execPath, [file, ...rest]));
