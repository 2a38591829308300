// `npm start`: installs and builds what is missing, then runs the whole system in this process.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, install, root } from './ready.mjs';

install();
build('standalone');
await import(pathToFileURL(join(root, 'apps/standalone/dist/main.js')).href);
