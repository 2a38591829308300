import { isJsonObject, type Json, type JsonObject } from '@tripline/kernel';

/**
 * The same value with the fields of each object in the order of `model`, what `model` does not have at the end: a store need not keep the
 * order in which fields were written, and a comparison line by line should not show it.
 */
export function orderedLike(value: Json, model: Json | undefined): Json {
  if (Array.isArray(value))
    return value.map((item: Json, i) => orderedLike(item, Array.isArray(model) ? (model[i] as Json) : undefined));
  if (!isJsonObject(value)) return value;
  const like: JsonObject = isJsonObject(model) ? model : {};
  const names = [...Object.keys(like).filter((name) => name in value), ...Object.keys(value).filter((name) => !(name in like))];
  return Object.fromEntries(names.map((name) => [name, orderedLike(value[name] ?? null, like[name])]));
}
