import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { chart } from './chart.mjs';
import { NODE_FLAGS } from './child.mjs';

const FOLDER = join(import.meta.dirname, '..', 'results');

export const machine = () => ({
  node: process.version,
  flags: NODE_FLAGS,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
});

/** Where it ran, as a line of a page. */
export const where = ({ node, flags, cpu, cores, memoryGiB } = machine()) =>
  `Node ${node} ${flags.join(' ')}, ${cores} × ${cpu}, ${memoryGiB} GiB, the broker on the same machine, others at work on it too.`;

export const thousands = (n) => Math.round(n).toLocaleString('en-US');
export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
/** The value under which `share` of the numbers lie; 0 where there are none. */
export const percentile = (numbers, share) =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? 0;
/** "met", or how it was not. */
export const goal = (text, met) => `${text}: ${met ? 'met' : '**missed**'}`;

/** Keeps a run as `<name>.json`, `.md` and `.svg`, and prints the page. `bars` are the chart's: `{ title, unit, bars: [[label, value]] }`. */
export async function keepResults(name, { data, page, bars }) {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, `${name}.svg`), chart(bars));
  const markdown = `${page.trim()}\n\n![${bars.title}](${name}.svg)\n`;
  await writeFile(join(FOLDER, `${name}.md`), markdown);
  await writeFile(join(FOLDER, `${name}.json`), `${JSON.stringify({ machine: machine(), ...data }, null, 2)}\n`);
  console.log(`\n${markdown}`);
}
