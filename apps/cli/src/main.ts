import { readCliConfig } from './config.js';
import { runProgram } from './program.js';

// Who reads no further (`| head`) has what they wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await runProgram(process.argv.slice(2), readCliConfig, {
  output: { out: (line) => console.log(line), err: (line) => console.error(line) },
  interrupted: () => new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve)),
});
