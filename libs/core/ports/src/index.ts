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
export { type Explanation, type PersonStates, type PersonView, type WhyQuestion } from './person-states.js';
export { type Checkpoint, type LastRecord, type StateStore, type TaskChange, type TaskStore, type Timer } from './state-store.js';
export { Wake } from './wake.js';
export { type Fields, type Logger, type Meter, type Watch } from './watch.js';
