import type { ControlClient } from '@tripline/adapters-http';
import { Argument, InvalidArgumentError, type Command } from 'commander';
import type { Output } from './output.js';
import { printable } from './report.js';

type Setting = 'zone' | 'semantics';

export function addSetCommand(program: Command, client: () => ControlClient, by: () => string, output: Output): void {
  program
    .command('set')
    .description('changes what holds for every trigger; get settings prints it')
    .addArgument(
      new Argument('<setting>', 'zone: of times that name none; semantics: raised when every processor knows the number').choices(
        ['zone', 'semantics'],
      ),
    )
    .argument('<value>', 'as Europe/Berlin, or a number')
    .action(async (setting: Setting, value: string) => {
      const given = setting === 'zone' ? { zone: value } : { semantics: numberOf(value) };
      const { zone, semantics } = await client().changeSettings(given, by());
      const done =
        setting === 'zone'
          ? `the default zone is ${zone}: for what begins to wait`
          : `the semantics are number ${semantics}: for what is decided`;
      output.out(printable(`${done} from now on`));
    });
}

function numberOf(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError(`semantics are a whole number from 1, not ${JSON.stringify(value)}`);
}
