import type { Told } from '@tripline/engine';
import type { Command } from 'commander';
import { LineWriter } from './line-writer.js';
import type { Output, Surroundings } from './output.js';
import { runRehearsal, withRehearsalOptions, type RehearsalArguments } from './rehearsal-run.js';
import { toldLines } from './told-lines.js';

/** Decisions that are put in order for people; as JSON there is no end to them. */
const TOLD_MAX = 10_000;

type ExplainArguments = RehearsalArguments & {
  readonly user?: string;
  readonly anonymous?: string;
  readonly json?: true;
};

export function addExplainCommand(program: Command, { output }: Surroundings): void {
  const command = program
    .command('explain')
    .description(
      'plays recorded events against triggers and says why: every decision with its event, predicate, values and reason; asks no server',
    );
  withRehearsalOptions(command)
    .option('--user <id>', 'only of this user')
    .option('--anonymous <id>', 'only of this anonymous id')
    .option('--json', 'as JSON lines, in the order in which they were decided')
    .action((args: ExplainArguments) => explain(args, output));
}

async function explain(args: ExplainArguments, output: Output): Promise<void> {
  const { user, anonymous } = args;
  const only = user !== undefined ? `u:${user}` : anonymous !== undefined ? `a:${anonymous}` : undefined;
  const teller = args.json === true ? asJson(output) : forPeople(output);
  await runRehearsal(args, { only, onTold: teller.tell, onFiring: () => undefined }, output, teller.done);
}

type Teller = { readonly tell: (told: Told) => void; readonly done: () => void };

function asJson({ out }: Output): Teller {
  const writer = new LineWriter(out);
  return { tell: (told) => writer.write(told), done: () => writer.flush() };
}

function forPeople({ out, err }: Output): Teller {
  const all: Told[] = [];
  let more = 0;
  const done = (): void => {
    for (const line of toldLines(all)) out(line);
    if (more > 0)
      err(`${more.toLocaleString('en')} later decisions are left out: name a --user, or write all of them with --json`);
  };
  return { tell: (told) => void (all.length < TOLD_MAX ? all.push(told) : more++), done };
}
