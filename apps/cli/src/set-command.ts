import type { ControlClient } from '@tripline/adapters-http';
import { Argument, type Command } from 'commander';
import type { Output } from './output.js';
import { printable } from './report.js';

export function addSetCommand(program: Command, client: () => ControlClient, by: () => string, output: Output): void {
  program
    .command('set')
    .description('changes what holds for every trigger; get settings prints it')
    .addArgument(new Argument('<setting>', 'zone: of times that name none').choices(['zone']))
    .argument('<value>', 'as Europe/Berlin')
    .action(async (_setting: 'zone', value: string) => {
      const { zone } = await client().changeSettings(value, by());
      output.out(printable(`the default zone is ${zone}: for what begins to wait from now on`));
    });
}
