import { isJsonObject, type Json, type JsonObject, type Problem } from '@tripline/kernel';
import type { Need, Template } from '@tripline/model';

const FITS: Readonly<Record<Need, (value: Json) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  list: Array.isArray,
  object: isJsonObject,
  any: () => true,
};

/** What stands in for a need in a preview that was given none. */
const PLACEHOLDERS: Readonly<Record<Need, (name: string) => Json>> = {
  string: (name) => `[${name}]`,
  number: () => 0,
  boolean: () => true,
  list: () => [],
  object: () => ({}),
  any: (name) => `[${name}]`,
};

const given = (data: JsonObject, name: string): Json | undefined => (Object.hasOwn(data, name) ? data[name] : undefined);

/** Every declared need that is missing (null counts as missing) or of another type. */
export function needProblems(template: Template, data: JsonObject): readonly Problem[] {
  return Object.entries(template.needs).flatMap(([name, need]) => {
    const value = given(data, name);
    const path = `needs.${name}`;
    if (value === undefined || value === null) return [{ path, message: 'is missing' }];
    return FITS[need](value) ? [] : [{ path, message: `must be of type ${need}` }];
  });
}

/** The declared needs out of the data, and nothing else: what is not declared cannot be used by accident. */
export function declaredOf(template: Template, data: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.keys(template.needs).flatMap((name) => {
      const value = given(data, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The data with a visible placeholder for each need it lacks. */
export function withPlaceholders(template: Template, data: JsonObject): JsonObject {
  const missing = Object.entries(template.needs).filter(([name]) => (given(data, name) ?? null) === null);
  return { ...data, ...Object.fromEntries(missing.map(([name, need]) => [name, PLACEHOLDERS[need](name)])) };
}
