import type { Command } from 'commander';
import type { Surroundings } from './output.js';
import { printable } from './report.js';
import { runTests, verdictOf, writeRun } from './test-run.js';
import { runOnChange } from './watch-paths.js';
import { withZoneOption, zoneOf, type ZoneArgument } from './zone-option.js';

type TestOptions = ZoneArgument & { readonly junit?: string; readonly watch?: true; readonly allowEmpty?: true };

export function addTestCommand(program: Command, { output, interrupted }: Surroundings): void {
  const testOnce = async (paths: readonly string[], { junit, allowEmpty, ...zone }: TestOptions): Promise<string> => {
    const run = await runTests(paths, zoneOf(zone));
    writeRun(run, output);
    // Its library takes longer to load than most runs take to play.
    if (junit !== undefined) await (await import('./junit.js')).writeJunit(junit, run);
    const { ok, text } = verdictOf(run, allowEmpty === true);
    if (!ok) throw new Error(text);
    return text;
  };
  withZoneOption(program.command('test'))
    .description("plays the triggers' own examples with the engine of production; asks no server")
    .argument('<path...>', 'files, or folders of .yaml, .yml and .json files')
    .option('--junit <file>', 'writes a JUnit report too')
    .option('--watch', 'runs again whenever something changes, until Ctrl-C')
    .option('--allow-empty', 'it is no failure when there is nothing to test')
    .action(async (paths: readonly string[], options: TestOptions) => {
      if (options.watch !== true) return output.out(await testOnce(paths, options));
      await runOnChange(
        paths,
        async () => {
          await testOnce(paths, options).then(output.out, (error: Error) => output.err(printable(error.message)));
          output.out('watching; Ctrl-C ends');
        },
        interrupted,
      );
    });
}
