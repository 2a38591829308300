import { encodeDefinitions, type Definitions } from '@tripline/engine';
import { OperatingError } from '@tripline/kernel';
import type { TaskStore } from '@tripline/ports';

/** The store of a task that begins with no person, and is never written: what is made of it stays in memory. */
export const nothingStored = (definitions: Definitions): TaskStore => ({
  checkpoint: () => undefined,
  definitions: () => encodeDefinitions(definitions),
  person: () => undefined,
  timers: () => [],
  copy: () => undefined,
  commit: () => Promise.reject(new OperatingError('read-only', 'never', 'this state is not to be kept')),
  close: () => Promise.resolve(),
});
