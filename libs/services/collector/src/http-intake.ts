import {
  accept,
  describeProblems,
  encodeUtf8,
  isJsonObject,
  parseJson,
  parseUtf8,
  refuse,
  type Instant,
  type Parsed,
  type Problem,
} from '@tripline/kernel';
import type { DeadLetterReason } from '@tripline/model';
import type { Entry, EventLog, Watch } from '@tripline/ports';
import { appendAll } from './append-all.js';
import { batchSentAt } from './call-time.js';
import { entriesOf } from './event-entries.js';
import { BATCH_BYTES_MAX, BATCH_ITEMS_MAX, CALL_BYTES_MAX } from './limits.js';
import { historicalIn, parseCall, type CallType, type Encoded } from './parse-call.js';
import { setAside } from './set-aside.js';

/** A request as it came; `key` from its Authorization, else the body's `writeKey` counts. */
export type HttpRequest = {
  readonly kind: CallType | 'batch';
  readonly bytes: Uint8Array;
  readonly key?: string | undefined;
  readonly path: string;
  readonly received: Instant;
};

/** One call refused for good; `index` is its place in the batch, 0 for a single call. */
export type Rejected = { readonly index: number; readonly problems: readonly Problem[] };

export type HttpAnswer =
  | { readonly kind: 'accepted'; readonly rejected: readonly Rejected[] }
  | { readonly kind: 'unknown-key' }
  | { readonly kind: 'too-large'; readonly message: string }
  | {
      readonly kind: 'refused';
      readonly code: 'malformed-json' | 'not-utf8' | 'invalid';
      readonly rejected: readonly Rejected[];
    };

export type HttpIntakeOptions = {
  readonly log: EventLog;
  readonly watch: Watch;
  /** The name of each write key's source. */
  readonly writeKeys: Readonly<Record<string, string>>;
};

type Refusal = { readonly code: 'malformed-json' | 'not-utf8' | 'invalid'; readonly problem: Problem };

/** The HTTP way in. What it answers is true: accepted means that every replica of the log has it. */
export class HttpIntake {
  readonly #keys: ReadonlyMap<string, string>;

  constructor(private readonly options: HttpIntakeOptions) {
    this.#keys = new Map(Object.entries(options.writeKeys));
  }

  /**
   * Resolves after the log acknowledged the calls accepted and the dead letters of those refused. Rejects as the log does: then nothing is
   * promised of any call of the request, and all of it may be sent again.
   */
  async take(request: HttpRequest): Promise<HttpAnswer> {
    const { bytes } = request;
    if (bytes.length > BATCH_BYTES_MAX) return this.#counted(tooLarge(`more than ${BATCH_BYTES_MAX} bytes`));
    const text = parseUtf8(bytes);
    const body = text === undefined ? undefined : parseJson(text);
    const source = this.#sourceOf(request, body);
    if (source === undefined) return this.#counted({ kind: 'unknown-key' });
    if (text === undefined)
      return this.#refuse(request, { code: 'not-utf8', problem: { path: '', message: 'the body is not UTF-8' } });
    if (body === undefined)
      return this.#refuse(request, { code: 'malformed-json', problem: { path: '', message: 'the body is not JSON' } });
    const calls = callsOf(request.kind, body);
    if (!calls.ok)
      return this.#refuse(request, { code: 'invalid', problem: calls.problems[0] ?? { path: '', message: 'invalid' } });
    return this.#takeCalls(request, calls.value, source);
  }

  #sourceOf({ key }: HttpRequest, body: unknown): string | undefined {
    const inBody = isJsonObject(body) && typeof body['writeKey'] === 'string' ? body['writeKey'] : undefined;
    return this.#keys.get(key ?? inBody ?? '');
  }

  async #takeCalls(request: HttpRequest, { items, ...ofAll }: Calls, source: string): Promise<HttpAnswer> {
    const entries: Entry[] = [];
    const rejected: Rejected[] = [];
    const { received, kind } = request;
    items.forEach((item, index) => {
      const context = { received, source, ...ofAll, ...(kind === 'batch' ? {} : { type: kind }) };
      const value = items.length === 1 && kind !== 'batch' ? request.bytes : undefined;
      const parsed = parseItem(item, value, context);
      if (parsed.ok) entries.push(...entriesOf(parsed.value, this.options.watch));
      else {
        rejected.push({ index, problems: parsed.problems });
        entries.push(
          ...this.#setAside(
            request,
            value ?? bytesOf(item) ?? request.bytes,
            reasonOf(parsed.problems),
            describeProblems(parsed.problems),
          ),
        );
      }
    });
    await appendAll(this.options.log, entries);
    this.options.watch.meter.count('tripline_collector_accepted_total', { way: 'http' }, items.length - rejected.length);
    return rejected.length === items.length && items.length > 0
      ? { kind: 'refused', code: 'invalid', rejected }
      : { kind: 'accepted', rejected };
  }

  async #refuse(request: HttpRequest, { code, problem }: Refusal): Promise<HttpAnswer> {
    const reason = code === 'malformed-json' ? 'not-json' : code;
    await this.options.log.append(this.#setAside(request, request.bytes, reason, describeProblems([problem])));
    return { kind: 'refused', code, rejected: [{ index: 0, problems: [problem] }] };
  }

  #setAside({ path, received }: HttpRequest, value: Uint8Array, reason: DeadLetterReason, detail: string): readonly Entry[] {
    return setAside(this.options.watch, { value, reason, detail, source: `http ${path}`, received });
  }

  #counted(answer: HttpAnswer): HttpAnswer {
    this.options.watch.meter.count('tripline_collector_turned_away_total', { reason: answer.kind });
    return answer;
  }
}

const tooLarge = (message: string): HttpAnswer => ({ kind: 'too-large', message });
const reasonOf = (problems: readonly Problem[]): DeadLetterReason =>
  problems.some((p) => p.message.startsWith('larger than'))
    ? 'too-large'
    : problems.some((p) => p.message.startsWith('nested'))
      ? 'too-deep'
      : 'invalid';

type Calls = { readonly items: readonly unknown[]; readonly sentAt?: Instant | undefined; readonly historical?: true };

function callsOf(kind: HttpRequest['kind'], body: unknown): Parsed<Calls> {
  if (kind !== 'batch') return accept({ items: [body] });
  if (!isJsonObject(body)) return refuse({ path: '', message: 'must be a JSON object' });
  const items: unknown = body['batch'];
  if (!Array.isArray(items)) return refuse({ path: 'batch', message: 'must be a list of calls' });
  if (items.length > BATCH_ITEMS_MAX) return refuse({ path: 'batch', message: `more than ${BATCH_ITEMS_MAX} calls` });
  const problems: Problem[] = [];
  const sentAt = batchSentAt(body, problems);
  const historical = historicalIn(body, problems);
  return problems.length > 0 ? refuse(...problems) : accept({ items, sentAt, ...(historical === true ? { historical } : {}) });
}

function parseItem(item: unknown, bytes: Uint8Array | undefined, context: Parameters<typeof parseCall>[1]): Parsed<Encoded> {
  const parsed = parseCall(item, context);
  if (!parsed.ok) return parsed;
  const size = (bytes ?? bytesOf(item))?.length ?? CALL_BYTES_MAX + 1;
  return size <= CALL_BYTES_MAX ? parsed : refuse({ path: '', message: `larger than ${CALL_BYTES_MAX} bytes` });
}

/** A call of a batch as bytes; undefined for one nested too deeply to be written again. */
function bytesOf(item: unknown): Uint8Array | undefined {
  try {
    return encodeUtf8(JSON.stringify(item));
  } catch {
    return undefined;
  }
}
