import { days, hours, makeInstant, plus, type JsonObject } from '@tripline/kernel';
import { receiptId, type Action, type Dispatch, type Event, type Profile, type Receipt, type Recall } from '@tripline/model';

/** Where the builders' time begins: midnight UTC on 1 January 2026. */
export const START = makeInstant(Date.UTC(2026, 0, 1));

let events = 0;
/** A tracked event of `u:ada`, with an id of its own. */
export const makeEvent = (fields: Partial<Event> = {}): Event => ({
  id: `m${++events}`,
  person: 'u:ada',
  type: 'track',
  name: 'cart.item_added',
  timestamp: fields.timestamp ?? START,
  received: fields.timestamp ?? START,
  properties: {},
  ...fields,
});

export const makeAction = (fields: Partial<Action> = {}): Action => ({
  kind: 'action',
  id: 'act_1',
  run: 'run_1',
  firing: 'fir_1',
  person: 'u:ada',
  trigger: 'abandoned-cart',
  version: 1,
  step: 'mail',
  channel: 'email',
  template: 'cart-reminder',
  purpose: 'marketing',
  data: {},
  decided: START,
  ready: START,
  grace: hours(1),
  expires: plus(START, days(3)),
  depth: 1,
  profileRevision: 0,
  ...fields,
});

export const makeRecall = (fields: Partial<Recall> = {}): Recall => ({
  kind: 'recall',
  id: 'rcl_1',
  action: 'act_1',
  run: 'run_1',
  person: 'u:ada',
  trigger: 'abandoned-cart',
  reason: 'exit',
  at: START,
  ...fields,
});

export const makeDispatch = (fields: Partial<Dispatch> = {}): Dispatch => ({
  action: 'act_1',
  run: 'run_1',
  person: 'u:ada',
  trigger: 'abandoned-cart',
  step: 'mail',
  channel: 'email',
  template: 'cart-reminder',
  purpose: 'marketing',
  data: {},
  to: 'ada@shop.example',
  expires: plus(START, days(3)),
  depth: 1,
  attempt: 1,
  ...fields,
});

export const makeReceipt = (fields: Partial<Receipt> = {}): Receipt => ({
  id: receiptId(fields.action ?? 'act_1', fields.status ?? 'sent'),
  action: 'act_1',
  run: 'run_1',
  person: 'u:ada',
  trigger: 'abandoned-cart',
  step: 'mail',
  channel: 'email',
  status: 'sent',
  at: START,
  depth: 1,
  ...fields,
});

export const makeProfile = (traits: JsonObject = { email: 'ada@shop.example' }, fields: Partial<Profile> = {}): Profile => ({
  person: 'u:ada',
  revision: 1,
  traits,
  ...fields,
});
