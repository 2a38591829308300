import { ENDLESS_PLAY, toldOf, type Program, type Told } from '@tripline/engine';
import { INSTANT_MAX_MS, plus, type Instant, type JsonObject, type Parsed } from '@tripline/kernel';
import type { Event, PersonKey } from '@tripline/model';
import { CallOrder } from './call-order.js';
import { firingOf, type Firing } from './firing.js';
import type { Line, LineSource } from './line-source.js';
import { readLine, type LineProblem, type ReceivedCall } from './read-line.js';
import { Replay } from './replay.js';

/** The collector's own reading of one call. */
export type ParseCall = (
  call: JsonObject,
  context: {
    readonly received: Instant;
    readonly source: string;
    readonly sentAt?: Instant;
    readonly position: readonly string[];
  },
) => Parsed<{ readonly event: Event }>;

export type RehearsalOptions = {
  readonly program: Program;
  readonly source: LineSource;
  readonly parse: ParseCall;
  /** Where the clock stops: what was received later is left out. Absent: when everything is decided, or a year after the last where something comes round for ever. */
  readonly until?: Instant | undefined;
  /** Whom it is about; absent: everybody. Others are read and passed over. */
  readonly only?: PersonKey | undefined;
  /** Everything that was looked at or decided, as it is decided. */
  readonly onTold?: ((told: Told) => void) | undefined;
  readonly onFiring: (firing: Firing) => void;
  readonly onProblem: (problem: LineProblem | { readonly person: string; readonly message: string }) => void;
};

export type RehearsalCounts = {
  readonly events: number;
  readonly firings: number;
  /** Received after `until`. */
  readonly left: number;
  /** Lines and calls that could not be read, and persons set aside. */
  readonly problems: number;
  readonly inOrder: boolean;
};

/**
 * Replays the calls of a source in the order in which they were received. A source that is in order already is read as it comes, nothing of
 * it kept; of another only the order is kept, and each call is read where it stands.
 */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalCounts> {
  const inOrder = await isInOrder(options.source);
  const rehearsal = new Rehearsal(options);
  await (inOrder ? rehearsal.asItComes() : rehearsal.sorted());
  rehearsal.finish();
  return { ...rehearsal.counts, inOrder };
}

async function isInOrder(source: LineSource): Promise<boolean> {
  let last = -INSTANT_MAX_MS;
  for await (const lines of source.pieces())
    for (const line of lines)
      for (const { received } of readLine(line).calls) {
        if (received < last) return false;
        last = received;
      }
  return true;
}

class Rehearsal {
  readonly counts = { events: 0, firings: 0, left: 0, problems: 0 };
  readonly #until: Instant;
  #last = 0 as Instant;
  readonly #replay: Replay;

  constructor(private readonly options: RehearsalOptions) {
    this.#until = options.until ?? (INSTANT_MAX_MS as Instant);
    const { onTold } = options;
    this.#replay = new Replay(options.program, {
      ...(onTold && { onTrace: (person, entry, input) => onTold(toldOf(person, input, entry)) }),
      onAction: (action) => {
        this.counts.firings++;
        options.onFiring(firingOf(action));
      },
      onSetAside: (person, message) => this.#problem({ person, message }),
    });
  }

  async asItComes(): Promise<void> {
    for await (const lines of this.options.source.pieces())
      for (const line of lines) for (const call of this.#read(line)) this.#apply(call, line.number);
  }

  async sorted(): Promise<void> {
    const order = new CallOrder();
    for await (const lines of this.options.source.pieces())
      for (const line of lines) {
        const { number, offset, bytes } = line;
        for (const { received, item } of this.#read(line))
          order.add(received, { offset, length: bytes?.length ?? 0, line: number, item });
      }
    let last: { readonly line: number; readonly calls: readonly ReceivedCall[] } | undefined;
    for (const { offset, length, line, item } of order.places()) {
      if (last?.line !== line) last = { line, calls: this.#at(offset, length, line) };
      const call = last.calls[item]?.item === item ? last.calls[item] : last.calls.find((one) => one.item === item);
      if (call !== undefined) this.#apply(call, line);
    }
  }

  finish(): void {
    const isForEver = this.options.until === undefined && this.options.program.isEndless;
    this.#replay.moveTo(isForEver ? plus(this.#last, ENDLESS_PLAY) : this.#until);
  }

  #read(line: Line): readonly ReceivedCall[] {
    const { calls, problems } = readLine(line);
    for (const problem of problems) this.#problem(problem);
    return calls;
  }

  #at(offset: number, length: number, number: number): readonly ReceivedCall[] {
    return readLine({ number, offset, bytes: this.options.source.at(offset, length) }).calls;
  }

  #apply({ call, received, sentAt, item }: ReceivedCall, line: number): void {
    const context = { received, source: 'replay', position: ['replay', String(line), String(item)] };
    const parsed = this.options.parse(call, sentAt === undefined ? context : { ...context, sentAt });
    if (!parsed.ok) {
      for (const problem of parsed.problems) this.#problem({ line, ...problem });
    } else if (this.options.only !== undefined && parsed.value.event.person !== this.options.only) return;
    else if (received > this.#until) this.counts.left++;
    else {
      this.counts.events++;
      this.#last = received;
      this.#replay.receive(parsed.value.event);
    }
  }

  #problem(problem: Parameters<RehearsalOptions['onProblem']>[0]): void {
    this.counts.problems++;
    this.options.onProblem(problem);
  }
}
