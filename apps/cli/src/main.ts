import { readCliConfig } from './config.js';
import { runProgram } from './program.js';

process.exitCode = await runProgram(process.argv.slice(2), readCliConfig, {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
});
