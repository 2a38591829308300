// `npm run simulate -- --seeds 10000`: installs and builds what is missing, then simulates seed after seed. `--seed N` shows one again.
import { join } from 'node:path';
import { install, nx, root, run } from './ready.mjs';

install();
const built = nx('run-many', '-t', 'build', '-p', '@tripline/testing-simulation', '--output-style=static');
const main = join(root, 'libs', 'testing', 'simulation', 'dist', 'main.js');
process.exit(built !== 0 ? built : run(process.execPath, [main, ...process.argv.slice(2)]));
