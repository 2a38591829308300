import { ControlClient, ControlRefusal, type MessageFilter, type TextProblem } from '@tripline/adapters-http';
import { formatInstant, OperatingError, parseDuration } from '@tripline/kernel';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { CliConfig } from './config.js';
import { readDocumentFiles, type Documents } from './document-files.js';
import { messageLines, printable, problemLine } from './report.js';

/** 0: done. 1: refused, or not possible as asked. 2: the command line itself is wrong. 3: the control plane does not answer. */
export const EXIT = { done: 0, refused: 1, usage: 2, unreachable: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export type Output = { out(line: string): void; err(line: string): void };

/** Runs one command line (without the program's own name) and answers its exit code; never rejects. */
export async function runProgram(args: readonly string[], config: () => CliConfig, output: Output): Promise<ExitCode> {
  try {
    await makeProgram(config, output).parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return codeOf(error, output);
  }
}

/** Commander has written its own errors by then; so has `refused`. */
function codeOf(error: unknown, output: Output): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof ControlRefusal) {
    output.err(printable(error.message));
    for (const { path, message } of error.problems) output.err(printable(`  ${path === '' ? '' : `${path}: `}${message}`));
    return EXIT.refused;
  }
  output.err(printable(error instanceof Error ? error.message : String(error)));
  return error instanceof OperatingError ? EXIT.unreachable : EXIT.refused;
}

function makeProgram(config: () => CliConfig, output: Output): Command {
  const program = new Command('tripline')
    .description('Publishes triggers and templates, and looks at what they do.')
    .exitOverride();
  program.configureOutput({ writeOut: (text) => output.out(text.trimEnd()), writeErr: (text) => output.err(text.trimEnd()) });
  program.addHelpText(
    'after',
    '\nTRIPLINE_URL says where the control plane is (http://127.0.0.1:8080), TRIPLINE_TOKEN its token.',
  );
  const client = (): ControlClient => new ControlClient(config());
  addDocumentCommands(program, client, config, output);
  addLookCommands(program, client, output);
  return program;
}

function addDocumentCommands(program: Command, client: () => ControlClient, config: () => CliConfig, output: Output): void {
  program
    .command('apply')
    .description('publishes the documents of files and folders: all of them, or none')
    .requiredOption('-f, --file <path...>', 'files, or folders of .yaml, .yml and .json files')
    .action(async ({ file }: { readonly file: readonly string[] }) => {
      const documents = await readDocumentFiles(file);
      const { published, warnings } = await refused(documents, client().publish(documents.text, config().by));
      for (const { kind, name, version } of published) output.out(`${kind} ${name} version ${version}`);
      warn(documents, warnings, output);
    });
  program
    .command('validate')
    .description('says what apply would say, and publishes nothing')
    .argument('<path...>', 'files, or folders of .yaml, .yml and .json files')
    .action(async (paths: readonly string[]) => {
      const documents = await readDocumentFiles(paths);
      const { warnings } = await refused(documents, client().check(documents.text));
      warn(documents, warnings, output);
      output.out('nothing wrong');
    });
}

function addLookCommands(program: Command, client: () => ControlClient, output: Output): void {
  program
    .command('clock')
    .description("the time it is for the triggers; moved ahead where it can be (a one-process system's)")
    .argument('[+ahead]', 'how far, for example +1h or +30d', aheadOf)
    .action(async (ahead: string | undefined) => {
      const now = ahead === undefined ? (await client().clock()).now : await client().advance(ahead);
      output.out(formatInstant(now));
    });
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
  program
    .command('state')
    .description('what is known of a person, as JSON: traits, open runs, what each waits for and until when')
    .argument('<person>', 'u:<userId>, a:<anonymousId>, or a userId')
    .action(async (person: string) => {
      const key = /^[ua]:/.test(person) ? person : `u:${person}`;
      output.out(printable(JSON.stringify(await client().person(key), undefined, 2)));
    });
}

function aheadOf(text: string): string {
  const length = text.replace(/^\+/, '');
  if (parseDuration(length) !== undefined) return length;
  throw new InvalidArgumentError('Write for example +1h or +30d.');
}

/** The problems of documents are named by their files. */
async function refused<T>(documents: Documents, answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    if (!(error instanceof ControlRefusal) || error.problems.length === 0) throw error;
    const lines = error.problems.map((problem) => problemLine(documents, problem));
    throw new ControlRefusal(error.status, error.code, [...lines, error.message].join('\n'), []);
  });
}

function warn(documents: Documents, warnings: readonly TextProblem[], output: Output): void {
  for (const warning of warnings) output.err(`warning: ${problemLine(documents, warning)}`);
}
