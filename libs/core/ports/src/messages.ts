import type { Instant } from '@tripline/kernel';
import type { Channel, FinalStatus } from '@tripline/model';
import type { Message } from './channel-provider.js';

/** A look into the log of messages answers at most this many. */
export const MESSAGES_MAX = 1_000;
/** A look into the mailbox answers at most this many. */
export const KEPT_MAX = 1_000;

/** One action as people ask for it: what became of it, why, and when. */
export type MessageView = {
  readonly id: string;
  readonly person: string;
  readonly userId?: string;
  readonly trigger: string;
  readonly version: number;
  readonly step: string;
  readonly run: string;
  readonly channel: Channel;
  readonly template: string;
  readonly status: 'sent' | 'held' | 'dropped' | 'recalled' | 'failed' | 'unknown';
  /** A reason code; absent on `sent`. */
  readonly reason?: string;
  /** Of the last change of status. */
  readonly at: Instant;
  readonly decided: Instant;
  readonly expires: Instant;
  /** What came after sending, newest last: delivered, opened, clicked … */
  readonly later: readonly string[];
};

/** What people are shown of an action that waits, is held, is handed to its channel, or has come to an end. */
const SHOWN = {
  waiting: 'held',
  held: 'held',
  handed: 'held',
  sent: 'sent',
  dropped: 'dropped',
  expired: 'dropped',
  recalled: 'recalled',
  failed: 'failed',
  unknown: 'unknown',
} as const satisfies Readonly<Record<FinalStatus | 'waiting' | 'held' | 'handed', MessageView['status']>>;

export type ActionStatus = keyof typeof SHOWN;
export const ACTION_STATUSES = Object.keys(SHOWN) as readonly ActionStatus[];
export const shownAs = (status: ActionStatus): MessageView['status'] => SHOWN[status];

export type MessageQuery = {
  readonly person?: string;
  readonly trigger?: string;
  readonly status?: MessageView['status'];
  readonly max: number;
};

export interface MessageLog {
  /** Newest first. */
  messages(query: MessageQuery): Promise<readonly MessageView[]>;
}

/** A message the mailbox kept instead of sending. */
export type Kept = Message & { readonly at: Instant };

/** The provider of development: messages are kept and shown, nothing leaves the machine. Keeping the same id again changes nothing. */
export interface Mailbox {
  keep(message: Message, now: Instant): Promise<void>;
  /** Newest first. */
  kept(query: { readonly person?: string; readonly max: number }): Promise<readonly Kept[]>;
}
