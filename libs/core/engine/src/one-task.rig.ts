import { expect } from '@jest/globals';
import { makeInstant, type Json } from '@tripline/kernel';
import type { Action, Event, OutcomeStatus } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import { advance } from './advance.js';
import type { Output } from './input.js';
import { decodePerson, encodePerson } from './person/person-codec.js';
import type { PersonState } from './person/person-state.js';
import { outcomeEvent } from './play/person-play.js';
import { makeProgram, type Program, type ProgramOptions } from './compile/program.js';
import { nextTimer } from './timers.js';

export const H = 3_600_000;
export const D = 24 * H;
export const SETTLE = 10_000;

/** One person's task by hand: each input when the test says so; the state is stored and read back each time. */
export class Task {
  state: PersonState | undefined;
  constructor(
    readonly program: Program,
    readonly person = 'u:ada',
  ) {}
  static of(fields: { readonly [field: string]: Json | undefined }, options: ProgramOptions = {}): Task {
    const document = makeTriggerDocument({ name: 't', by: 'k', when: [{ event: 'a', as: 'first' }], ...fields });
    const program = makeProgram([{ name: 't', version: 1, revision: 1, document, state: 'live' }], options);
    expect(program.problems).toEqual([]);
    return new Task(program);
  }
  #take(result: { readonly state: PersonState | undefined; readonly outputs: readonly Output[] }): readonly Output[] {
    this.state = result.state === undefined ? undefined : decodePerson(encodePerson(result.state));
    return result.outputs;
  }
  event(
    ms: number,
    name: string,
    properties: { readonly [name: string]: Json } = {},
    fields: Partial<Event> = {},
  ): readonly Output[] {
    return this.#take(
      advance(this.program, this.person, this.state, {
        kind: 'event',
        event: eventAt(ms, name, { k: 1, ...properties }, fields),
        clock: START,
      }),
    );
  }
  outcome(ms: number, output: Output | undefined, status: OutcomeStatus): readonly Output[] {
    const event = outcomeEvent(output as Action, status, makeInstant(START + ms), makeInstant(START + ms));
    return this.#take(advance(this.program, this.person, this.state, { kind: 'event', event, clock: START }));
  }
  tick(ms: number): readonly Output[] {
    const due = makeInstant(START + ms);
    return this.#take(advance(this.program, this.person, this.state, { kind: 'timer', due, clock: due }));
  }
  received(ms: number): Event['received'] {
    return makeInstant(START + ms);
  }
  get next(): number | undefined {
    const timer = this.state === undefined ? undefined : nextTimer(this.state);
    return timer === undefined ? undefined : timer.deadline - START;
  }
}
export const brief = (outputs: readonly Output[]): Json[] =>
  outputs.map((o) =>
    o.kind === 'action'
      ? [o.step, o.decided - START]
      : o.kind === 'recall'
        ? ['recall', o.reason]
        : o.kind === 'notice'
          ? o.name
          : o.kind,
  );
