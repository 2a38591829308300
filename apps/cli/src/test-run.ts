import type { ProgramOptions } from '@tripline/engine';
import { tryTrigger, type Trial } from '@tripline/services-rehearsal';
import { checkFiles } from './check-files.js';
import { count, type Output } from './output.js';
import { printable } from './report.js';

export type FileTrial = Trial & { readonly file: string };

/** The examples of all triggers in some files, played; or why that was not possible. */
export type TestRun = { readonly trials: readonly FileTrial[]; readonly problems: readonly string[] };

export async function runTests(paths: readonly string[], zone: ProgramOptions = {}): Promise<TestRun> {
  const checked = await checkFiles(paths);
  if (!checked.ok) return { trials: [], problems: checked.problems };
  const triggers = checked.documents.filter(({ kind }) => kind === 'trigger');
  const segments = checked.documents.flatMap(({ kind, document }) => (kind === 'segment' ? [document] : []));
  return { trials: triggers.map((one) => ({ ...tryTrigger(one, segments, zone), file: one.file })), problems: [] };
}

/** Writes what came of each example, and how many there were. */
export function writeRun({ trials, problems }: TestRun, output: Output): void {
  for (const problem of problems) output.err(problem);
  for (const { file, trigger, examples } of trials) {
    output.out(printable(`${trigger}  ${file}${examples.length === 0 ? '  has no examples' : ''}`));
    for (const { name, failure } of examples) {
      output.out(printable(`  ${failure === undefined ? 'ok  ' : 'FAIL'}  ${name}`));
      for (const line of failure ?? []) output.out(printable(`          ${line}`));
    }
  }
}

/** Whether all is well, and why not, in one line. */
export function verdictOf({ trials, problems }: TestRun, allowEmpty: boolean): { readonly ok: boolean; readonly text: string } {
  const examples = trials.flatMap((trial) => trial.examples);
  const failed = examples.filter(({ failure }) => failure !== undefined).length;
  const played = `${count(examples.length, 'example')} of ${count(trials.length, 'trigger')}`;
  if (problems.length > 0) return { ok: false, text: `nothing was tested: ${count(problems.length, 'problem')}` };
  if (examples.length === 0) return { ok: allowEmpty, text: `nothing was tested: ${played}` };
  return { ok: failed === 0, text: failed === 0 ? `${played}: all as expected` : `${played}: ${failed} failed` };
}
