import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import type { Output } from './output.js';
import { STARTER } from './starter.js';

export function addInitCommand(program: Command, output: Output): void {
  program
    .command('init')
    .description('writes a trigger with examples, its template and a README to begin with; overwrites nothing')
    .argument('[folder]', 'where to', 'tripline')
    .action(async (folder: string) => {
      const files = STARTER.map(({ path, text }) => ({ file: join(folder, ...path), text }));
      for (const { file } of files) await mustNotExist(file);
      for (const { file, text } of files) {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text, { flag: 'wx' });
        output.out(file);
      }
      output.out(`Next: npx tripline test ${folder}`);
    });
}

async function mustNotExist(file: string): Promise<void> {
  if ((await stat(file).catch(() => undefined)) !== undefined) throw new Error(`${file} is there already: nothing was written`);
}
