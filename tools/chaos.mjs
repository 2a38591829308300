// `npm run chaos`: installs and builds what is missing, then kills everything at random while people shop, on a real Kafka and PostgreSQL.
import { join } from 'node:path';
import { install, nx, root, run } from './ready.mjs';

install();
const built = nx('run-many', '-t', 'build', '-p', '@tripline/testing-chaos', '--output-style=static');
const main = join(root, 'libs', 'testing', 'chaos', 'dist', 'main.js');
process.exit(built !== 0 ? built : run(process.execPath, [main, ...process.argv.slice(2)]));
