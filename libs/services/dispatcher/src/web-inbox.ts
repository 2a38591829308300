import type { Instant } from '@tripline/kernel';
import type { PersonKey } from '@tripline/model';
import type { Message } from '@tripline/ports';

export const KEPT_PER_PERSON_MAX = 20;
/** Characters of text kept for people who are away, over all of them. */
export const KEPT_LENGTH_MAX = 32_000_000;
/** What a message weighs beside its text. */
const OVERHEAD = 200;

/** What a browser is given. */
export type WebMessage = Pick<Message, 'id' | 'trigger' | 'step' | 'title' | 'text' | 'url'>;
/** Why a message was forgotten before its person came. */
export type Forgotten = 'age' | 'person-full' | 'memory-full';

/** A message that waits, and the instant from which it is too late. */
export type Kept = { readonly message: WebMessage; readonly until: Instant };

const lengthOf = ({ message }: Kept): number =>
  OVERHEAD + message.text.length + (message.title?.length ?? 0) + (message.url?.length ?? 0);

/**
 * Messages of people who are away, in memory.
 * I1. At most `KEPT_PER_PERSON_MAX` a person and `KEPT_LENGTH_MAX` characters in all; the oldest give way, and `forgotten` is told.
 * I2. Nothing is handed out at or after its `until`.
 * I3. People stand in the order in which something was last kept for them, so that whoever waits longest gives way first.
 */
export class WebInbox {
  readonly #people = new Map<PersonKey, readonly Kept[]>();
  #length = 0;

  constructor(
    readonly forgotten: (why: Forgotten) => void,
    readonly lengthMax = KEPT_LENGTH_MAX,
  ) {}

  /** Keeps a message until `until`; the same id again takes the place of the first. */
  keep(person: PersonKey, message: WebMessage, now: Instant, until: Instant): void {
    const others = this.#remove(person).filter((kept) => kept.message.id !== message.id);
    const fresh = this.#dropOld(others, now);
    if (fresh.length >= KEPT_PER_PERSON_MAX) this.forgotten('person-full');
    this.#put(person, [...fresh, { message, until }].slice(-KEPT_PER_PERSON_MAX));
    this.#makeRoom(now);
  }

  /** What waits for the person, oldest first; it waits no longer. */
  take(person: PersonKey, now: Instant): readonly Kept[] {
    return this.#dropOld(this.#remove(person), now);
  }

  #makeRoom(now: Instant): void {
    for (const [person, kept] of this.#people) {
      const old = kept.every(({ until }) => until <= now);
      if (!old && this.#length <= this.lengthMax) return;
      this.#remove(person).forEach(() => this.forgotten(old ? 'age' : 'memory-full'));
    }
  }

  #dropOld(kept: readonly Kept[], now: Instant): readonly Kept[] {
    const fresh = kept.filter(({ until }) => until > now);
    for (let i = fresh.length; i < kept.length; i++) this.forgotten('age');
    return fresh;
  }

  #put(person: PersonKey, kept: readonly Kept[]): void {
    this.#people.set(person, kept);
    for (const one of kept) this.#length += lengthOf(one);
  }

  #remove(person: PersonKey): readonly Kept[] {
    const kept = this.#people.get(person) ?? [];
    this.#people.delete(person);
    for (const one of kept) this.#length -= lengthOf(one);
    return kept;
  }
}
