import type { Instant } from '@tripline/kernel';
import type { DocumentKind } from '@tripline/ports';
import { EntitySchema } from 'typeorm';
import { INSTANT_COLUMN } from './instant-column.js';

export type DocumentRow = {
  kind: DocumentKind;
  name: string;
  version: number;
  /** A JSON object. Not said in its recursive type: the client's types would follow it without end. */
  document: unknown;
  publishedAt: Instant;
  by: string;
};

/** A published version; never changed. */
export const DocumentEntity = new EntitySchema<DocumentRow>({
  name: 'Document',
  tableName: 'documents',
  columns: {
    kind: { type: 'text', primary: true },
    name: { type: 'text', primary: true },
    version: { type: 'integer', primary: true },
    document: { type: 'json' },
    publishedAt: { ...INSTANT_COLUMN, name: 'published_at' },
    by: { type: 'text' },
  },
});
