import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { compileTrigger, playExamples } from '@tripline/engine';
import { isJsonObject, type JsonObject } from '@tripline/kernel';
import { parseTrigger } from '@tripline/model';
import { parse } from 'yaml';

const guide = readFileSync(join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'docs', 'triggers.md'), 'utf8');
const triggers = [...guide.matchAll(/^```yaml\n([^]*?)^```$/gm)]
  .map(([, text]): unknown => parse(text ?? ''))
  .filter(
    (document): document is JsonObject => isJsonObject(document as JsonObject) && (document as JsonObject)['kind'] === 'trigger',
  )
  .map((document): [string, JsonObject] => [document['name'] as string, document]);

describe.each(triggers)('the trigger %s of the guide', (_, document) => {
  it('parses and compiles', () => {
    const trigger = parseTrigger(document);
    expect(trigger).toMatchObject({ ok: true });
    if (trigger.ok) expect(compileTrigger(trigger.value)).toMatchObject({ ok: true });
  });

  it('does what its examples say', () => {
    const results = playExamples(document);
    expect(results).toMatchObject({ ok: true });
    for (const { name, actual, expected } of results.ok ? results.value : []) expect([name, actual]).toEqual([name, expected]);
  });
});

it('the guide shows a journey for branches, splits and waits', () => {
  const shown = triggers.filter(([, document]) => document['examples'] !== undefined).map(([name]) => name);
  expect(shown).toEqual(['trial-ended', 'welcome-offer', 'win-back-in-steps']);
});
