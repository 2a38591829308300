import { isJsonObject, type Json } from '@tripline/kernel';
import { both, either } from './operators.js';
import { UNKNOWN, type Value } from './value.js';

/** A list as it is, the names of an object. */
export const elementsOf = (value: Value): readonly Json[] | undefined =>
  Array.isArray(value) ? (value as readonly Json[]) : value !== UNKNOWN && isJsonObject(value) ? Object.keys(value) : undefined;

/** Of a list with something unknown in it nothing is known. */
export const known = (values: readonly Value[]): Value => (values.includes(UNKNOWN) ? UNKNOWN : (values as readonly Json[]));

export type Macro = (list: readonly Json[], test: (each: Json) => Value) => Value;

const some: Macro = (list, test) => list.reduce<Value>((answer, each) => either(answer, () => test(each)), false);
const every: Macro = (list, test) => list.reduce<Value>((answer, each) => both(answer, () => test(each)), true);

const filter: Macro = (list, test) => {
  const answers = list.map(test);
  return answers.every((answer) => typeof answer === 'boolean') ? list.filter((_, i) => answers[i] === true) : UNKNOWN;
};

/** What `x.name(each, …)` comes to: of the elements of a list, or the names of an object. */
export const MACROS: Readonly<Record<string, Macro>> = {
  exists: some,
  all: every,
  exists_one: (list, test) => {
    const found = filter(list, test);
    return Array.isArray(found) ? found.length === 1 : UNKNOWN;
  },
  filter,
  map: (list, test) => known(list.map(test)),
};
