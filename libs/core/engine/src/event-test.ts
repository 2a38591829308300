import { between, type Duration } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger, EventTest } from './compiled-trigger.js';
import type { Draft } from './draft.js';
import type { Run } from './person-state.js';

/** Is it surely such an event? What is unknown is counted, and is not. */
export function surely(draft: Draft, trigger: CompiledTrigger, test: EventTest, event: Event, run: Run | undefined): boolean {
  if (test.where === undefined) return true;
  const answer = test.where.evaluate({ event: event.properties, user: draft.state.traits, run });
  if (typeof answer !== 'boolean') draft.note('event-unknown', trigger.name);
  return answer === true;
}

/** Can it be such an event? What is unknown can. */
export const possibly = (draft: Draft, test: EventTest, event: Event, run: Run | undefined): boolean =>
  test.where === undefined || test.where.evaluate({ event: event.properties, user: draft.state.traits, run }) !== false;

/** Young enough to open or advance: at most `accept` old when it reached us. */
export const isAccepted = (event: Event, accept: Duration): boolean => between(event.timestamp, event.received) <= accept;
