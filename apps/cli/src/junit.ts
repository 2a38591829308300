import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import exported, { type Builder, type TestSuite } from 'junit-report-builder';
import type { TestRun } from './test-run.js';

/** The package's types put it one level deeper than the package does. */
const junit = exported as unknown as Builder;

/** What XML 1.0 cannot hold, in no form. */
const UNWRITABLE = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
const xmlText = (text: string): string => text.replace(UNWRITABLE, '\ufffd');

/** A run as JUnit XML: a suite a trigger, a case an example. What could not be read is an error of a suite `documents`. */
export function junitReport({ trials, problems }: TestRun): string {
  const report = junit.newBuilder().name('tripline test');
  for (const { trigger, file, examples } of trials) {
    const suite = report.testSuite().name(xmlText(trigger));
    for (const { name, failure } of examples) {
      const one = suite.testCase().className(xmlText(trigger)).name(xmlText(name)).file(xmlText(file));
      if (failure !== undefined) one.failure(xmlText(failure.join('\n')), 'unexpected');
    }
  }
  if (problems.length > 0) addProblems(report.testSuite().name('documents'), problems);
  return report.build();
}

function addProblems(suite: TestSuite, problems: readonly string[]): void {
  for (const problem of problems)
    suite.testCase().className('documents').name(xmlText(problem)).error(xmlText(problem), 'invalid');
}

/** Writes the report, and the folders on the way to it. */
export async function writeJunit(file: string, run: TestRun): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, junitReport(run));
}
