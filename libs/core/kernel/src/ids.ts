import { digest } from './sha256.js';

/** What an id names. The formats never change: receivers drop repeats by them, also across releases. */
export type IdKind = 'evt' | 'run' | 'fir' | 'act' | 'rcl' | 'rcp' | 'lnk' | 'hnd' | 'prb' | 'rls';

/**
 * The same parts give the same id, on every replay and every machine; different lists of parts give different ids (lengths are part
 * of what is hashed, so `['ab','c']` is not `['a','bc']`). Opaque: an id goes to providers and carries no personal data.
 */
export function deriveId(kind: IdKind, ...parts: readonly string[]): string {
  let text: string = kind;
  for (const part of parts) text += `\u0000${part.length}:${part}`;
  return `${kind}_${digest(text)}`;
}
