import type { Channel } from './channel.js';

/** Every topic there is, by what it carries. */
export const TOPICS = {
  ingest: 'tripline.ingest',
  import: 'tripline.import',
  events: 'tripline.events',
  actions: 'tripline.actions',
  profiles: 'tripline.profiles',
  receipts: 'tripline.receipts',
  deadLetters: 'tripline.dead-letters',
  dispatch: {
    email: 'tripline.dispatch.email',
    sms: 'tripline.dispatch.sms',
    web: 'tripline.dispatch.web',
    webhook: 'tripline.dispatch.webhook',
  } satisfies Record<Channel, string>,
} as const;

export const ALL_TOPICS: readonly string[] = [
  TOPICS.ingest,
  TOPICS.import,
  TOPICS.events,
  TOPICS.actions,
  TOPICS.profiles,
  TOPICS.receipts,
  TOPICS.deadLetters,
  ...Object.values(TOPICS.dispatch),
];

/** Consumer groups, one a service; each commits its own position. */
export const GROUPS = {
  collector: 'tripline.collector',
  processor: 'tripline.processor',
  scheduler: 'tripline.scheduler',
  /** Counts which events there are. */
  control: 'tripline.control',
  dispatcher: (channel: Channel): string => `tripline.dispatcher.${channel}`,
} as const;

/** Chosen once for `tripline.events` and checked at every start: the tasks are the shards. */
export const PARTITIONS_DEFAULT = 64;
