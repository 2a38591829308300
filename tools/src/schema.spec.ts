import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { triggerJsonSchema } from '@tripline/model';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

it('schemas/trigger.schema.json is what the language says (else: node tools/schema.mjs)', () => {
  const written = readFileSync(join(root, 'schemas', 'trigger.schema.json'), 'utf8');
  expect(JSON.parse(written)).toEqual(triggerJsonSchema());
  expect(written).toBe(`${JSON.stringify(triggerJsonSchema(), null, 2)}\n`);
});
