import type { ControlClient, MessageFilter } from '@tripline/adapters-http';
import { formatInstant, parseDuration } from '@tripline/kernel';
import { InvalidArgumentError, type Command } from 'commander';
import type { Output } from './output.js';
import { messageLines, printable } from './report.js';

export function addLookCommands(program: Command, client: () => ControlClient, output: Output): void {
  program
    .command('clock')
    .description("the time it is for the triggers; moved ahead where it can be (a one-process system's)")
    .argument('[+ahead]', 'how far, for example +1h or +30d', aheadOf)
    .action(async (ahead: string | undefined) => {
      const now = ahead === undefined ? (await client().clock()).now : await client().advance(ahead);
      output.out(formatInstant(now));
    });
  addMessages(program, client, output);
  program
    .command('state')
    .description('what is known of a person, as JSON: traits, open runs, what each waits for and until when')
    .argument('<person>', 'u:<userId>, a:<anonymousId>, or a userId')
    .action(async (person: string) => {
      const key = /^[ua]:/.test(person) ? person : `u:${person}`;
      output.out(printable(JSON.stringify(await client().person(key), undefined, 2)));
    });
}

function addMessages(program: Command, client: () => ControlClient, output: Output): void {
  program
    .command('messages')
    .description('what became of messages, newest first')
    .option('--user <id>', 'of this user')
    .option('--anonymous <id>', 'of this anonymous id')
    .option('--trigger <name>', 'of this trigger')
    .option('--status <status>', 'sent, held, dropped, recalled, failed or unknown')
    .option('--max <n>', 'at most so many', '50')
    .action(async ({ user, anonymous, ...rest }: MessageFilter & { readonly user?: string; readonly anonymous?: string }) => {
      const ids = {
        ...(user === undefined ? {} : { userId: user }),
        ...(anonymous === undefined ? {} : { anonymousId: anonymous }),
      };
      for (const line of messageLines(await client().messages({ ...rest, ...ids }))) output.out(line);
    });
}

function aheadOf(text: string): string {
  const length = text.replace(/^\+/, '');
  if (parseDuration(length) !== undefined) return length;
  throw new InvalidArgumentError('Write for example +1h or +30d.');
}
