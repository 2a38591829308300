import { lookup } from 'node:dns/promises';
import {
  formatInstant,
  isJsonObject,
  makeDuration,
  OperatingError,
  parseJson,
  seconds,
  type Duration,
  type JsonObject,
} from '@tripline/kernel';
import { ASKED_ON, UNANSWERED, type Explanation, type PersonStates, type PersonView, type WhyQuestion } from '@tripline/ports';
import { boundedGet, type Answer } from './bounded-request.js';

/** An owner that has not answered by then is not waited for. */
export const PATIENCE_DEFAULT: Duration = seconds(2);
/** One that tells again from the log has read for as long as it may by then. */
export const WHY_PATIENCE_DEFAULT: Duration = seconds(30);
/** Longer than for the owner, for who asks it on. */
export const ON_THE_WAY: Duration = seconds(1);
/** One person's state is never larger. */
export const VIEW_BYTES_MAX = 4_194_304;
/** Nor is what is told of one person and one trigger. */
export const WHY_BYTES_MAX = 16_777_216;
/** Addresses asked, one after the other, until one answers; a name with more of them is a mistake. */
export const PROCESSORS_MAX = 256;
/** After so many that did not answer no more are asked: it is the way there that is broken. */
export const UNREACHABLE_MAX = 3;

export type HttpPersonStatesOptions = {
  /** For the owner's answer; who may ask it on is given `ON_THE_WAY` longer. */
  readonly patience?: Duration;
  readonly whyPatience?: Duration;
  /** Asks for what is held there, and no further: set by a processor that asks an owner. */
  readonly there?: boolean;
  /** All addresses of a host; the system's resolver unless given. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
};

type Target = { readonly url: URL; readonly address: string };
type Asking = { readonly path: string; readonly patience: Duration; readonly bytesMax: number };
/** `elsewhere`: a processor that does not ask on (of an older build, or asked for what is held there), and does not hold the task. */
type Told = { readonly view: JsonObject | undefined } | 'elsewhere';

/**
 * Asks a processor, which finds the owner of the person's task. Where there are several addresses, the next is asked only where one does not answer.
 * `OperatingError`s: those of `UNANSWERED`, and `processor-unreachable` where none answered.
 */
export class HttpPersonStates implements PersonStates {
  readonly #urls: readonly URL[];
  readonly #options: HttpPersonStatesOptions;

  /** `urls` are base addresses of processors: one is enough. Every address that a name resolves to is one to ask. */
  constructor(urls: readonly string[], options: HttpPersonStatesOptions = {}) {
    this.#urls = urls.map((url) => new URL(url));
    this.#options = options;
  }

  person(person: string): Promise<PersonView | undefined> {
    const { patience = PATIENCE_DEFAULT } = this.#options;
    const path = `persons/${encodeURIComponent(person)}/state`;
    return this.#askOne({ path, patience, bytesMax: VIEW_BYTES_MAX });
  }

  async why({ person, trigger, since }: WhyQuestion): Promise<Explanation> {
    const { whyPatience = WHY_PATIENCE_DEFAULT } = this.#options;
    const query = new URLSearchParams({ trigger, ...(since === undefined ? {} : { since: formatInstant(since) }) });
    const path = `persons/${encodeURIComponent(person)}/why?${query.toString()}`;
    const told = await this.#askOne({ path, patience: whyPatience, bytesMax: WHY_BYTES_MAX });
    if (told === undefined) throw unreachable('it tells of nobody');
    return told as Explanation;
  }

  async #askOne(asking: Asking): Promise<JsonObject | undefined> {
    const failures: string[] = [];
    for (const target of await this.#targets(asking.path)) {
      const told = await this.#ask(target, asking).catch((error: unknown) => {
        if (error instanceof OperatingError) throw error;
        failures.push(`${target.address}: ${textOf(error)}`);
      });
      if (told !== undefined && told !== 'elsewhere') return told.view;
      if (failures.length === UNREACHABLE_MAX) break;
    }
    if (failures.length > 0) throw unreachable(failures.join('; '));
    throw new OperatingError('no-owner', 'later', 'no processor holds the task of this person now');
  }

  async #targets(path: string): Promise<readonly Target[]> {
    const { resolve = addressesOf } = this.#options;
    const found = this.#urls.map(async (base) => {
      const url = new URL(path, base.href.endsWith('/') ? base : `${base.href}/`);
      const addresses = await resolve(url.hostname.replace(/^\[|\]$/g, ''));
      return addresses.map((address) => ({ url, address }));
    });
    const targets = await Promise.all(found).catch((cause: unknown) => Promise.reject(unreachable(textOf(cause), cause)));
    return targets.flat().slice(0, PROCESSORS_MAX);
  }

  async #ask(target: Target, { patience, bytesMax }: Asking): Promise<Told> {
    const { there = false } = this.#options;
    const timeoutMs = there ? patience : makeDuration(patience + ON_THE_WAY);
    const headers = there ? { [ASKED_ON]: '1' } : {};
    return read(await boundedGet({ ...target, timeoutMs, bytesMax, headers }));
  }
}

/** Only a processor's own words count: something else that listens there knows nothing. */
function read({ status, text }: Answer): Told {
  const body = parseJson(text);
  if (status === 200 && isJsonObject(body)) return { view: body };
  const error = isJsonObject(body) && isJsonObject(body['error']) ? body['error'] : {};
  const { code, message } = error;
  if (status === 404 && code === 'unknown-person') return { view: undefined };
  if (status === 421) return 'elsewhere';
  const why = typeof message === 'string' ? `: ${message}` : '';
  if (status === 503 && typeof code === 'string' && UNANSWERED.includes(code))
    throw new OperatingError(code, 'later', typeof message === 'string' ? message : code);
  throw new Error(`answered ${status}${why}`);
}

const addressesOf = async (host: string): Promise<readonly string[]> => [
  ...new Set((await lookup(host, { all: true })).map(({ address }) => address)),
];

const unreachable = (message: string, cause?: unknown): OperatingError =>
  new OperatingError('processor-unreachable', 'later', `a processor does not answer: ${message}`, { cause });

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
