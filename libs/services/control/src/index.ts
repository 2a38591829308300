export { encodeBase64, LETTERS_MAX, newestDeadLetters } from './dead-letters.js';
export { EventCounter, type EventCounterOptions } from './event-counter.js';
export { BEHIND_MAX, eventWarnings, SEEN_ENOUGH } from './event-warnings.js';
export { History, HISTORY_PATIENCE, type HistoryOptions } from './history.js';
export { LISTENERS_MAX, LiveFeed, SHOWN_MAX, type LiveItem } from './live-feed.js';
export { Outbox, type OutboxOptions } from './outbox.js';
export { Publisher, type PublishAnswer, type PublisherOptions } from './publisher.js';
export {
  checkDocuments,
  CONTROL_BYTES_MAX,
  describeDocumentProblems,
  placeProblems,
  type DocumentProblem,
  type DocumentsRead,
  type GoodDocument,
} from './read-documents.js';
export { releasePerson } from './release-person.js';
export { segmentWarnings } from './segment-warnings.js';
export { SettingsOffice, type SettingsOptions, type SettingsShown } from './settings.js';
export { SkipAhead, type SkipAheadOptions } from './skip-ahead.js';
export { templateNamesOf, templateWarnings } from './template-warnings.js';
