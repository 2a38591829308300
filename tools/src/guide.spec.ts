import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { compileSegment, compileTrigger, playExamples } from '@tripline/engine';
import { isJsonObject, type Json, type JsonObject } from '@tripline/kernel';
import { parseSegment, parseTrigger } from '@tripline/model';
import { parse } from 'yaml';

const docs = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'docs');
type Shown = readonly [page: string, name: string, document: JsonObject];
const shownOn = (page: string, kind: string): Shown[] =>
  [...readFileSync(join(docs, page), 'utf8').matchAll(/^```yaml\n([^]*?)^```$/gm)]
    .map(([, text]) => parse(text ?? '') as Json)
    .filter((document): document is JsonObject => isJsonObject(document) && document['kind'] === kind)
    .map((document): Shown => [page, document['name'] as string, document]);
const triggersOn = (page: string): Shown[] => shownOn(page, 'trigger');
const pages = readdirSync(docs).filter((page) => page.endsWith('.md'));
const triggers = pages.flatMap(triggersOn);
const examplesOf = (document: JsonObject): readonly JsonObject[] => (document['examples'] ?? []) as readonly JsonObject[];
const namesOn = (page: string): string[] => triggers.filter(([on]) => on === page).map(([, name]) => name);

it.each(pages.flatMap((page) => shownOn(page, 'segment')))('%s, the segment %s parses and compiles', (_page, _name, document) => {
  const segment = parseSegment(document);
  expect(segment).toMatchObject({ ok: true });
  if (segment.ok) expect(compileSegment(segment.value)).toMatchObject({ ok: true });
});

describe.each(triggers)('%s, the trigger %s', (page, _name, document) => {
  it('parses and compiles', () => {
    const trigger = parseTrigger(document);
    expect(trigger).toMatchObject({ ok: true });
    if (trigger.ok) expect(compileTrigger(trigger.value)).toMatchObject({ ok: true });
  });

  it('does what its examples say', () => {
    const segments = shownOn(page, 'segment').map(([, , segment]) => segment);
    const results = playExamples(document, segments);
    expect(results).toMatchObject({ ok: true });
    for (const { name, actual, expected } of results.ok ? results.value : []) expect([name, actual]).toEqual([name, expected]);
  });
});

it('the reference shows a journey for branches, splits and waits, dates and schedules', () => {
  const shown = triggersOn('triggers.md').filter(([, , document]) => examplesOf(document).length > 0);
  expect(shown.map(([, name]) => name)).toEqual(
    expect.arrayContaining(['trial-ended', 'welcome-offer', 'win-back-in-steps', 'trial-ends', 'monday-word']),
  );
});

it.each(['what-fires-when.md', 'cookbook.md'])(
  'each trigger of %s has a name of its own, and shows when it writes and when not',
  (page) => {
    const names = namesOn(page);
    expect(names.length).toBeGreaterThan(6);
    expect(new Set(names).size).toBe(names.length);
    for (const [, name, document] of triggersOn(page)) {
      const expected = examplesOf(document).map((example) => (example['expect'] as readonly Json[]).length);
      expect([name, expected.some((count) => count > 0), expected.length > 1]).toEqual([name, true, true]);
      if (page === 'cookbook.md') expect([name, expected.includes(0)]).toEqual([name, true]);
    }
  },
);
