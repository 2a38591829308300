import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { segmentJsonSchema, settingsJsonSchema, triggerJsonSchema } from '@tripline/model';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

it.each([
  ['segment', segmentJsonSchema()],
  ['settings', settingsJsonSchema()],
  ['trigger', triggerJsonSchema()],
])('schemas/%s.schema.json is what the language says (else: node tools/schema.mjs)', (kind, schema) => {
  const written = readFileSync(join(root, 'schemas', `${kind}.schema.json`), 'utf8');
  expect(JSON.parse(written)).toEqual(schema);
  expect(written).toBe(`${JSON.stringify(schema, null, 2)}\n`);
});
