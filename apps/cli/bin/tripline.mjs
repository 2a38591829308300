#!/usr/bin/env node
// The command in a checkout: `npx tripline`. Builds itself where it is not built yet.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (!existsSync(main)) {
  const { build } = await import('../../../tools/ready.mjs');
  build('cli');
}
await import(main.href);
