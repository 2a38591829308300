import type { JsonObject } from '@tripline/kernel';
import { stringify } from 'yaml';

/** A document as YAML that is read back the same: one field a line, long text not folded, its end a line's end. */
export const writeYaml = (document: JsonObject): string => stringify(document, { lineWidth: 0, version: '1.2' });
