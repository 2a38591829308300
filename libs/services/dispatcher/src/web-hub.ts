import { earlier, hours, plus, type Duration, type Instant } from '@tripline/kernel';
import type { PersonKey } from '@tripline/model';
import type { ChannelProvider, Clock, Message, SendResult, Watch } from '@tripline/ports';
import { WebInbox, type WebMessage } from './web-inbox.js';

export const CONNECTIONS_MAX = 10_000;
export const CONNECTIONS_PER_PERSON_MAX = 10;
/** How long a message waits for its person, unless it expires before. */
export const KEEP: Duration = hours(24);

/** Hands a message to one connection; false where it can take no more, which ends it. */
export type Deliver = (message: WebMessage) => boolean;

/**
 * The web channel in the memory of one process: who is connected gets a message at once, who is away finds it on return.
 * Accepted means delivered or kept; that it was seen is told by the browser later (`displayed`). What is kept does not survive the
 * process, and only connections to this process are served: both end with the stored inbox.
 * I1. A message is either kept or was handed to a connection of its person, never both; one bound to a page is never kept.
 */
export class WebHub implements ChannelProvider {
  readonly name = 'web-hub';
  readonly channel = 'web';
  readonly #clock: Clock;
  readonly #watch: Watch;
  readonly #connections = new Map<PersonKey, Set<Deliver>>();
  readonly #inbox: WebInbox;
  #connected = 0;

  constructor(clock: Clock, watch: Watch) {
    this.#clock = clock;
    this.#watch = watch;
    this.#inbox = new WebInbox((why) => watch.meter.count('tripline_dispatcher_web_forgotten_total', { why }));
  }

  send(message: Message, now: Instant): Promise<SendResult> {
    const shown = shownOf(message);
    const isShown = this.#deliver(message.person, shown);
    if (!isShown && message.bound === 'page')
      return Promise.resolve({ kind: 'permanent', reason: 'page-gone: nobody is on the page' });
    if (!isShown) this.#inbox.keep(message.person, shown, now, keptUntil(message, now));
    return Promise.resolve({ kind: 'accepted', providerMessageId: message.id });
  }

  /** Connects one browser of a person and hands it what waited; undefined where there are too many. The answer disconnects. */
  connect(person: PersonKey, deliver: Deliver): (() => void) | undefined {
    const connections = this.#connections.get(person) ?? new Set();
    if (this.#connected >= CONNECTIONS_MAX || connections.size >= CONNECTIONS_PER_PERSON_MAX) {
      this.#watch.meter.count('tripline_dispatcher_web_refused_total');
      return undefined;
    }
    this.#connections.set(person, connections.add(deliver));
    this.#count(1);
    this.#handOver(person, deliver);
    return () => this.#disconnect(person, deliver);
  }

  #disconnect(person: PersonKey, deliver: Deliver): void {
    const connections = this.#connections.get(person);
    if (connections?.delete(deliver) !== true) return;
    if (connections.size === 0) this.#connections.delete(person);
    this.#count(-1);
  }

  #count(change: number): void {
    this.#connected += change;
    this.#watch.meter.gauge('tripline_dispatcher_web_connections', this.#connected);
  }

  #deliver(person: PersonKey, message: WebMessage): boolean {
    let delivered = false;
    for (const deliver of [...(this.#connections.get(person) ?? [])])
      if (deliver(message)) delivered = true;
      else this.#disconnect(person, deliver);
    return delivered;
  }

  #handOver(person: PersonKey, deliver: Deliver): void {
    const now = this.#clock.now();
    let open = true;
    for (const { message, until } of this.#inbox.take(person, now)) {
      open = open && deliver(message);
      if (!open) this.#inbox.keep(person, message, now, until);
    }
    if (!open) this.#disconnect(person, deliver);
  }
}

const keptUntil = (message: Message, now: Instant): Instant =>
  message.expires === undefined ? plus(now, KEEP) : earlier(message.expires, plus(now, KEEP));

const shownOf = ({ id, trigger, step, title, text, url }: Message): WebMessage => ({
  ...{ id, trigger, step, text },
  ...(title === undefined ? {} : { title }),
  ...(url === undefined ? {} : { url }),
});
