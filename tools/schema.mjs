// Writes `schemas/`, what editors check documents against. `node tools/schema.mjs`, after a change of the language.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, install, root } from './ready.mjs';

install();
build('model');
const { segmentJsonSchema, settingsJsonSchema, triggerJsonSchema } = await import(
  pathToFileURL(join(root, 'libs/core/model/dist/index.js')).href
);
mkdirSync(join(root, 'schemas'), { recursive: true });
const schemas = { segment: segmentJsonSchema(), settings: settingsJsonSchema(), trigger: triggerJsonSchema() };
for (const [kind, schema] of Object.entries(schemas))
  writeFileSync(join(root, `schemas/${kind}.schema.json`), `${JSON.stringify(schema, null, 2)}\n`);
