import type { Control, ControlChange } from '@tripline/model';
import type { DocumentKind } from '@tripline/ports';
import { store } from './stored.js';
import type { Tables } from './tables.js';

/** Grows with every call. */
export function nextRevision({ revisions }: Tables): number {
  const revision = (revisions.get('last') ?? 0) + 1;
  revisions.put('last', revision);
  return revision;
}

export const intoOutbox = ({ outbox }: Tables, control: Control): void => outbox.put(control.revision, store(control));

/** Puts what concerns the tasks into the outbox as a control record; its place there is its revision. */
export function putOut(tables: Tables, kind: DocumentKind, name: string, change: ControlChange): void {
  if (kind === 'template') return;
  const revision = nextRevision(tables);
  intoOutbox(tables, { kind: 'control', ...(kind === 'segment' ? { of: kind } : {}), name, revision, change });
}
