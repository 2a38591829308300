import { deriveId, formatInstant, plus, type Instant, type Json, type JsonObject } from '@tripline/kernel';
import type { Action } from '@tripline/model';
import type { CompiledTrigger, MessagePart } from '../compile/compiled-trigger.js';
import type { Condition } from '../compile/condition.js';
import type { Draft } from '../draft.js';
import type { Run, SentAction } from '../person/person-state.js';
import { runIdOf } from './run-id.js';
import { scopeOf } from '../expression/scope-of.js';
import { UNKNOWN } from '../expression/value.js';

/** When a message was decided and from when its staleness counts. */
export type Moment = { readonly decided: Instant; readonly ready: Instant };

/** Asks for one message of a run and answers what the run keeps of it. */
export function ask(draft: Draft, trigger: CompiledTrigger, run: Run, step: MessagePart, moment: Moment): SentAction {
  const id = runIdOf(draft.person, run);
  const action = makeAction(draft, trigger, run, step, moment, id);
  draft.outputs.push(action);
  draft.trace?.('fired', trigger, run, firedOf(action));
  return { id: action.id, step: step.id, expires: action.expires, later: [], recalled: false };
}

const firedOf = ({ step, channel, template, id, decided, ready, expires }: Action): JsonObject => ({
  ...{ step, channel, template, action: id },
  decided: formatInstant(decided),
  ready: formatInstant(ready),
  expires: formatInstant(expires),
});

function makeAction(
  draft: Draft,
  { name, version, trigger, grace, condition }: CompiledTrigger,
  run: Run,
  step: MessagePart,
  { decided, ready }: Moment,
  id: string,
): Action {
  return {
    kind: 'action',
    id: deriveId('act', id, step.id),
    run: id,
    firing: deriveId('fir', id),
    person: draft.person,
    trigger: name,
    version,
    step: step.id,
    channel: step.channel,
    template: step.template,
    purpose: trigger.purpose,
    ...(trigger.topic === undefined ? {} : { topic: trigger.topic }),
    data: dataOf(draft, name, run, step),
    decided,
    ready,
    grace,
    expires: plus(ready, step.expires),
    depth: run.depth + 1,
    profileRevision: draft.state.revision,
    ...(step.bound === true ? { bound: 'page' } : {}),
    ...eventsOf(condition, run),
  };
}

/** The events the condition took under each alias: one, or those of `times`. */
function eventsOf({ leaves }: Condition, { facts }: Run): Pick<Action, 'events'> {
  const events: Record<string, string | string[]> = {};
  for (const { leaf, id } of facts) {
    const alias = leaves[leaf]?.alias;
    if (alias === undefined || id === undefined) continue;
    const before = events[alias];
    events[alias] = before === undefined ? id : [...(typeof before === 'string' ? [before] : before), id];
  }
  return Object.keys(events).length === 0 ? {} : { events };
}

/** What the data of one action may come to, in characters of JSON: several of them still fit into one request to the log. */
export const DATA_LENGTH_MAX = 200_000;

/** What `with` comes to. What is unknown or too large is left out and counted: the template's needs then say whether it can do without. */
function dataOf(draft: Draft, trigger: string, run: Run, step: MessagePart): JsonObject {
  const data: Record<string, Json> = {};
  let room = DATA_LENGTH_MAX;
  for (const { name, value } of step.data) {
    const answer = value.evaluate(scopeOf(draft, undefined, run));
    const length = answer === UNKNOWN ? 0 : JSON.stringify(answer).length;
    if (answer === UNKNOWN) draft.note('data-unknown', trigger);
    else if (length > room) draft.note('data-too-large', trigger);
    else [data[name], room] = [answer, room - length];
  }
  return data;
}
