import type { Instant } from '@tripline/kernel';
import type { Channel } from '@tripline/model';
import type { Message } from './channel-provider.js';

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
