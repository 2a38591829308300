import type { JsonObject } from '@tripline/kernel';

/** Why a record was set aside. */
export type DeadLetterReason = 'not-utf8' | 'not-json' | 'invalid' | 'too-large' | 'too-deep' | 'foreign';

/**
 * A record set aside, ready to be replayed: the value is the bytes as they came, untouched; these are its headers on
 * `tripline.dead-letters`. Source is a topic with partition and offset, or `http` with the path.
 */
export type DeadLetterHeaders = {
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly source: string;
  readonly received: string;
};

/** A dead letter as it is shown: bytes that are UTF-8 as text, others in base64. */
export type DeadLetter = DeadLetterHeaders & {
  readonly partition: number;
  readonly offset: number;
  readonly text?: string;
  readonly base64?: string;
  readonly json?: JsonObject;
};
