import { describe, expect, it } from '@jest/globals';
import { encodeUtf8, makeInstant } from '@tripline/kernel';
import { EMPTY_PERSON } from '@tripline/engine';
import { decodeStoredPerson, encodeStoredPerson } from './stored-person.js';

const armed = { due: makeInstant(1_767_225_600_010), deadline: makeInstant(1_767_225_600_000), person: 'u:ada' };
const state = { ...EMPTY_PERSON, messages: { since: makeInstant(7), current: [2 ** 26 + 2], before: [] } };

describe('a person in the store', () => {
  it.each([armed, undefined])('comes back with the timer that stands for them: %j', (timer) => {
    expect(decodeStoredPerson('u:ada', encodeStoredPerson(state, timer))).toEqual({ state, armed: timer });
  });

  // Bytes as the builds that wrote layout 1 left them.
  it.each([
    ['014279b76daa80a0004279b76daa800000', armed],
    ['017ff80000000000007ff8000000000000', undefined],
  ])('is read in layout 1 too: %s', (head, timer) => {
    const json = encodeUtf8('[3,7,0,0,{},[1,2],[],[],[],[],[],{}]');
    const bytes = new Uint8Array([...(head.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)), ...json]);
    expect(decodeStoredPerson('u:ada', bytes)).toEqual({ state, armed: timer });
  });

  it('of a newer build stops this one', () => {
    expect(() => decodeStoredPerson('u:ada', encodeUtf8('x'))).toThrow('a layout which this build does not know');
    expect(() => decodeStoredPerson('u:ada', new Uint8Array([0x92, 3, 0x90]))).toThrow('a layout which this build does not know');
  });
});
