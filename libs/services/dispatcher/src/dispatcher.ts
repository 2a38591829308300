import { between, encodeUtf8, OperatingError, seconds, type Duration, type JsonObject } from '@tripline/kernel';
import { makeDeadLetters, sourceOf, TOPICS, type DeadLetterRecord, type Dispatch, type Template } from '@tripline/model';
import {
  Stop,
  type AttemptLedger,
  type Batch,
  type ChannelProvider,
  type Clock,
  type EventLog,
  type Message,
  type ProfileStore,
  type SendResult,
  type TemplateShelf,
  type Watch,
} from '@tripline/ports';
import { mayRepeat, settleResult } from './attempt-policy.js';
import { EndingWatch } from './ending-watch.js';
import { runLanes } from './lanes.js';
import { makeMessage, type UnsubscribeUrl } from './make-message.js';
import { readDispatch } from './read-dispatch.js';
import { makeReceipt, type Ending } from './receipts.js';
import { Slots } from './slots.js';

/** Calls to the provider at once, over all partitions of this process. */
export const CALLS_MAX = 16;
/** An attempt begun longer ago than this and never finished was interrupted. Longer than any provider's time-out. */
export const ATTEMPT_PATIENCE: Duration = seconds(60);
/** How long to wait before looking again at an attempt that somebody else is making. */
const BUSY_PAUSE: Duration = seconds(1);
/** Results kept in memory while the ledger cannot take them. */
const UNRECORDED_MAX = 10_000;

export type DispatcherOptions = {
  readonly provider: ChannelProvider;
  readonly attempts: AttemptLedger;
  readonly shelf: TemplateShelf;
  readonly profiles: ProfileStore;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly watch: Watch;
  readonly unsubscribeUrl?: UnsubscribeUrl;
};

/** What a message is made of, read before the attempt is begun: between beginning and ending one stands nothing but the call. */
type Facts = { readonly template: Template | undefined; readonly traits: JsonObject };

/**
 * Turns the dispatches of one channel into messages and tells what became of each.
 * I1. An attempt is in the ledger before its call is made; its result is there before its receipt is in the log.
 * I2. A batch is resolved only when the receipt of each of its dispatches (or its dead letter) is acknowledged.
 * I3. The dispatches of one person go one after the other, in the order of the log.
 * I4. What may have left is not sent again, unless `mayRepeat`, and never once it has been recalled, stopped or has expired.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #endings: EndingWatch;
  readonly #slots = new Slots(CALLS_MAX);
  readonly #stop = new Stop();
  readonly #unrecorded = new Map<string, SendResult>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#endings = new EndingWatch(options.watch, options.provider);
  }

  get channel(): ChannelProvider['channel'] {
    return this.#options.provider.channel;
  }

  /** Handles one batch of the channel's topic. Rejected: hand it over again; what was done by then is not done twice. */
  async onDispatches(batch: Batch): Promise<void> {
    const lanes = new Map<string, Dispatch[]>();
    const letters: (readonly DeadLetterRecord[])[] = [];
    for (const record of batch.records) {
      const read = readDispatch(record, this.channel);
      if (read.ok) pushTo(lanes, read.dispatch);
      else letters.push(makeDeadLetters({ ...read, value: record.value, source: sourceOf(record), received: record.appended }));
    }
    await runLanes([...lanes.values()], CALLS_MAX, (dispatch) => this.#dispatch(dispatch, batch));
    if (letters.length > 0) await this.#setAside(letters);
  }

  /** From now on nothing new is begun: what waits rejects, calls under way end. */
  stop(): void {
    this.#stop.stop();
  }

  async #setAside(letters: readonly (readonly DeadLetterRecord[])[]): Promise<void> {
    await this.#options.log.append(letters.flat());
    this.#endings.deadLetters(letters.length);
  }

  async #dispatch(dispatch: Dispatch, batch: Batch): Promise<void> {
    const facts = await this.#factsOf(dispatch);
    const ending = await this.#attempt(dispatch, facts, batch);
    const { log, clock, provider } = this.#options;
    const receipt = makeReceipt(dispatch, ending, provider.name, clock.now());
    await log.append([{ topic: TOPICS.receipts, key: dispatch.person, value: encodeUtf8(JSON.stringify(receipt)) }]);
    this.#endings.told(receipt);
  }

  async #factsOf(dispatch: Dispatch): Promise<Facts> {
    const [template, profile] = await Promise.all([
      this.#options.shelf.template(dispatch.template),
      this.#options.profiles.profile(dispatch.person),
    ]);
    return { template, traits: profile?.traits ?? {} };
  }

  async #attempt(dispatch: Dispatch, facts: Facts, batch: Batch): Promise<Ending> {
    for (;;) {
      const ending = await this.#slots.run(() => {
        this.#mayGoOn(batch);
        return this.#tryOnce(dispatch, facts);
      });
      if (ending !== 'busy') return ending;
      await this.#options.clock.sleep(BUSY_PAUSE, this.#stop);
    }
  }

  #mayGoOn(batch: Batch): void {
    if (this.#stop.stopped) throw new OperatingError('stopping', 'later', 'the dispatcher is being stopped');
    if (!batch.held()) throw new OperatingError('partition-lost', 'later', `partition ${batch.partition} belongs to another now`);
  }

  async #tryOnce(dispatch: Dispatch, facts: Facts): Promise<Ending | 'busy'> {
    const known = this.#unrecorded.get(keyOf(dispatch));
    if (known !== undefined) return this.#finish(dispatch, known);
    const { attempts, provider, clock } = this.#options;
    const begun = await attempts.begin(dispatch, provider.name, clock.now(), ATTEMPT_PATIENCE);
    switch (begun.kind) {
      case 'go':
        return this.#send(dispatch, facts);
      case 'done':
        return begun.result;
      case 'unfinished':
        return mayRepeat(dispatch) && !begun.over
          ? this.#send(dispatch, facts)
          : this.#finish(dispatch, { kind: 'unknown', reason: 'interrupted' });
      case 'busy':
        return 'busy';
      case 'recalled':
      case 'expired':
        return begun;
    }
  }

  async #send(dispatch: Dispatch, facts: Facts): Promise<SendResult> {
    const made = makeMessage(dispatch, facts.template, facts.traits, this.#options.unsubscribeUrl);
    const result: SendResult = made.ok ? await this.#call(made.message) : { kind: 'permanent', reason: made.reason };
    return this.#finish(dispatch, settleResult(dispatch, result, this.#options.clock.now()));
  }

  async #call(message: Message): Promise<SendResult> {
    const { provider, clock } = this.#options;
    const from = clock.now();
    try {
      return await provider.send(message, from);
    } catch (error) {
      this.#endings.threw(error);
      return { kind: 'unknown', reason: 'provider-threw' };
    } finally {
      this.#endings.called(between(from, clock.now()));
    }
  }

  /** Keeps the result in memory until the ledger has it: should the ledger fail now, the batch comes again, and the message is not sent again. */
  async #finish(dispatch: Dispatch, result: SendResult): Promise<SendResult> {
    const key = keyOf(dispatch);
    this.#unrecorded.set(key, result);
    for (const oldest of this.#unrecorded.keys()) {
      if (this.#unrecorded.size <= UNRECORDED_MAX) break;
      this.#unrecorded.delete(oldest);
    }
    await this.#options.attempts.finish(dispatch, result, this.#options.clock.now());
    this.#unrecorded.delete(key);
    return result;
  }
}

const keyOf = (dispatch: Dispatch): string => `${dispatch.action} ${dispatch.attempt}`;

function pushTo(lanes: Map<string, Dispatch[]>, dispatch: Dispatch): void {
  const lane = lanes.get(dispatch.person);
  if (lane === undefined) lanes.set(dispatch.person, [dispatch]);
  else lane.push(dispatch);
}
