import type { Instant } from '@tripline/kernel';
import { isFinal, type Action, type Channel, type Decision } from '@tripline/model';
import type { ActionStatus } from '@tripline/ports';
import type { Stored } from './stored.js';
import { Table, type Journal } from './table.js';

const DAY_MS = 86_400_000;

/** An action with what became of it. Its texts are storable; `body` is the action as it was given. */
export type ActionRow = {
  readonly key: string;
  readonly id: string;
  readonly person: string;
  readonly trigger: string;
  readonly version: number;
  readonly step: string;
  readonly run: string;
  readonly channel: Channel;
  readonly topic: string;
  readonly template: string;
  readonly decided: Instant;
  readonly expires: Instant;
  readonly body: Stored<Action>;
  readonly status: ActionStatus;
  readonly reason: string | undefined;
  readonly changed: Instant;
  readonly due: Instant | undefined;
  /** Nobody else claims it before; undefined: nobody has claimed it. */
  readonly leased: Instant | undefined;
  readonly looked: boolean;
  readonly recalled: boolean;
  readonly attempts: number;
  readonly decision: Stored<Decision> | undefined;
  readonly kept: Instant | undefined;
  readonly told: boolean;
  readonly later: readonly string[];
};

/** Ids are unique within the UTC day of the decision. */
export const keyOf = (id: string, decided: Instant): string => `${Math.floor(decided / DAY_MS)} ${id}`;

export const isUndecided = ({ status }: ActionRow): boolean => status === 'waiting' || status === 'held';

/** It may still become anything: also one that was given up as unknown. */
export const isOpen = ({ status }: ActionRow): boolean => status === 'unknown' || !isFinal(status);

/** The rows of actions, found by what is asked of them. */
export class ActionTable {
  readonly #rows: Table<string, ActionRow>;
  readonly #keys: Table<string, readonly string[]>;
  readonly #due: Table<string, ActionRow>;
  readonly #untold: Table<string, ActionRow>;
  readonly #handed: Table<string, ActionRow>;

  constructor(journal: Journal) {
    this.#rows = new Table(journal);
    this.#keys = new Table(journal);
    this.#due = new Table(journal);
    this.#untold = new Table(journal);
    this.#handed = new Table(journal);
  }

  get(key: string): ActionRow | undefined {
    return this.#rows.get(key);
  }
  all = (): readonly ActionRow[] => this.#rows.rows();
  due = (): readonly ActionRow[] => this.#due.rows();
  untold = (): readonly ActionRow[] => this.#untold.rows();
  handed = (): readonly ActionRow[] => this.#handed.rows();

  /** One a day, at most. */
  ofId(id: string): readonly ActionRow[] {
    return (this.#keys.get(id) ?? []).flatMap((key) => this.#rows.get(key) ?? []);
  }

  put(row: ActionRow): void {
    const { key, id } = row;
    if (this.#rows.get(key) === undefined) this.#keys.put(id, [...(this.#keys.get(id) ?? []), key]);
    this.#rows.put(key, row);
    this.#due.put(key, row.due === undefined ? undefined : row);
    this.#untold.put(key, row.told ? undefined : row);
    this.#handed.put(key, row.status === 'handed' ? row : undefined);
  }
}
