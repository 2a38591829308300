import { lookup } from 'node:dns/promises';
import {
  formatInstant,
  isJsonObject,
  OperatingError,
  parseJson,
  seconds,
  type Duration,
  type JsonObject,
} from '@tripline/kernel';
import type { Explanation, PersonStates, PersonView, WhyQuestion } from '@tripline/ports';
import { boundedGet, type Answer } from './bounded-request.js';

/** A processor that has not answered by then is not waited for. */
export const PATIENCE_DEFAULT: Duration = seconds(2);
/** One that tells again from the log has read for as long as it may by then. */
export const WHY_PATIENCE_DEFAULT: Duration = seconds(30);
/** One person's state is never larger. */
export const VIEW_BYTES_MAX = 4_194_304;
/** Nor is what is told of one person and one trigger. */
export const WHY_BYTES_MAX = 16_777_216;
/** Processes asked at once; a name with more addresses is a mistake. */
export const PROCESSORS_MAX = 256;

export type HttpPersonStatesOptions = {
  readonly patience?: Duration;
  readonly whyPatience?: Duration;
  /** All addresses of a host; the system's resolver unless given. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
};

type Told = { readonly view: JsonObject | undefined };
type Asking = { readonly path: string; readonly timeoutMs: number; readonly bytesMax: number };

/**
 * Asks every processor at once; the one that holds the person's task answers. `OperatingError`s: `no-owner` where none holds it now,
 * `processor-unreachable` where that cannot be said because one did not answer.
 */
export class HttpPersonStates implements PersonStates {
  readonly #urls: readonly URL[];
  readonly #patience: Duration;
  readonly #whyPatience: Duration;
  readonly #resolve: (host: string) => Promise<readonly string[]>;

  /** `urls` are base addresses of processors. A name that resolves to several addresses (a headless service) is asked at every one. */
  constructor(urls: readonly string[], options: HttpPersonStatesOptions = {}) {
    this.#urls = urls.map((url) => new URL(url));
    this.#patience = options.patience ?? PATIENCE_DEFAULT;
    this.#whyPatience = options.whyPatience ?? WHY_PATIENCE_DEFAULT;
    this.#resolve = options.resolve ?? addressesOf;
  }

  person(person: string): Promise<PersonView | undefined> {
    const path = `persons/${encodeURIComponent(person)}/state`;
    return this.#askAll({ path, timeoutMs: this.#patience, bytesMax: VIEW_BYTES_MAX });
  }

  async why({ person, trigger, since }: WhyQuestion): Promise<Explanation> {
    const query = new URLSearchParams({ trigger, ...(since === undefined ? {} : { since: formatInstant(since) }) });
    const path = `persons/${encodeURIComponent(person)}/why?${query.toString()}`;
    const told = await this.#askAll({ path, timeoutMs: this.#whyPatience, bytesMax: WHY_BYTES_MAX });
    if (told === undefined) throw unreachable('it tells of nobody');
    return told as Explanation;
  }

  async #askAll(asking: Asking): Promise<JsonObject | undefined> {
    const targets = await this.#targets(asking.path);
    const failures: string[] = [];
    const asked = targets.map(async ({ url, address }): Promise<Told> => {
      const told = await this.#ask(url, address, asking).catch(
        (error: unknown) => void failures.push(`${address}: ${textOf(error)}`),
      );
      return told ?? Promise.reject(new Error('not the owner'));
    });
    const told = await Promise.any(asked).catch(() => undefined);
    if (told !== undefined) return told.view;
    if (failures.length > 0) throw unreachable(failures.join('; '));
    throw new OperatingError('no-owner', 'later', 'no processor holds the task of this person now');
  }

  async #targets(path: string): Promise<readonly { readonly url: URL; readonly address: string }[]> {
    const found = this.#urls.map(async (base) => {
      const url = new URL(path, base.href.endsWith('/') ? base : `${base.href}/`);
      const addresses = await this.#resolve(url.hostname.replace(/^\[|\]$/g, ''));
      return addresses.map((address) => ({ url, address }));
    });
    const targets = await Promise.all(found).catch((cause: unknown) => Promise.reject(unreachable(textOf(cause), cause)));
    return targets.flat().slice(0, PROCESSORS_MAX);
  }

  /** Undefined where this one does not hold the task. */
  async #ask(url: URL, address: string, { timeoutMs, bytesMax }: Asking): Promise<Told | undefined> {
    return read(await boundedGet({ url, address, timeoutMs, bytesMax }));
  }
}

/** Only a processor's own words count: something else that listens there knows nothing. */
function read({ status, text }: Answer): Told | undefined {
  const body = parseJson(text);
  if (status === 200 && isJsonObject(body)) return { view: body };
  const error = isJsonObject(body) && isJsonObject(body['error']) ? body['error'] : {};
  if (status === 404 && error['code'] === 'unknown-person') return { view: undefined };
  if (status === 421) return undefined;
  const why = typeof error['message'] === 'string' ? `: ${error['message']}` : '';
  throw new Error(`answered ${status}${why}`);
}

const addressesOf = async (host: string): Promise<readonly string[]> => [
  ...new Set((await lookup(host, { all: true })).map(({ address }) => address)),
];

const unreachable = (message: string, cause?: unknown): OperatingError =>
  new OperatingError('processor-unreachable', 'later', `a processor does not answer: ${message}`, { cause });

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
