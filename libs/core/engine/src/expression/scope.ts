import type { JsonObject } from '@tripline/kernel';
import type { Run } from '../person/person-state.js';
import type { Value } from './value.js';

/** What names can mean while one expression is evaluated. */
export type Scope = {
  readonly event: JsonObject | undefined;
  readonly user: JsonObject;
  readonly run: Run | undefined;
  /** Does the person belong to that segment? */
  readonly segments?: (name: string) => Value;
};
