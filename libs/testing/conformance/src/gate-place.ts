import type {
  AttemptLedger,
  Catalogue,
  ConsentLedger,
  EventMemory,
  Gatehouse,
  Mailbox,
  MessageLog,
  ProfileStore,
  Switches,
  TemplateShelf,
} from '@tripline/ports';

/** The ports that share one database. */
export type GatePorts = {
  readonly gatehouse: Gatehouse;
  readonly profiles: ProfileStore;
  readonly consents: ConsentLedger;
  readonly switches: Switches;
  readonly attempts: AttemptLedger;
  readonly catalogue: Catalogue;
  readonly events: EventMemory;
  readonly shelf: TemplateShelf;
  readonly messages: MessageLog;
  readonly mailbox: Mailbox;
  close(): Promise<void>;
};

/** An empty database of its own; `ports` connects to it anew, as another process would. */
export type GatePlace = { ports(): Promise<GatePorts>; close(): Promise<void> };
