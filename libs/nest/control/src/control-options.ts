import type { Duration, Instant } from '@tripline/kernel';
import type {
  Catalogue,
  ConsentLedger,
  DocumentReader,
  EventMemory,
  Mailbox,
  MessageLog,
  PersonStates,
  Switches,
} from '@tripline/ports';

export type ControlOptions = {
  readonly catalogue: Catalogue;
  readonly events: EventMemory;
  readonly messages: MessageLog;
  readonly mailbox: Mailbox;
  readonly consents: ConsentLedger;
  readonly switches: Switches;
  readonly states: PersonStates;
  readonly reader: DocumentReader;
  /** Asked of every request under `/api` as a bearer token; without one the API is open to whoever reaches it. */
  readonly token?: string;
  /** Moves the clock ahead and answers the new time. Only the embedded log's clock can be moved: elsewhere the route is not there. */
  readonly skipAhead?: (length: Duration) => Promise<Instant>;
};

export const CONTROL_OPTIONS = Symbol('ControlOptions');
