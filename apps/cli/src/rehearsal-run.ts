import { makeProgram, type Definition } from '@tripline/engine';
import { parseInstant, type Instant } from '@tripline/kernel';
import { BATCH_BYTES_MAX, parseCall } from '@tripline/services-collector';
import { rehearse, type RehearsalCounts, type RehearsalOptions } from '@tripline/services-rehearsal';
import { InvalidArgumentError, type Command } from 'commander';
import { goodFiles } from './check-files.js';
import { EventFile } from './event-file.js';
import { count, type Output } from './output.js';
import { printable } from './report.js';
import { withZoneOption, zoneOf, type ZoneArgument } from './zone-option.js';

/** Problems shown; more are only counted. */
const PROBLEMS_SHOWN_MAX = 1_000;

/** What every command that plays recorded events is told on its command line. */
export type RehearsalArguments = ZoneArgument & {
  readonly trigger: readonly string[];
  readonly events: string;
  readonly until?: Instant;
  readonly lenient?: true;
};

export const withRehearsalOptions = (command: Command): Command =>
  withZoneOption(command)
    .requiredOption('--trigger <path...>', 'files, or folders, of triggers and the segments they name')
    .requiredOption('--events <file>', 'calls as Segment writes them, one a line, or batches; - is the standard input')
    .option(
      '--until <time>',
      'where the clock stops; without it, when everything is decided, or a year later where something comes round for ever',
      instantOf,
    )
    .option('--lenient', 'lines that cannot be read are no failure');

export function instantOf(text: string): Instant {
  const at = parseInstant(text);
  if (at === undefined) throw new InvalidArgumentError('Write an instant with its offset, for example 2026-01-31T09:30:00Z.');
  return at;
}

/** Plays the events, calls `done` when all is said, and says on the standard error what was played. Throws where there were problems. */
export async function runRehearsal(
  { trigger, events, until, lenient, ...zone }: RehearsalArguments,
  ear: Pick<RehearsalOptions, 'onFiring' | 'onTold' | 'only'>,
  output: Output,
  done: () => void,
): Promise<void> {
  const program = makeProgram(await definitionsOf(trigger, output), zoneOf(zone));
  const source = await EventFile.open(events, BATCH_BYTES_MAX);
  const began = performance.now();
  const options = { program, source, parse: parseCall, until, onProblem: problemWriter(events, output) };
  const counts = await rehearse({ ...options, ...ear }).finally(() => source.close());
  done();
  output.err(summaryOf(counts, performance.now() - began));
  if (counts.problems > 0 && lenient !== true) throw new Error(`${count(counts.problems, 'problem')}: see above`);
}

async function definitionsOf(paths: readonly string[], output: Output): Promise<readonly Definition[]> {
  const documents = await goodFiles(paths, output);
  const definitions = documents.flatMap(({ kind, name, document }, i): readonly Definition[] => {
    const definition: Definition = { name, version: 1, revision: i + 1, document, state: 'live' };
    return kind === 'template' ? [] : [kind === 'segment' ? { kind, ...definition } : definition];
  });
  if (definitions.every(({ kind }) => kind === 'segment')) throw new Error(`there is no trigger in ${paths.join(', ')}`);
  return definitions;
}

/** Names problems on the standard error by file and line; more than a thousand are only counted. */
export function problemWriter(file: string, output: Output): RehearsalOptions['onProblem'] {
  let shown = 0;
  return (problem) => {
    if (++shown === PROBLEMS_SHOWN_MAX + 1) output.err('more problems are only counted');
    if (shown > PROBLEMS_SHOWN_MAX) return;
    const place = 'line' in problem ? `${file}:${problem.line}` : problem.person;
    const path = 'path' in problem && problem.path !== '' ? `${problem.path}: ` : '';
    output.err(printable(`${place}  ${path}${problem.message}`));
  };
}

function summaryOf({ events, firings, left, inOrder }: RehearsalCounts, tookMs: number): string {
  const rate = Math.round((events + left) / Math.max(tookMs / 1_000, 0.001));
  const parts = [
    `${count(events, 'event')}${inOrder ? '' : ', put in order'}`,
    ...(left > 0 ? [`${count(left, 'event')} received later left out`] : []),
    count(firings, 'firing'),
    `${(tookMs / 1_000).toFixed(1)} s (${rate.toLocaleString('en')} events/s)`,
  ];
  return parts.join('; ');
}
