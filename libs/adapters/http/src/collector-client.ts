import {
  isJsonObject,
  milliseconds,
  minutes,
  OperatingError,
  parseJson,
  seconds,
  type Duration,
  type JsonObject,
  type Problem,
} from '@tripline/kernel';
import { ControlRefusal } from './control-client.js';

/** How long the collector may take for one batch. */
const ANSWER: Duration = seconds(30);
/** The pause after a failure that may pass, doubled each time … */
const PAUSE_MIN: Duration = milliseconds(250);
const PAUSE_MAX: Duration = seconds(15);
/** … until no batch has been taken for so long. */
export const TROUBLE_MAX: Duration = minutes(2);

/** One call of a batch that was refused for good; `index` is its place. */
export type RefusedCall = Problem & { readonly index: number };

export type CollectorClientOptions = {
  /** Where the collector is: `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly writeKey: string;
  readonly troubleMax?: Duration;
};

/** The collector's way in for batches. */
export class CollectorClient {
  readonly #url: URL;
  readonly #authorization: string;
  readonly #troubleMax: number;

  constructor({ url, writeKey, troubleMax = TROUBLE_MAX }: CollectorClientOptions) {
    this.#url = new URL('v1/import', url.endsWith('/') ? url : `${url}/`);
    this.#authorization = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`;
    this.#troubleMax = troubleMax;
  }

  /**
   * Resolves when the log has every call of the body but those answered. What may pass is tried again, the same: repeats are harmless. Rejects with a
   * `ControlRefusal` where the whole is refused, with an `OperatingError` `collector-unreachable` where it goes on failing.
   */
  async import(body: string): Promise<readonly RefusedCall[]> {
    const ends = performance.now() + this.#troubleMax;
    for (let pause: number = PAUSE_MIN; ; pause = Math.min(2 * pause, PAUSE_MAX)) {
      const { status, text } = await this.#post(body);
      if (status > 0 && status < 500 && status !== 429 && status !== 408) return refusedBy(status, text);
      if (performance.now() + pause > ends)
        throw new OperatingError('collector-unreachable', 'later', `${this.#url.href} does not take events: ${text}`);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /** Status 0: no answer. */
  async #post(body: string): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const headers = { 'content-type': 'application/json', authorization: this.#authorization };
      const response = await fetch(this.#url, { method: 'POST', body, headers, signal: AbortSignal.timeout(ANSWER) });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      const { cause } = error as { readonly cause?: unknown };
      return { status: 0, text: cause instanceof Error && cause.message !== '' ? cause.message : String(error) };
    }
  }
}

const list = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function refusedBy(status: number, text: string): readonly RefusedCall[] {
  const answer = parseJson(text);
  if (status === 200 && isJsonObject(answer) && answer['success'] === true)
    return list(answer['rejected']).map(({ index, field, message }) => ({
      ...{ index: Number(index), path: textOf(field), message: textOf(message) },
    }));
  const error = isJsonObject(answer) && isJsonObject(answer['error']) ? answer['error'] : {};
  const problems = list(error['problems']).map(({ path, message }) => placed(textOf(path), textOf(message)));
  if (status === 400 && problems.length > 0) return problems;
  throw new ControlRefusal(status, textOf(error['code']), textOf(error['message']) || `the collector answered ${status}`, []);
}

/** Where nothing of the batch was accepted, its problems say `batch.3.userId`; of a batch of one, `userId`. */
function placed(path: string, message: string): RefusedCall {
  const [, index = '0', own = path] = /^batch\.(\d+)\.?(.*)$/.exec(path) ?? [];
  return { index: Number(index), path: own, message };
}
