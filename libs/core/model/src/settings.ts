import { accept, refuse, type JsonObject, type Parsed } from '@tripline/kernel';
import { z } from 'zod';
import { problemsOf } from './problems.js';

const settingsSchema = z.strictObject({
  kind: z.literal('settings'),
  /** Of local times that name none: an IANA name. */
  zone: z.string().min(1).max(64).optional(),
  /** The number of the engine's semantics. */
  semantics: z.int().min(1).optional(),
});

/** What is to be changed of what holds for every trigger; what is left out stays as it is. */
export type SettingsGiven = { readonly zone?: string | undefined; readonly semantics?: number | undefined };

/** Reads a settings document; every unknown or wrong field is named by its path. Whether there is such a zone is for the engine to say. */
export function parseSettings(document: unknown): Parsed<SettingsGiven> {
  const parsed = settingsSchema.safeParse(document);
  if (!parsed.success) return refuse(...problemsOf(parsed.error));
  const { zone, semantics } = parsed.data;
  const given = { ...(zone === undefined ? {} : { zone }), ...(semantics === undefined ? {} : { semantics }) };
  return Object.keys(given).length > 0
    ? accept(given)
    : refuse({ path: 'kind', message: 'changes nothing: give zone, semantics or both' });
}

/** The names of its fields, for who has to guess which one was meant. */
export const SETTINGS_FIELDS: readonly string[] = Object.keys(settingsSchema.shape);

/** The JSON Schema of a settings document as people write it, for editors. */
export const settingsJsonSchema = (): JsonObject =>
  z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any', reused: 'ref' }) as JsonObject;
