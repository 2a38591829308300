import { describe, expect, it } from '@jest/globals';
import { makeInstant, type JsonObject } from '@tripline/kernel';
import { eventAt, START } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import type { PersonState } from './person-state.js';
import { makeProgram } from '../compile/program.js';

const program = makeProgram([]);
const identify = (state: PersonState | undefined, ms: number, traits: JsonObject, receivedMs = ms) =>
  advance(program, 'u:ada', state, {
    kind: 'event',
    event: eventAt(ms, '$identify', {}, { type: 'identify', traits, received: makeInstant(START + receivedMs) }),
    clock: START,
  });

describe('traits', () => {
  it('tell the profile at each real change, with a revision that counts up; null clears', () => {
    const first = identify(undefined, 0, { email: 'a@x.example', plan: 'free' });
    expect(first.outputs).toEqual([
      { kind: 'profile', person: 'u:ada', revision: 1, traits: { email: 'a@x.example', plan: 'free' } },
    ]);
    const same = identify(first.state, 1, { plan: 'free', nothing: null });
    expect([same.outputs, same.state?.revision]).toEqual([[], 1]);
    expect(identify(same.state, 2, { plan: null }).outputs).toMatchObject([{ revision: 2, traits: { email: 'a@x.example' } }]);
  });

  it('are only filled in by an event older than the newest change', () => {
    const { state } = identify(undefined, 10, { plan: 'pro' });
    expect(identify(state, 5, { plan: 'free', city: 'Oslo' }, 11).outputs).toMatchObject([
      { traits: { plan: 'pro', city: 'Oslo' } },
    ]);
  });

  it('are bounded: a change past the limit is refused and counted', () => {
    const { state } = identify(undefined, 0, { a: 1 });
    const refused = identify(state, 1, { big: 'x'.repeat(20_000) });
    expect([refused.outputs, refused.state?.traits]).toEqual([[{ kind: 'notice', name: 'traits-too-large' }], { a: 1 }]);
  });

  it('change nothing, and remember nothing, by an event that says nothing', () => {
    const { state } = identify(undefined, 0, { a: 1 });
    expect(advance(program, 'u:ada', state, { kind: 'event', event: eventAt(1, 'page.viewed'), clock: START }).state).toBe(state);
  });
});
