import type { JsonObject } from '@tripline/kernel';
import type { Run } from './person-state.js';

/** What names can mean while one expression is evaluated. */
export type Scope = { readonly event: JsonObject | undefined; readonly user: JsonObject; readonly run: Run | undefined };
