import { accept, refuse, type Parsed, type Problem } from '@tripline/kernel';
import type { Template } from '@tripline/model';
import { variablesOf } from './compile-part.js';
import { partsOf } from './template-parts.js';

/** What is legal but likely wrong in a template. */
export type TemplateCheck = { readonly warnings: readonly Problem[] };

/**
 * Looks a template over before it is published. Refused: a syntax error, an unknown filter or tag, a variable that is neither `user` nor
 * declared in `needs` (it would fail every message), a need named `user`. Warned of: a need that no part uses.
 */
export function checkTemplate(template: Template): Parsed<TemplateCheck> {
  const problems: Problem[] = [];
  const used = new Set<string>();
  if (Object.hasOwn(template.needs, 'user'))
    problems.push({ path: 'needs.user', message: '`user` is always the traits: choose another name' });
  for (const part of partsOf(template)) {
    const variables = variablesOf(part);
    if (!variables.ok) problems.push(...variables.problems);
    else
      for (const name of variables.value)
        if (!declares(template, name)) problems.push(undeclared(part.field, name));
        else used.add(name);
  }
  if (problems.length > 0) return refuse(...problems);
  return accept({ warnings: unusedNeeds(template, used) });
}

const declares = (template: Template, name: string): boolean => name === 'user' || Object.hasOwn(template.needs, name);

const undeclared = (field: string, name: string): Problem => ({
  path: field,
  message: `uses "${name}", which is not declared in needs: add it there, or write user.${name} if it is a trait`,
});

const unusedNeeds = (template: Template, used: ReadonlySet<string>): readonly Problem[] =>
  Object.keys(template.needs)
    .filter((name) => !used.has(name))
    .map((name) => ({ path: `needs.${name}`, message: 'is declared and never used: messages without it fail all the same' }));
