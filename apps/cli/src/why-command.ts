import type { ControlClient, Why } from '@tripline/adapters-http';
import type { Told } from '@tripline/engine';
import { formatInstant, type Instant } from '@tripline/kernel';
import type { Command } from 'commander';
import { count, type Output } from './output.js';
import { instantOf } from './rehearsal-run.js';
import { printable } from './report.js';
import { toldLines } from './told-lines.js';

type WhyOptions = { readonly anonymous?: true; readonly since?: Instant; readonly json?: true };

export function addWhyCommand(program: Command, client: () => ControlClient, output: Output): void {
  program
    .command('why')
    .description(
      'why a trigger did or did not write to a person: every decision, told again from the log, and what became of its messages',
    )
    .argument('<user>', 'a userId')
    .argument('<trigger>', 'the name of the trigger')
    .option('--anonymous', 'the first argument is an anonymousId')
    .option('--since <time>', 'only what was decided from then on', instantOf)
    .option('--json', 'the whole answer, as JSON')
    .action(async (user: string, trigger: string, { anonymous, since, json }: WhyOptions) => {
      const from = since === undefined ? {} : { since: formatInstant(since) };
      const why = await client().why(`${anonymous === true ? 'a' : 'u'}:${user}`, { trigger, ...from });
      if (json === true) return output.out(printable(JSON.stringify(why, undefined, 2)));
      tell(why, output);
    });
}

/** The decisions on the standard output; what they were told from, and what is not known, on the other. */
function tell(why: Why, { out, err }: Output): void {
  for (const line of toldLines(why.told as unknown as readonly Told[], why.messages)) out(line);
  const { person, trigger, events, task, from, upTo, clock } = why;
  const time = clock === undefined ? 'no tick read yet' : `clock ${clock}`;
  if (why.told.length === 0) err(printable(`nothing was decided about ${person} by ${trigger}`));
  err(printable(`${count(events, 'event')} of this person in offsets ${from} to ${upTo} of task ${task}, ${time}`));
  for (const gap of why.gaps) err(printable(`note: ${gap}`));
}
