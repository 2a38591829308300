import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const LINT_MS = 120_000;

/** Lints `text` as if it stood in `file`, and answers what eslint says. */
function lint(file: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['node_modules/eslint/bin/eslint.js', '--stdin', '--stdin-filename', file],
      { cwd: root },
      (_, stdout, stderr) => resolve(stdout + stderr),
    );
    child.stdin?.end(text);
  });
}

describe('the rings', () => {
  // Without a project graph the boundary rule passes everything: make one, so that this suite cannot pass for nothing.
  beforeAll(() => {
    const file = join(mkdtempSync(join(root, 'tools/.graph-')), 'graph.json');
    execFileSync(process.execPath, ['node_modules/nx/dist/bin/nx.js', 'graph', `--file=${file}`], {
      cwd: root,
      env: { ...process.env, NX_DAEMON: 'false' },
    });
    rmSync(dirname(file), { recursive: true });
  }, LINT_MS);

  it.each([
    ['libs/core/engine/src/index.ts', '@tripline/ports', /can only depend on libs tagged/],
    ['libs/core/kernel/src/index.ts', '@tripline/model', /Circular dependency/],
    ['libs/services/processor/src/index.ts', '@tripline/adapters-kafka', /can only depend on libs tagged/],
    ['libs/adapters/kafka/src/index.ts', '@tripline/adapters-postgres', /can only depend on libs tagged/],
    ['libs/core/engine/src/index.ts', 'kafkajs', /not allowed to import/],
    ['libs/adapters/postgres/src/index.ts', 'kafkajs', /not allowed to import/],
    ['apps/standalone/src/main.ts', '@tripline/services-control', /can only depend on libs tagged/],
    ['apps/cli/src/main.ts', '@tripline/nest-kit', /can only depend on libs tagged/],
    ['apps/cli/src/main.ts', '@nestjs/common', /not allowed to import/],
    ['libs/services/rehearsal/src/index.ts', '@tripline/services-collector', /can only depend on libs tagged/],
  ])(
    '%s may not import %s',
    async (file, imported, message) => {
      expect(await lint(file, `import * as it from '${imported}';\nexport { it };\n`)).toMatch(message);
    },
    LINT_MS,
  );

  it.each([
    ['libs/core/engine/src/index.ts', '@tripline/kernel', 'assert'],
    ['apps/cli/src/main.ts', '@tripline/services-rehearsal', 'rehearse'],
    ['apps/cli/src/main.ts', '@tripline/engine', 'makeProgram'],
  ])(
    'let %s import %s',
    async (file, imported, name) => {
      expect(await lint(file, `import { ${name} } from '${imported}';\nexport { ${name} };\n`)).toBe('');
    },
    LINT_MS,
  );

  it(
    'keep clocks and chance out of the core and the services',
    async () => {
      const said = await lint(
        'libs/services/processor/src/index.ts',
        'export const it = [Date.now(), Math.random(), new Date(), process.env];\n',
      );
      expect(said.match(/no-restricted-syntax/g)).toHaveLength(4);
    },
    LINT_MS,
  );

  it(
    'keep the environment out of all but config files',
    async () => {
      const text = 'export const it = process.env;\n';
      expect(await lint('libs/adapters/kafka/src/index.ts', text)).toMatch(/no-restricted-syntax/);
    },
    LINT_MS,
  );
});

/** Compiles `expression` as the core is compiled, and answers what tsc says. */
function compilePure(expression: string): string {
  const dir = mkdtempSync(join(root, 'tools/.pure-'));
  try {
    mkdirSync(join(dir, 'src'));
    writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ extends: `${relative(dir, root)}/tsconfig.pure.json` }));
    writeFileSync(join(dir, 'src/it.ts'), `export const it: unknown = ${expression};\n`);
    return spawnSync(process.execPath, ['node_modules/typescript7/bin/tsc', '--noEmit', '-p', dir], {
      cwd: root,
      encoding: 'utf8',
    }).stdout;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe('the pure centre', () => {
  it.each(['process.pid', 'setTimeout(() => undefined, 1)', 'document.title', "Buffer.from('')"])(
    'cannot name %s',
    (expression) => {
      expect(compilePure(expression)).toMatch(/Cannot find name/);
    },
  );

  it('compiles what the language itself has', () => {
    expect(compilePure('new Map<string, number>().size')).toBe('');
  });
});
