import type { ControlClient } from '@tripline/adapters-http';
import type { Pausing } from '@tripline/ports';
import { Option, type Command } from 'commander';
import type { Output } from './output.js';
import { printable } from './report.js';

export function addSwitchCommands(program: Command, client: () => ControlClient, output: Output): void {
  program
    .command('pause')
    .description('holds the messages of a trigger until it is resumed; whatever it was told before, what is said now counts')
    .argument('<trigger>', 'its name')
    .addOption(
      new Option('--entries <entries>', 'closed: nothing begins meanwhile, and nothing of it later')
        .choices(['open', 'closed'] satisfies Pausing['entries'][])
        .default('open'),
    )
    .addOption(
      new Option('--messages <messages>', 'drop: what comes, and what is held, never goes')
        .choices(['hold', 'drop'] satisfies Pausing['messages'][])
        .default('hold'),
    )
    .action(async (trigger: string, { entries, messages }: Pausing) => {
      await client().pause(trigger, { entries, messages });
      output.out(`${trigger} is paused: ${PAUSED[entries]}, ${PAUSED[messages]}`);
    });
  program
    .command('resume')
    .description('lets a paused or stopped trigger begin and write again')
    .argument('<trigger>', 'its name')
    .action(async (trigger: string) => {
      await client().resume(trigger);
      output.out(`${trigger} goes on`);
    });
  program
    .command('release')
    .description('lets a person go on whom the engine had set aside; of anybody else it changes nothing')
    .argument('<user>', 'a userId')
    .option('--anonymous', 'the argument is an anonymousId')
    .action(async (user: string, { anonymous }: { readonly anonymous?: true }) => {
      await client().release(`${anonymous === true ? 'a' : 'u'}:${user}`);
      output.out(printable(`${user} goes on as soon as their task comes to it`));
    });
}

const PAUSED = {
  open: 'runs begin as before',
  closed: 'nothing begins',
  hold: 'messages are held',
  drop: 'messages are dropped',
} as const;
