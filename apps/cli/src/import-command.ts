import { CollectorClient, ControlRefusal, type ControlClient } from '@tripline/adapters-http';
import { formatInstant, type Instant } from '@tripline/kernel';
import { BATCH_BYTES_MAX } from '@tripline/services-collector';
import type { Line, LineProblem } from '@tripline/services-rehearsal';
import { Option, type Command } from 'commander';
import type { CliConfig } from './config.js';
import { csvLines } from './csv-lines.js';
import { EventFile } from './event-file.js';
import { ImportRun, type ImportCounts } from './import-run.js';
import { count, type Output } from './output.js';
import { instantOf, problemWriter } from './rehearsal-run.js';

/** How often it is said how far the import has come. */
const PROGRESS_MS = 5_000;
/** How often it is asked again whether everything sent has been read; each takes up to twenty seconds. */
const ASKS_MAX = 30;

type ImportOptions = { readonly format?: 'ndjson' | 'csv'; readonly completeFrom?: Instant; readonly lenient?: true };

export function addImportCommand(program: Command, client: () => ControlClient, config: () => CliConfig, output: Output): void {
  program
    .command('import')
    .description('sends recorded events as history: it updates what is known of people, opens no run and sends nothing')
    .argument('<file...>', 'calls as Segment writes them, one a line, or CSV with a header; - is the standard input')
    .addOption(new Option('--format <format>', 'without it, .csv is CSV and all else ndjson').choices(['ndjson', 'csv']))
    .option(
      '--complete-from <time>',
      'these files hold all that happened from then on: what looks back need not warm up',
      instantOf,
    )
    .option('--lenient', 'lines that cannot be read are no failure')
    .action(async (files: readonly string[], options: ImportOptions) => {
      const { completeFrom, lenient } = options;
      const begun = completeFrom === undefined ? 0 : (await whenReady(() => client().beginHistory())).begun;
      const { problems } = await importFiles(files, options, config(), output);
      if (problems > 0 && lenient !== true) throw new Error(failureOf(problems, completeFrom));
      if (completeFrom === undefined) return;
      await whenReady(() => client().completeHistory(formatInstant(completeFrom), begun));
      output.err(`history is complete from ${formatInstant(completeFrom)}, for what was published before this import`);
    });
}

const failureOf = (problems: number, completeFrom: Instant | undefined): string =>
  `${count(problems, 'problem')}: see above${completeFrom === undefined ? '' : '; it is not said that history is complete'}`;

async function importFiles(
  files: readonly string[],
  { format }: ImportOptions,
  { collectorUrl: url, writeKey }: CliConfig,
  output: Output,
): Promise<ImportCounts> {
  const client = new CollectorClient({ url, writeKey });
  const began = performance.now();
  const onProgress = progressWriter(output);
  const total = { events: 0, problems: 0 };
  for (const file of files) {
    const run = new ImportRun((body) => client.import(body), { onProblem: problemWriter(file, output), onProgress });
    await run.take(format === 'csv' || (format === undefined && file.endsWith('.csv')) ? csvLines(file) : jsonLines(file));
    total.events += run.counts.events;
    total.problems += run.counts.problems;
  }
  const tookMs = performance.now() - began;
  const rate = Math.round(total.events / Math.max(tookMs / 1_000, 0.001)).toLocaleString('en');
  output.err(
    `${count(total.events, 'event')} imported, ${count(total.problems, 'problem')}; ${(tookMs / 1_000).toFixed(1)} s (${rate} events/s)`,
  );
  return total;
}

async function* jsonLines(file: string): AsyncGenerator<readonly (Line | LineProblem)[]> {
  const source = await EventFile.open(file, BATCH_BYTES_MAX);
  try {
    yield* source.pieces();
  } finally {
    await source.close();
  }
}

function progressWriter(output: Output): (counts: ImportCounts) => void {
  let next = performance.now() + PROGRESS_MS;
  return ({ events }) => {
    if (performance.now() < next) return;
    next = performance.now() + PROGRESS_MS;
    output.err(`${count(events, 'event')} of this file so far`);
  };
}

/** What the control plane still waits for is asked again. */
async function whenReady<T>(ask: () => Promise<T>): Promise<T> {
  for (let asks = 1; ; asks++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ControlRefusal) || error.code !== 'history-waits' || asks >= ASKS_MAX) throw error;
    }
  }
}
