// Writes `schemas/trigger.schema.json`, what editors check a trigger against. `node tools/schema.mjs`, after a change of the language.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, install, root } from './ready.mjs';

install();
build('model');
const { triggerJsonSchema } = await import(pathToFileURL(join(root, 'libs/core/model/dist/index.js')).href);
mkdirSync(join(root, 'schemas'), { recursive: true });
writeFileSync(join(root, 'schemas/trigger.schema.json'), `${JSON.stringify(triggerJsonSchema(), null, 2)}\n`);
