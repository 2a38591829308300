import { storableText, type Instant } from '@tripline/kernel';
import type { Action, Recall } from '@tripline/model';
import { GENERAL_TOPIC } from '@tripline/ports';
import { isUndecided, keyOf, type ActionRow } from './action-table.js';
import { store } from './stored.js';
import type { Tables } from './tables.js';

/** Takes actions in; answers how many were new. Repeats within a batch count once. */
export function admit(tables: Tables, actions: readonly Action[], now: Instant): number {
  let fresh = 0;
  for (const action of actions) {
    const row = rowOf(tables, action, now);
    if (tables.actions.get(row.key) !== undefined) continue;
    tables.actions.put(row);
    fresh++;
  }
  return fresh;
}

function rowOf(tables: Tables, action: Action, now: Instant): ActionRow {
  const id = storableText(action.id);
  return {
    ...{ key: keyOf(id, action.decided), id, body: store(action) },
    person: storableText(action.person),
    trigger: storableText(action.trigger),
    version: action.version,
    step: storableText(action.step),
    run: storableText(action.run),
    channel: action.channel,
    topic: storableText(action.topic ?? GENERAL_TOPIC),
    template: storableText(action.template),
    ...{ decided: action.decided, expires: action.expires },
    ...{ status: 'waiting', reason: undefined, changed: now, due: now, leased: undefined, looked: false },
    recalled: tables.recalls.get(id) !== undefined,
    ...{ attempts: 0, decision: undefined, kept: undefined, told: true, later: [] },
  };
}

/** The first recall of an action gives the reason. */
export function keepRecalls(tables: Tables, recalls: readonly Recall[], now: Instant): void {
  for (const recall of recalls) {
    const id = storableText(recall.action);
    if (tables.recalls.get(id) === undefined) tables.recalls.put(id, storableText(recall.reason));
    for (const row of tables.actions.ofId(id)) if (!row.recalled) markRecalled(tables, row, now);
  }
}

/** Due at once, also where a gate has claimed it: the claim ends, and its decision will not be kept. */
const markRecalled = (tables: Tables, row: ActionRow, now: Instant): void =>
  tables.actions.put({ ...row, recalled: true, leased: undefined, due: isUndecided(row) ? now : row.due });

/** What is held of a trigger (or of all: `*`) is due at once, also what is claimed: something about it has changed. */
export function lookAgain(tables: Tables, scope: string, now: Instant): void {
  const trigger = storableText(scope);
  for (const row of tables.actions.due())
    if (trigger === '*' || row.trigger === trigger) tables.actions.put({ ...row, due: now });
}
