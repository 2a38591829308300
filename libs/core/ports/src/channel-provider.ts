import type { Instant } from '@tripline/kernel';
import type { Channel } from '@tripline/model';

/** A message rendered and ready; what a channel does not have is absent. */
export type Message = {
  /** The action's id: opaque, safe to give to a provider, the same over retries. */
  readonly id: string;
  readonly person: string;
  readonly channel: Channel;
  readonly to?: string;
  readonly from?: string;
  readonly subject?: string;
  readonly text: string;
  readonly html?: string;
  readonly title?: string;
  readonly url?: string;
  /** Further header fields, for e-mail: `List-Unsubscribe` and its kind. */
  readonly headers?: { readonly [name: string]: string };
  /** The first instant at which it is too late to show it or to go on delivering it. */
  readonly expires?: Instant;
  /** It is shown on the page the person is on, or not at all. */
  readonly bound?: 'page';
  /** Name of the signing secret, for webhooks. */
  readonly secret?: string;
  /** For the record and for tags at providers: the trigger's and the step's names. */
  readonly trigger: string;
  readonly step: string;
};

/** What one call to a provider came to. `unknown`: the request may have left, and no answer came. */
export type SendResult =
  | { readonly kind: 'accepted'; readonly providerMessageId?: string }
  | { readonly kind: 'retryable'; readonly reason: string; readonly retryAt?: Instant }
  | { readonly kind: 'permanent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The party behind a channel. `send` makes one call, never retries, and never rejects: every ending is a `SendResult`. */
export interface ChannelProvider {
  readonly name: string;
  readonly channel: Channel;
  send(message: Message, now: Instant): Promise<SendResult>;
}
