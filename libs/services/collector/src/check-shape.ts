import type { Problem } from '@tripline/kernel';
import { DEPTH_MAX } from './limits.js';

/**
 * Looks for what no event may hold: nesting past `DEPTH_MAX`, and fields named `__proto__`. Undefined: all is well. Goes no deeper than the
 * limit itself, so that no input overflows the stack.
 */
export function checkShape(value: unknown, path = '', depth = 1): Problem | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > DEPTH_MAX) return { path, message: `nested deeper than ${DEPTH_MAX}` };
  for (const [name, inner] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    if (name === '__proto__') return { path: at, message: 'a field may not have this name' };
    const problem = checkShape(inner, at, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
