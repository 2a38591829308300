import { keyOf, type Firing, type Witnessed } from './evidence.js';

/** One human, as the whole history shows them. */
export type Case = { readonly human: number; readonly seen: readonly Witnessed[]; readonly firings: readonly Firing[] };

/** The firings of a trigger, for a key, decided for an instant. */
export const firingsAt = ({ firings }: Case, trigger: string, key: number, decided: number): number =>
  firings.filter(({ action: a }) => a.trigger === trigger && a.decided === decided && keyOf(a.data['k']) === key).length;

export const named = ({ seen }: Case, name: string, key?: number): readonly Witnessed[] =>
  seen.filter(({ deed }) => deed.name === name && (key === undefined || deed.key === key));

/** Is it certain that the two were known to be of one person before an instant? */
export function areOne(mine: Case, a: Witnessed, b: Witnessed, before: number): boolean {
  return a.deed.person === b.deed.person || [a, b].every(({ deed }) => isLinked(mine, deed.person, before));
}

const isLinked = (mine: Case, person: string, before: number): boolean =>
  person.startsWith('u:') || named(mine, 'identify').some(({ deed, known }) => `a:${deed.device}` === person && known < before);
