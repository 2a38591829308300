// Writes every app's `.env.example` from its built configuration. `node tools/env-examples.mjs`, after a change of an `apps/*/src/config.ts`.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, install, root } from './ready.mjs';

install();
for (const app of readdirSync(join(root, 'apps')).filter((name) => name !== 'cli')) {
  build(app);
  const config = await import(pathToFileURL(join(root, 'apps', app, 'dist/config.js')).href);
  const describe = Object.entries(config).find(([name]) => name.startsWith('describe'))[1];
  writeFileSync(join(root, 'apps', app, '.env.example'), describe());
}
