import {
  isJsonObject,
  OperatingError,
  parseJson,
  seconds,
  type Duration,
  type Instant,
  type Json,
  type JsonObject,
  type Problem,
} from '@tripline/kernel';
import type { Settings } from '@tripline/model';
import type { DocumentKind, Explanation, MessageView, Pausing, Place, PersonView, Published } from '@tripline/ports';

/** How long the control plane may take for one answer, unless told otherwise. */
export const ANSWER_DEFAULT: Duration = seconds(30);

/** How long it may take to move the clock ahead: it stops wherever something is due until that has gone its way, sixty times of five seconds at most. */
export const SKIP_DEFAULT: Duration = seconds(300);

/** How long it may take to tell a person's history again: the processor reads for twenty seconds at most. */
export const WHY_DEFAULT: Duration = seconds(60);

const NO_CONTENT = 204;

/** Why a trigger did or did not write to a person, and what became of its messages, newest first. */
export type Why = Explanation & { readonly messages: readonly MessageView[] };

/** A problem of one of the documents sent, as the control plane tells it. */
export type TextProblem = Problem & Partial<Place>;

/** The control plane, or the collector, said no; `message` is its own, `problems` name the fields. */
export class ControlRefusal extends Error {
  override readonly name = 'ControlRefusal';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly problems: readonly TextProblem[],
  ) {
    super(message);
  }
}

export type ControlClientOptions = {
  /** Where the control plane is: `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly token?: string;
  readonly patience?: Duration;
};

export type MessageFilter = {
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly trigger?: string;
  readonly status?: string;
  readonly max?: string;
};

type Call = {
  readonly method?: 'POST' | 'PUT' | 'DELETE';
  readonly type?: string;
  readonly body?: string;
  readonly by?: string;
  readonly patience?: Duration;
};

/** The control plane over its REST API. A refusal is a `ControlRefusal`; no answer, or none of the control plane, is an `OperatingError` `control-unreachable`. */
export class ControlClient {
  readonly #base: URL;
  readonly #token: string | undefined;
  readonly #patience: Duration | undefined;

  constructor({ url, token, patience }: ControlClientOptions) {
    this.#base = new URL(url.endsWith('/') ? url : `${url}/`);
    this.#token = token;
    this.#patience = patience;
  }

  /** Publishes every document of the text or none. */
  async publish(
    text: string,
    by: string,
  ): Promise<{
    readonly published: readonly Published[];
    readonly settings?: Required<Settings>;
    readonly warnings: readonly TextProblem[];
  }> {
    return (await this.#call('api/triggers', { method: 'POST', type: 'application/yaml', body: text, by })) as never;
  }

  /** What publishing the text would say; nothing is published. */
  async check(text: string): Promise<{ readonly warnings: readonly TextProblem[] }> {
    return (await this.#call('api/check', { method: 'POST', type: 'application/yaml', body: text })) as never;
  }

  /** The newest version of every document of a kind, by name; withdrawn ones too. */
  async published(kind: DocumentKind): Promise<readonly Published[]> {
    return (await this.#call(`api/${kind}s`))[`${kind}s`] as never;
  }

  /** What is not said is as the API says: entries open, messages held. */
  async pause(trigger: string, pausing: Partial<Pausing> = {}): Promise<void> {
    const path = `api/triggers/${encodeURIComponent(trigger)}/pause`;
    await this.#call(path, { method: 'POST', type: 'application/json', body: JSON.stringify(pausing) });
  }

  async resume(trigger: string): Promise<void> {
    await this.#call(`api/triggers/${encodeURIComponent(trigger)}/resume`, { method: 'POST' });
  }

  /** `person` is a key. */
  async release(person: string): Promise<void> {
    await this.#call(`api/persons/${encodeURIComponent(person)}/release`, { method: 'POST' });
  }

  async messages(filter: MessageFilter): Promise<readonly MessageView[]> {
    const query = new URLSearchParams(filter).toString();
    const { messages } = await this.#call(`api/messages?${query}`);
    return messages as never;
  }

  /** `person` is a key: `u:<userId>` or `a:<anonymousId>`. */
  person(person: string): Promise<PersonView> {
    return this.#call(`api/persons/${encodeURIComponent(person)}`);
  }

  /** `person` is a key; `since` an instant in ISO 8601. */
  async why(person: string, query: { readonly trigger: string; readonly since?: string }): Promise<Why> {
    const path = `api/persons/${encodeURIComponent(person)}/why?${new URLSearchParams(query).toString()}`;
    return (await this.#call(path, { patience: WHY_DEFAULT })) as never;
  }

  /** Before an import: its mark, when all that was published is in force. A refusal `history-waits` is to be asked again; so below. */
  async beginHistory(): Promise<{ readonly begun: number }> {
    return (await this.#call('api/history/begin', { method: 'POST' })) as never;
  }

  /** After it: all that happened from `completeFrom` (ISO 8601) on was sent. Answered when the tasks are told. */
  async completeHistory(completeFrom: string, begun: number): Promise<void> {
    await this.#call('api/history', { method: 'POST', type: 'application/json', body: JSON.stringify({ completeFrom, begun }) });
  }

  /** What holds for every trigger. */
  async settings(): Promise<Required<Settings>> {
    return (await this.#call('api/settings')) as never;
  }

  /** Another default zone (an IANA name) or higher semantics; what is left out stays. Answered when it is stored and on its way to the tasks. */
  async changeSettings(given: Partial<Pick<Settings, 'zone' | 'semantics'>>, by: string): Promise<Required<Settings>> {
    const body = JSON.stringify(given);
    return (await this.#call('api/settings', { method: 'PUT', type: 'application/json', body, by })) as never;
  }

  async clock(): Promise<{ readonly now: Instant; readonly movable: boolean }> {
    return (await this.#call('api/clock')) as never;
  }

  /** Moves the clock ahead by a duration as people write it (`1h`) and answers the new time. */
  async advance(length: string): Promise<Instant> {
    const body = JSON.stringify({ advance: length });
    const { now } = await this.#call('api/clock', { method: 'POST', type: 'application/json', body, patience: SKIP_DEFAULT });
    return now as Instant;
  }

  async #call(path: string, { method, type, body, by, patience = ANSWER_DEFAULT }: Call = {}): Promise<JsonObject> {
    const headers = {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(by === undefined ? {} : { 'x-tripline-by': by }),
      ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
    };
    const signal = AbortSignal.timeout(this.#patience ?? patience);
    const init = { method: method ?? 'GET', headers, signal, ...(body === undefined ? {} : { body }) };
    const response = await this.#fetch(path, init);
    const answer = response.status === NO_CONTENT ? {} : parseJson(response.text);
    if (response.ok && isJsonObject(answer)) return answer;
    const error = isJsonObject(answer) ? answer['error'] : undefined;
    if (!isJsonObject(error))
      throw unreachable(`${this.#base.href} is not Tripline's control plane: it answered ${response.status}`);
    throw refusalOf(response.status, error);
  }

  async #fetch(
    path: string,
    init: RequestInit,
  ): Promise<{ readonly ok: boolean; readonly status: number; readonly text: string }> {
    try {
      const response = await fetch(new URL(path, this.#base), init);
      return { ok: response.ok, status: response.status, text: await response.text() };
    } catch (cause) {
      throw unreachable(`${this.#base.href} does not answer: ${reasonOf(cause)}`, cause);
    }
  }
}

function refusalOf(status: number, { code, message, problems }: JsonObject): ControlRefusal {
  const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
  const listed = Array.isArray(problems) ? (problems as unknown as readonly TextProblem[]) : [];
  return new ControlRefusal(status, text(code), text(message), listed);
}

const unreachable = (message: string, cause?: unknown): OperatingError =>
  new OperatingError('control-unreachable', 'later', message, { cause });

/** The client's own message is only "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  const inner = cause instanceof Error ? cause : error;
  const { code } = inner as { readonly code?: unknown };
  return inner instanceof Error && inner.message !== '' ? inner.message : String(code ?? inner);
}
