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
export {
  HANDOFF_BYTES_MAX,
  anonymousIdsOf,
  linksOf,
  type Answer,
  type Handoff,
  type Link,
  type OfIdentity,
  type Probe,
} from './identity.js';
export { ID_LENGTH_MAX, isAnonymous, isPlaceholder, makePersonKey, parseId, userIdOf, type PersonKey } from './person.js';
export { problemsOf } from './problems.js';
export { parseProfile, TRAITS_BYTES_MAX, type Profile } from './profile.js';
export { parseReceipt, receiptId, type Receipt } from './receipt.js';
export { parseSchedule, type Schedule } from './schedule.js';
export {
  AGGREGATE_KINDS,
  AGGREGATE_WINDOW_MAX,
  AGGREGATES_MAX,
  parseSegment,
  segmentJsonSchema,
  type Aggregate,
  type AggregateKind,
  type Segment,
} from './segment.js';
export { parseSettings, settingsJsonSchema, type SettingsGiven } from './settings.js';
export {
  beginsAsEvent,
  encodeTaskInput,
  parseTaskInput,
  peekEventName,
  type Control,
  type ControlChange,
  type HistoryComplete,
  type NameSpan,
  type Release,
  type Settings,
  type SettingsChange,
  type TaskInput,
  type Tick,
} from './task-input.js';
export { parseTemplate, type Need, type Template } from './template.js';
export { ALL_TOPICS, GROUPS, PARTITIONS_DEFAULT, TOPICS } from './topics.js';
export {
  AGAIN_MAX,
  childrenOf,
  CONDITION_DEPTH_MAX,
  ELEMENTS_MAX,
  EVENT_OF,
  isSilentAll,
  PROPERTY_OF,
  TIMES_MAX,
  walk,
  type AbsenceElement,
  type AllElement,
  type AnyElement,
  type ChangedElement,
  type DateElement,
  type Element,
  type EntersElement,
  type EventElement,
  type EveryElement,
  type InactiveElement,
  type LeavesElement,
  type NotSeenElement,
  type SeenElement,
  type SequenceElement,
  type StayElement,
} from './condition.js';
export { EXPRESSION_LENGTH_MAX } from './document-fields.js';
export {
  allSteps,
  ARMS_MAX,
  STEP_DEPTH_MAX,
  STEPS_MAX,
  type Arm,
  type Awaited,
  type BranchStep,
  type Goal,
  type MessageStep,
  type Pause,
  type PlacedStep,
  type SplitStep,
  type Step,
  type WaitStep,
} from './journey.js';
export {
  documentPath,
  BOUND_EXPIRES_DEFAULT,
  EXPIRES_DEFAULT,
  FIELD_NAMES,
  LETS_MAX,
  LIST_NEWEST_MAX,
  parseTrigger,
  triggerJsonSchema,
  type Example,
  type ExitRule,
  type ListLet,
  type OnRepeat,
  type SumLet,
  type Trigger,
} from './trigger.js';
