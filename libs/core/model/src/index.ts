export { parseActionOrRecall, type Action, type Recall } from './action.js';
export { addressOf, needsAddress, normaliseAddress } from './address.js';
export { CHANNELS, isChannel, PURPOSES, type Channel, type Purpose } from './channel.js';
export {
  LETTER_BYTES_MAX,
  makeDeadLetters,
  sourceOf,
  type DeadLetter,
  type DeadLetterHeaders,
  type DeadLetterReason,
  type DeadLetterRecord,
  type SetAside,
} from './dead-letter.js';
export { REASONS, type Decision, type Reason } from './decision.js';
export { parseDispatch, type Dispatch } from './dispatch.js';
export { EVENT_BYTES_MAX, EVENT_NAME_LENGTH_MAX, type Event, type EventType } from './event.js';
export {
  CAUSE_DEPTH_MAX,
  FINAL_STATUSES,
  isFinal,
  LATER_STATUSES,
  type CausedBy,
  type FinalStatus,
  type LaterStatus,
  type OutcomeOf,
  type OutcomeStatus,
} from './outcome.js';
export { ID_LENGTH_MAX, isPlaceholder, makePersonKey, parseId, userIdOf, type PersonKey } from './person.js';
export { problemsOf } from './problems.js';
export { parseProfile, TRAITS_BYTES_MAX, type Profile } from './profile.js';
export { parseReceipt, receiptId, type Receipt } from './receipt.js';
export {
  encodeTaskInput,
  parseTaskInput,
  peekEventName,
  type Control,
  type ControlChange,
  type NameSpan,
  type TaskInput,
  type Tick,
} from './task-input.js';
export { parseTemplate, type Need, type Template } from './template.js';
export { ALL_TOPICS, GROUPS, PARTITIONS_DEFAULT, TOPICS } from './topics.js';
export {
  ELEMENTS_MAX,
  EXPIRES_DEFAULT,
  EXPRESSION_LENGTH_MAX,
  FIELD_NAMES,
  LETS_MAX,
  LIST_NEWEST_MAX,
  parseTrigger,
  STEPS_MAX,
  type AbsenceElement,
  type Element,
  type EventElement,
  type Example,
  type ExitRule,
  type InactiveElement,
  type ListLet,
  type MessageStep,
  type OnRepeat,
  type Step,
  type SumLet,
  type Trigger,
  type WaitStep,
} from './trigger.js';
