import { ControlClient, ControlRefusal } from '@tripline/adapters-http';
import { OperatingError } from '@tripline/kernel';
import { Command, CommanderError } from 'commander';
import type { CliConfig } from './config.js';
import { addDocumentCommands } from './document-commands.js';
import { addExplainCommand } from './explain-command.js';
import { addGetCommand } from './get-command.js';
import { addImportCommand } from './import-command.js';
import { addInitCommand } from './init-command.js';
import { addLookCommands } from './look-commands.js';
import { EXIT, type ExitCode, type Output, type Surroundings } from './output.js';
import { addReplayCommand } from './replay-command.js';
import { printable } from './report.js';
import { addSetCommand } from './set-command.js';
import { addSwitchCommands } from './switch-commands.js';
import { addTestCommand } from './test-command.js';
import { addWhyCommand } from './why-command.js';

/** Runs one command line (without the program's own name) and answers its exit code; never rejects. */
export async function runProgram(
  args: readonly string[],
  config: () => CliConfig,
  surroundings: Surroundings,
): Promise<ExitCode> {
  try {
    await makeProgram(config, surroundings).parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return codeOf(error, surroundings.output);
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

function makeProgram(config: () => CliConfig, surroundings: Surroundings): Command {
  const { output } = surroundings;
  const program = new Command('tripline')
    .description('Writes, tries and publishes triggers, segments and templates, and looks at what they do.')
    .exitOverride();
  program.configureOutput({ writeOut: (text) => output.out(text.trimEnd()), writeErr: (text) => output.err(text.trimEnd()) });
  program.addHelpText(
    'after',
    '\nTRIPLINE_URL says where the control plane is (http://127.0.0.1:8080), TRIPLINE_TOKEN its token.',
  );
  const client = (): ControlClient => new ControlClient(config());
  addInitCommand(program, output);
  addTestCommand(program, surroundings);
  addReplayCommand(program, surroundings);
  addExplainCommand(program, surroundings);
  addDocumentCommands(program, client, () => config().by, output);
  addGetCommand(program, client, output);
  addLookCommands(program, client, output);
  addSetCommand(program, client, () => config().by, output);
  addSwitchCommands(program, client, output);
  addImportCommand(program, client, config, output);
  addWhyCommand(program, client, output);
  return program;
}
