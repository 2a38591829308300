import { isDeepStrictEqual } from 'node:util';
import { writeYaml } from '@tripline/adapters-yaml';
import type { JsonObject } from '@tripline/kernel';
import type { Published } from '@tripline/ports';
import { createTwoFilesPatch } from 'diff';
import type { FiledDocument } from './check-files.js';
import { orderedLike } from './ordered-like.js';

/** What applying a document would do; `patch` is a text diff of what changes. */
export type Comparison =
  | { readonly kind: 'new'; readonly withdrawn?: number }
  | { readonly kind: 'changed'; readonly version: number; readonly patch: string }
  | { readonly kind: 'unchanged'; readonly version: number };

/** Compares a document with what is published under its name, as publishing does: the order of fields, comments and style do not count. */
export function compareDocument({ document, file }: FiledDocument, published: Published | undefined): Comparison {
  if (published === undefined) return { kind: 'new' };
  const { version, withdrawn } = published;
  if (withdrawn) return { kind: 'new', withdrawn: version };
  if (isDeepStrictEqual(document, published.document)) return { kind: 'unchanged', version };
  const before = writeYaml(orderedLike(published.document, document) as JsonObject);
  const patch = createTwoFilesPatch(`version ${version}`, file, before, writeYaml(document), undefined, undefined, {
    context: 3,
  });
  return { kind: 'changed', version, patch: patch.replace(/^=+\n/, '').trimEnd() };
}
