import type { RefusedCall } from '@tripline/adapters-http';
import { formatInstant, type JsonObject, type Problem } from '@tripline/kernel';
import { BATCH_BYTES_MAX, CALL_BYTES_MAX, parseCall } from '@tripline/services-collector';
import { readLine, type Line, type LineProblem, type ReceivedCall } from '@tripline/services-rehearsal';

/** Calls of one request. */
export const BATCH_CALLS_MAX = 1_000;
/** What stands around the calls of a batch. */
const FRAME_BYTES = 100;

export type ImportCounts = { readonly events: number; readonly problems: number };

/** Who hears what happens: problems by their lines, and how many events the log has. */
export type ImportEar = {
  readonly onProblem: (problem: LineProblem) => void;
  readonly onProgress: (counts: ImportCounts) => void;
};

type Waiting = { readonly text: string; readonly line: number };

/**
 * Sends the calls of lines to the collector as history, one batch after the other: it goes no faster than they are taken. What cannot be read or is refused
 * is told by its line and passed over.
 */
export class ImportRun {
  #waiting: Waiting[] = [];
  #bytes = 0;
  #events = 0;
  #problems = 0;

  constructor(
    private readonly send: (body: string) => Promise<readonly RefusedCall[]>,
    private readonly ear: ImportEar,
  ) {}

  get counts(): ImportCounts {
    return { events: this.#events, problems: this.#problems };
  }

  async take(pieces: AsyncIterable<readonly (Line | LineProblem)[]>): Promise<void> {
    for await (const piece of pieces)
      for (const each of piece) {
        if ('message' in each) this.#problem(each.line, each);
        else await this.#takeLine(each);
      }
    await this.#flush();
  }

  async #takeLine(line: Line): Promise<void> {
    const { calls, problems } = readLine(line);
    for (const problem of problems) this.#problem(problem.line, problem);
    for (const call of calls) await this.#takeCall(line.number, call);
  }

  async #takeCall(line: number, received: ReceivedCall): Promise<void> {
    const text = this.#textOf(line, received);
    if (text === undefined) return;
    const bytes = Buffer.byteLength(text) + 1;
    if (bytes > CALL_BYTES_MAX) return this.#problem(line, { path: '', message: `larger than ${CALL_BYTES_MAX} bytes` });
    if (this.#waiting.length >= BATCH_CALLS_MAX || this.#bytes + bytes + FRAME_BYTES > BATCH_BYTES_MAX) await this.#flush();
    this.#waiting.push({ text, line });
    this.#bytes += bytes;
  }

  /** As it is sent: with the time it happened, which the time of its import must not correct. */
  #textOf(line: number, { call, received, sentAt }: ReceivedCall): string | undefined {
    const parsed = parseCall(call, { received, sentAt, source: 'import' });
    if (!parsed.ok) return void parsed.problems.forEach((problem) => this.#problem(line, problem));
    const dated: JsonObject = { ...call, timestamp: formatInstant(parsed.value.event.timestamp), sentAt: null };
    return JSON.stringify(dated);
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    [this.#waiting, this.#bytes] = [[], 0];
    const refused = await this.send(`{"historical":true,"batch":[${batch.map(({ text }) => text).join(',')}]}`);
    for (const problem of refused) this.#problem(batch[problem.index]?.line ?? 0, problem);
    this.#events += batch.length - new Set(refused.map(({ index }) => index)).size;
    this.ear.onProgress(this.counts);
  }

  #problem(line: number, { path, message }: Problem): void {
    this.#problems++;
    this.ear.onProblem({ line, path, message });
  }
}
