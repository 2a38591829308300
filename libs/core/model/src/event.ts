import type { Instant, JsonObject } from '@tripline/kernel';
import type { CausedBy, OutcomeOf } from './outcome.js';
import type { PersonKey } from './person.js';

/** How the source reported the event, in the words of the Segment spec; `outcome` is one of our own. */
export type EventType = 'track' | 'identify' | 'alias' | 'page' | 'screen' | 'group' | 'outcome';

/**
 * A fact about one person as its source reported it; immutable.
 * `name` is the name of a tracked event, `$page`, `$screen`, `$identify`, `$alias`, `$group` for the other calls, and
 * `<channel>.<status>` (`email.clicked`) for outcomes. Names that begin with `$` are refused from outside.
 */
export type Event = {
  readonly id: string;
  readonly person: PersonKey;
  readonly type: EventType;
  readonly name: string;
  /** Event time: when it happened, by the source; never later than `received`. */
  readonly timestamp: Instant;
  /** When it reached us: HTTP arrival, or append to `tripline.ingest`. */
  readonly received: Instant;
  /** Beside the one in `person`, where the source named both ids. */
  readonly anonymousId?: string;
  readonly properties: JsonObject;
  /** What an identify (or any call's `context.traits`) says of the person; null clears a trait. */
  readonly traits?: JsonObject;
  /** The write key's name, or the topic it came by. */
  readonly source?: string;
  /** Updates what is known, opens no run and sends nothing. */
  readonly historical?: true;
  readonly causedBy?: CausedBy;
  /** Only of type `outcome`: which action of which run this is about. */
  readonly outcome?: OutcomeOf;
};

/** A name longer than this is refused. */
export const EVENT_NAME_LENGTH_MAX = 200;
/** One event, as JSON on `tripline.events`, is at most this many bytes. */
export const EVENT_BYTES_MAX = 65_536;
