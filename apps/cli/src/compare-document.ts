import { isDeepStrictEqual } from 'node:util';
import { writeYaml } from '@tripline/adapters-yaml';
import type { JsonObject } from '@tripline/kernel';
import type { Settings } from '@tripline/model';
import type { Published } from '@tripline/ports';
import { createTwoFilesPatch } from 'diff';
import type { FiledDocument } from './check-files.js';
import { orderedLike } from './ordered-like.js';

/** What applying a document would do; `patch` is a text diff of what changes. */
export type Comparison =
  | { readonly kind: 'new'; readonly withdrawn?: number }
  | { readonly kind: 'changed'; readonly version?: number; readonly patch: string }
  | { readonly kind: 'unchanged'; readonly version?: number };

/** Compares a document with what is published under its name, as publishing does: the order of fields, comments and style do not count. */
export function compareDocument({ document, file }: FiledDocument, published: Published | undefined): Comparison {
  if (published === undefined) return { kind: 'new' };
  const { version, withdrawn } = published;
  if (withdrawn) return { kind: 'new', withdrawn: version };
  if (isDeepStrictEqual(document, published.document)) return { kind: 'unchanged', version };
  return { kind: 'changed', version, patch: patchOf(`version ${version}`, published.document, document, file) };
}

/** Compares settings with those in force: what the document leaves out stays as it is. */
export function compareSettings({ document, file }: FiledDocument, inForce: Required<Settings>): Comparison {
  const before = Object.fromEntries(
    Object.entries({ kind: 'settings', zone: inForce.zone, semantics: inForce.semantics }).filter(([field]) => field in document),
  );
  if (isDeepStrictEqual(document, before)) return { kind: 'unchanged' };
  return { kind: 'changed', patch: patchOf('in force', before, document, file) };
}

function patchOf(name: string, before: JsonObject, document: JsonObject, file: string): string {
  const old = writeYaml(orderedLike(before, document) as JsonObject);
  const patch = createTwoFilesPatch(name, file, old, writeYaml(document), undefined, undefined, { context: 3 });
  return patch.replace(/^=+\n/, '').trimEnd();
}
