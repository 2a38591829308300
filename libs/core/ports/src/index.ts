export { type AttemptLedger, type Begun } from './attempts.js';
export {
  type Catalogue,
  type DocumentKind,
  type Outgoing,
  type Published,
  type SettingsMade,
  type TemplateShelf,
} from './catalogue.js';
export { type ChannelProvider, type Message, type SendResult } from './channel-provider.js';
export { Stop, type Clock } from './clock.js';
export { type DocumentReader, type Place, type ReadDocument } from './document-reader.js';
export {
  EVENT_NAMES_MAX,
  FORGOTTEN_AFTER,
  PROPERTY_NAMES_MAX,
  type EventMemory,
  type EventSeen,
  type EventsSeen,
  type NameTally,
  type Remembered,
  type Tally,
} from './event-memory.js';
export {
  type Appended,
  type Batch,
  type Bounds,
  type Entry,
  type EventLog,
  type Headers,
  type LogRecord,
  type Reading,
  type Subscription,
  type TopicSpec,
} from './event-log.js';
export {
  CLAIM_MAX,
  GENERAL_TOPIC,
  RETRY_DEFAULT,
  type Consent,
  type ConsentLedger,
  type GateFacts,
  type Gatehouse,
  type Pausing,
  type ProfileStore,
  type Suppression,
  type Switch,
  type Switches,
  type SwitchState,
  type Untold,
  type Waiting,
} from './gatehouse.js';
export {
  assertObjectName,
  assertObjectPrefix,
  isObjectName,
  OBJECT_NAME_CHARS_MAX,
  OBJECT_SEGMENT_CHARS_MAX,
} from './object-name.js';
export { OBJECT_BYTES_MAX, SHELF_BYTES_MAX, type ObjectShelf, type ObjectStore } from './object-store.js';
export {
  ACTION_STATUSES,
  KEPT_MAX,
  MESSAGES_MAX,
  shownAs,
  type ActionStatus,
  type Kept,
  type Mailbox,
  type MessageLog,
  type MessageQuery,
  type MessageView,
} from './messages.js';
export { addTally, seenOf, type NameBody, type NameRow } from './name-row.js';
export { ASKED_ON, UNANSWERED, type Explanation, type PersonStates, type PersonView, type WhyQuestion } from './person-states.js';
export {
  PART_ROWS_MAX,
  type Checkpoint,
  type LastRecord,
  type StateCopy,
  type StatePart,
  type StateStore,
  type TaskChange,
  type TaskStore,
  type Timer,
  type WholeState,
} from './state-store.js';
export { Wake } from './wake.js';
export { type Fields, type Logger, type Meter, type Watch } from './watch.js';
