import type { Command } from 'commander';
import { LineWriter } from './line-writer.js';
import type { Surroundings } from './output.js';
import { runRehearsal, withRehearsalOptions, type RehearsalArguments } from './rehearsal-run.js';

export function addReplayCommand(program: Command, { output }: Surroundings): void {
  const command = program
    .command('replay')
    .description(
      'plays recorded events against triggers and says who would have got what and when, as JSON lines; asks no server',
    );
  withRehearsalOptions(command).action((args: RehearsalArguments) => {
    const writer = new LineWriter(output.out);
    return runRehearsal(args, { onFiring: (firing) => writer.write(firing) }, output, () => writer.flush());
  });
}
