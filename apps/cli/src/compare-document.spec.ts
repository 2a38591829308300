import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@tripline/kernel';
import type { Published } from '@tripline/ports';
import { compareDocument } from './compare-document.js';
import { orderedLike } from './ordered-like.js';

const filed = (document: JsonObject) => ({ kind: 'trigger' as const, name: 'cart', document, file: 'cart.yaml' });
const published = (document: JsonObject, withdrawn = false): Published => ({
  kind: 'trigger',
  name: 'cart',
  version: 3,
  document,
  publishedAt: 0 as Published['publishedAt'],
  by: 'cli',
  withdrawn,
});
const document = { kind: 'trigger', name: 'cart', when: [{ event: 'a', where: 'x > 1' }], limit: { runs: 1, per: '7d' } };

describe('compareDocument', () => {
  it('tells what is new, what was withdrawn, what is the same', () => {
    expect(compareDocument(filed(document), undefined)).toEqual({ kind: 'new' });
    expect(compareDocument(filed(document), published(document, true))).toEqual({ kind: 'new', withdrawn: 3 });
    expect(compareDocument(filed(document), published(document))).toEqual({ kind: 'unchanged', version: 3 });
  });

  it('does not count the order of fields', () => {
    const { limit, when, name, kind } = document;
    expect(compareDocument(filed(document), published({ limit, when, name, kind })).kind).toBe('unchanged');
    expect(compareDocument(filed({ ...document, when: [...when, ...when] }), published(document)).kind).toBe('changed');
  });

  it('shows line by line what changes, and nothing else', () => {
    const before = published({
      limit: { per: '7d', runs: 1 },
      when: [{ where: 'x > 2', event: 'a' }],
      name: 'cart',
      kind: 'trigger',
    });
    const comparison = compareDocument(filed(document), before);
    expect(comparison).toMatchObject({ kind: 'changed', version: 3 });
    const patch = comparison.kind === 'changed' ? comparison.patch.split('\n') : [];
    expect(patch.slice(0, 2)).toEqual(['--- version 3', '+++ cart.yaml']);
    expect(patch.slice(2).filter((line) => /^[+-]/.test(line))).toEqual(['-    where: x > 2', '+    where: x > 1']);
  });
});

it('orderedLike keeps every value, and puts what the model lacks at the end', () => {
  const value = { z: [{ b: 1, a: 2 }, 3], y: null, extra: { d: 1 } };
  const ordered = orderedLike(value, { y: 1, z: [{ a: 0, b: 0 }], none: 1 });
  expect(ordered).toEqual(value);
  expect(JSON.stringify(ordered)).toBe('{"y":null,"z":[{"a":2,"b":1},3],"extra":{"d":1}}');
});
