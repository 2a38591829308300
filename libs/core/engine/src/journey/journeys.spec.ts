import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { makeInstant, type Instant } from '@tripline/kernel';
import type { Action, Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { numbered, tree, written, type Step } from './journey-trees.rig.js';
import type { PlayOptions } from '../play/person-play.js';
import { playEvents } from '../play/play.js';
import { makeProgram } from '../compile/program.js';

/**
 * Journeys of random branches, waits and splits within one another, with random outcomes, against an oracle that walks the document
 * itself, by recursion, and shares no code with the engine: no instructions, no state, no timers, a hash of its own.
 */
type Fate = { readonly status: 'sent' | 'dropped' | 'failed'; readonly delay: number } | undefined;
const HOUR = 3_600_000;
const EXPIRES = 20;

/** What one person is written, when, and whether they were held out: read off the document. Times are milliseconds from the first event. */
class Oracle {
  readonly asked: [step: string, at: number][] = [];
  held = false;
  #now = 0;
  #batch = 0;
  #waited = -1;
  readonly #closed = new Map<string, { readonly at: number; readonly status: string }>();
  readonly #arms = new Map<string, string>();

  constructor(
    readonly person: string,
    readonly fate: (step: string) => Fate,
    readonly seen: readonly number[],
  ) {}

  /** False: a hold-out ended it. */
  walk(steps: readonly Step[]): boolean {
    return steps.every((step) => this.#take(step));
  }

  #take(step: Step): boolean {
    if (step.kind === 'message') return this.#ask(step.id);
    if (step.kind === 'split') return this.#split(step);
    this.#now = Math.max(this.#now, ...[...this.#closed.values()].map((each) => each.at));
    if (step.kind === 'branch') {
      const answer = this.#answer(step.test);
      return answer === undefined || this.walk(answer ? step.yes : step.no);
    }
    const end = step.kind === 'await' ? this.#until(step.ms) : step.since ? Math.max(this.#now, step.ms) : this.#now + step.ms;
    this.#now = this.#waited = end;
    return true;
  }

  #ask(id: string): true {
    const fate = this.fate(id);
    this.asked.push([id, this.#now]);
    this.#batch = this.#now;
    this.#closed.set(
      id,
      fate === undefined
        ? { at: this.#now + EXPIRES + HOUR, status: 'unknown' }
        : { at: this.#now + fate.delay, status: fate.status },
    );
    return true;
  }

  #split(step: Extract<Step, { kind: 'split' }>): boolean {
    const hash = createHash('sha256').update(`split/t/${step.id}/${this.person}`).digest().readUInt32BE(0);
    const arm = hash / 2 ** 32 < step.share / 10 ? 'one' : 'two';
    this.#arms.set(step.id, arm);
    if (arm === 'one') return this.walk(step.one);
    if (step.holdout) this.held = true;
    return !step.holdout && this.walk(step.two);
  }

  #answer(test: string): boolean | undefined {
    if (test.startsWith('user.')) return { 'user.yes': true, 'user.no': false }[test];
    const [name = '', field = ''] = test.split(/[. ]/);
    if (name.startsWith('s')) return this.#arms.has(name) ? this.#arms.get(name) === 'one' : undefined;
    return this.#closed.get(name)?.status === field;
  }

  /** The first event after the last wait ended and since the last messages were asked for. */
  #until(atMost: number): number {
    const event = this.seen.find((at) => at > this.#waited && at >= this.#batch && at < this.#now + atMost);
    return event === undefined ? this.#now + atMost : Math.max(this.#now, event);
  }
}

it('each run ends, its steps come in the order of the document and when they should, nothing after an exit, arms are sticky, and storing changes nothing', () => {
  const counts = { asked: 0, held: 0, exited: 0 };
  const fates = fc.array(
    fc.option(
      fc.record({ status: fc.constantFrom('sent' as const, 'dropped' as const, 'failed' as const), delay: fc.nat({ max: 12 }) }),
      { freq: 8, nil: undefined },
    ),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(
      fc.array(tree, { minLength: 1, maxLength: 4 }),
      fates,
      fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }),
      fc.option(fc.integer({ min: 1, max: 60 })),
      fc.nat({ max: 99 }),
      (trees, answers, pages, exit, who) => {
        const names: { messages: string[]; splits: string[] } = { messages: [], splits: [] };
        const steps = numbered(trees, names);
        fc.pre(names.messages.length > 0 && JSON.stringify(steps).split('"kind"').length <= 50);
        const person = `u:${who}`;
        const seen = pages.toSorted((a, b) => a - b);
        const fate = (step: string): Fate => answers[Number(step.slice(1)) % answers.length];
        const played = play(steps, person, fate, seen, exit);
        const oracle = new Oracle(person, fate, seen);
        oracle.walk(steps);
        const expected = oracle.asked.filter(([, at]) => exit === null || at <= exit);
        expect(played.actions.map((a) => [a.step, a.decided - START])).toEqual(expected);
        if (exit === null) expect(played.notices.some((n) => n.name === 'held-out')).toBe(oracle.held);
        expect(played.state?.runs ?? []).toEqual([]);
        counts.asked += expected.length;
        if (oracle.held) counts.held++;
        if (expected.length < oracle.asked.length) counts.exited++;
      },
    ),
    { numRuns: 1_200 },
  );
  // The oracle was asked about something.
  expect(counts.asked).toBeGreaterThan(1_000);
  expect(Math.min(counts.held, counts.exited)).toBeGreaterThan(20);
});

function play(
  steps: readonly Step[],
  person: string,
  fate: (step: string) => Fate,
  seen: readonly number[],
  exit: number | null,
) {
  const document = makeTriggerDocument({
    name: 't',
    by: undefined,
    when: [{ event: 'a', as: 'first' }],
    do: steps.map(written),
    exit: [{ event: 'exit' }],
    goal: { event: 'order', within: '1d' },
    time: { settle: '0s' },
  });
  const program = makeProgram([{ name: 't', version: 1, revision: 1, document, state: 'live' }]);
  expect(program.problems).toEqual([]);
  const outcome = (action: Action): ReturnType<NonNullable<PlayOptions['outcome']>> => {
    const answer = fate(action.step);
    const at = (action.ready + (answer?.delay ?? 0)) as Instant;
    return answer === undefined ? undefined : { status: answer.status, timestamp: at, received: at };
  };
  const events: Event[] = [
    eventAt(-1, '$identify', {}, { type: 'identify', traits: { yes: true, no: false } }),
    eventAt(0, 'a'),
    ...[...seen.map((at) => eventAt(at, 'seen')), ...(exit === null ? [] : [eventAt(exit, 'exit')])].sort(
      (a, b) => a.received - b.received,
    ),
  ].map((event) => ({ ...event, person }));
  const played = playEvents(program, person, events, { outcome, recode: true });
  expect(played).toEqual(playEvents(program, person, events, { outcome }));
  for (const { decided, ready } of played.actions) expect([decided <= ready, makeInstant(ready)]).toEqual([true, ready]);
  return played;
}
