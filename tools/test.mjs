// `npm test`: installs what is missing, runs every suite, ends with `N passed, N failed, N skipped` over all of them.
// `npm test -- --unit`: only the suites that need neither Kafka nor Postgres. Other arguments go to nx (`-p @tripline/engine`).
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { install, nx, root } from './ready.mjs';

const UNIT = [
  '@tripline/kernel',
  '@tripline/model',
  '@tripline/engine',
  '@tripline/policy',
  '@tripline/render',
  '@tripline/services-*',
  '@tripline/adapters-lmdb',
  '@tripline/adapters-embedded-log',
  '@tripline/adapters-memory',
  '@tripline/adapters-directory',
  '@tripline/adapters-gzip',
];

/** Every folder that may hold a suite's results. */
function projects() {
  const folders = (path) =>
    readdirSync(join(root, path), { withFileTypes: true })
      .filter((e) => e.isDirectory())
      .map((e) => `${path}/${e.name}`);
  return ['tools', 'bench', ...folders('apps'), ...folders('libs').flatMap(folders)];
}

const resultsOf = (project) => join(root, project, 'test-results.json');

function sum() {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const file of projects().map(resultsOf).filter(existsSync)) {
    const results = JSON.parse(readFileSync(file, 'utf8'));
    total.passed += results.numPassedTests;
    total.failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
    total.skipped += results.numPendingTests + results.numTodoTests;
  }
  return total;
}

install();
for (const project of projects()) rmSync(resultsOf(project), { force: true });
const args = process.argv.slice(2);
const unit = args.includes('--unit');
const status = nx(
  'run-many',
  '-t',
  'test',
  '--output-style=static',
  ...(unit ? ['-p', UNIT.join(',')] : []),
  ...args.filter((a) => a !== '--unit'),
);
const { passed, failed, skipped } = sum();
const bad = status !== 0 || failed > 0 || passed === 0 || (process.env.CI === 'true' && skipped > 0);
if (status !== 0 && failed === 0) console.log('a suite ended without telling its results: see above');
console.log(`${passed} passed, ${status !== 0 && failed === 0 ? 1 : failed} failed, ${skipped} skipped`);
process.exit(bad ? 1 : 0);
