import type { Duration } from '@tripline/kernel';
import type { Receipt } from '@tripline/model';
import type { ChannelProvider, Watch } from '@tripline/ports';

/** A reason is a code, with a detail after `: `; as a label only the code counts, and only one that is short. */
const CODE = /^[a-z][a-z0-9-]{0,39}(?=$|:)/;
const codeOf = (reason: string | undefined): string => (reason === undefined ? '' : (CODE.exec(reason)?.[0] ?? 'other'));

/** Counts and logs what a channel's messages come to. */
export class EndingWatch {
  readonly #watch: Watch;
  readonly #labels: { readonly channel: string; readonly provider: string };

  constructor(watch: Watch, provider: ChannelProvider) {
    this.#watch = watch;
    this.#labels = { channel: provider.channel, provider: provider.name };
  }

  told(receipt: Receipt): void {
    const { status, action, attempt } = receipt;
    const reason = codeOf(receipt.reason);
    this.#watch.meter.count('tripline_dispatcher_endings_total', { ...this.#labels, status, reason });
    const fields = { ...this.#labels, action, attempt, reason: receipt.reason };
    if (reason === 'unauthorized') this.#watch.logger.error('dispatcher.unauthorized', fields);
    else if (status === 'deferred' || status === 'unknown') this.#watch.logger.warn(`dispatcher.${status}`, fields);
    else this.#watch.logger.info(`dispatcher.${status}`, fields);
  }

  deadLetters(count: number): void {
    this.#watch.meter.count('tripline_dispatcher_dead_letters_total', { channel: this.#labels.channel }, count);
    this.#watch.logger.warn('dispatcher.dead-letters', { ...this.#labels, count });
  }

  called(length: Duration): void {
    this.#watch.meter.observe('tripline_dispatcher_call_seconds', length / 1_000, this.#labels);
  }

  /** A provider promises never to reject: somebody must look. */
  threw(error: unknown): void {
    this.#watch.logger.error('dispatcher.provider-threw', { ...this.#labels, error: String(error) });
  }
}
