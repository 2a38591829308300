import type { Reading } from '@tripline/ports';
import { translate } from './errors.js';
import { GroupSession, type SessionOptions } from './group-session.js';

/** Crashes in a row, with nothing handled in between, after which the reader gives up: some minutes of a broker that is away. */
const RESTARTS_MAX = 12;
const RESTART_FIRST_MS = 250;
const RESTART_MAX_MS = 30_000;

/** Keeps one subscription at work: a session after the other, until it is closed or has crashed too often in a row. */
export class GroupReader implements Reading {
  readonly #makeOptions: () => Omit<SessionOptions, 'crashed'>;
  #session: GroupSession;
  #restarts = 0;
  #closing: Promise<void> | undefined;
  #restarting: Promise<void> | undefined;
  #wake: () => void = () => undefined;

  /** `makeOptions` makes a new client for each session. */
  constructor(makeOptions: () => Omit<SessionOptions, 'crashed'>) {
    this.#makeOptions = makeOptions;
    this.#session = this.#makeSession();
  }

  /** Resolves when the group was joined, or the first attempt failed (others follow). */
  open(): Promise<void> {
    return this.#session.open().catch((error: unknown) => this.#crashed(this.#session, error));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#wake();
    await this.#restarting;
    await this.#session.close();
  }

  #makeSession(): GroupSession {
    const session: GroupSession = new GroupSession({ ...this.#makeOptions(), crashed: (error) => this.#crashed(session, error) });
    return session;
  }

  #crashed(session: GroupSession, error: unknown): void {
    if (session !== this.#session || this.#restarting !== undefined || this.#closing !== undefined) return;
    this.#restarting = this.#restart(error).finally(() => (this.#restarting = undefined));
  }

  async #restart(error: unknown): Promise<void> {
    const { watch, subscription } = this.#makeOptions();
    this.#restarts = this.#session.progressed ? 1 : this.#restarts + 1;
    watch.meter.count('tripline_log_reader_restarts_total', { group: subscription.group });
    watch.logger.warn('log.reader_restart', { group: subscription.group, restarts: this.#restarts, error: String(error) });
    await this.#session.abandon();
    if (this.#restarts > RESTARTS_MAX)
      return subscription.halted?.(translate(error, `reading ${subscription.topics.join(', ')}`));
    await this.#pause(Math.min(RESTART_MAX_MS, RESTART_FIRST_MS * 2 ** (this.#restarts - 1)));
    if (this.#closing !== undefined) return;
    const session = this.#makeSession();
    this.#session = session;
    await session.open().catch((again: unknown) => void setImmediate(() => this.#crashed(session, again)));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => (clearTimeout(timer), resolve());
      if (this.#closing !== undefined) this.#wake();
    });
  }
}
