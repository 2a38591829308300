import { expect, test } from '@jest/globals';
import { days, makeInstant } from '@tripline/kernel';
import { makeAction, START } from '@tripline/testing-builders';
import { at, idsOf, many, NOW, type GateRig } from './gate-rig.js';

/** The promises of the `Gatehouse` port: what is admitted. */
export function admissionPromises(rig: GateRig): void {
  const { admit, claim } = rig;
  test('an action comes back as it was given, whatever it holds', async () => {
    const action = makeAction({
      person: 'u:żółć 😀',
      topic: 'cart-reminders',
      data: { text: 'a\u0000b \ud800 "\\', deep: [{ n: 1.5 }, null, true] },
    });
    await admit(action);
    expect((await claim()).map((waiting) => waiting.action)).toEqual([action]);
  });

  test('repeats are dropped: within a batch, across batches, across processes at once', async () => {
    const other = await rig.place.ports();
    expect(await admit(...many(3), ...many(3))).toBe(3);
    const counts = await Promise.all([admit(...many(50)), other.gatehouse.admit([...many(50)].reverse(), NOW)]);
    expect(counts.reduce((a, b) => a + b)).toBe(47);
    expect(await claim()).toHaveLength(50);
    expect(await admit(...many(50))).toBe(0);
    await other.close();
  });

  test('an id is unique within the day it was decided', async () => {
    expect(await admit(makeAction(), makeAction({ decided: at(86_400_000) }), makeAction({ decided: at(1) }))).toBe(2);
  });

  test('actions decided on days far off are taken in and dropped as repeats like any', async () => {
    const odd = [0, -86_400_000, START + days(365) * 20].map((decided, i) =>
      makeAction({ id: `odd${i}`, decided: makeInstant(decided) }),
    );
    expect(await admit(...odd)).toBe(3);
    expect(await admit(...odd)).toBe(0);
    expect(idsOf(await claim())).toEqual(['odd0', 'odd1', 'odd2']);
  });

  test('a day that was far off is taken in as well when the clock has come to it', async () => {
    const later = START + days(30);
    expect(await admit(makeAction({ id: 'early', decided: makeInstant(later) }))).toBe(1);
    expect(await rig.ports.gatehouse.admit([makeAction({ id: 'next', decided: makeInstant(later) })], makeInstant(later))).toBe(
      1,
    );
    expect(idsOf(await claim(makeInstant(later)))).toEqual(['early', 'next']);
  });
}
