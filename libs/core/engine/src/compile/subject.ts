import { EVENT_OF, PROPERTY_OF, type EventElement } from '@tripline/model';
import type { Extra } from './condition.js';

/** What an element looks at: the names of its events, and the pattern of what people see. */
export function subjectOf(element: Partial<EventElement>): { readonly names: readonly string[]; readonly extra?: Extra } {
  if (element.event !== undefined) return { names: [element.event] };
  for (const field of ['page', 'screen', 'click', 'leave'] as const) {
    const pattern = element[field];
    if (pattern !== undefined)
      return { names: [EVENT_OF[field]], extra: { kind: 'pattern', property: PROPERTY_OF[field], parts: pattern.split('*') } };
  }
  return { names: [] };
}
