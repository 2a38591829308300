import { expect, test } from '@jest/globals';
import { days, hours, plus, type Instant } from '@tripline/kernel';
import { EVENT_NAMES_MAX, PROPERTY_NAMES_MAX, type EventSeen } from '@tripline/ports';
import { START } from '@tripline/testing-builders';
import { counted, tally } from './event-tallies.js';
import type { GateRig } from './gate-rig.js';

/** The promises of the `EventMemory` port: which names and properties there is room for. */
export function roomPromises(rig: GateRig): void {
  const seenAt = async (now: Instant = START): Promise<readonly EventSeen[]> => (await rig.ports.events.seen(now)).events;
  test('the properties that are carried most often are kept, and that there are more is known', async () => {
    const many = Object.fromEntries(Array.from({ length: PROPERTY_NAMES_MAX }, (_, i) => [`p${i}`, 2 + i]));
    await rig.ports.events.add([tally(undefined, 1, { a: counted({ count: 60, properties: many }) })], START);
    expect(await seenAt()).toMatchObject([{ cut: false }]);
    await rig.ports.events.add([tally(1, 2, { a: counted({ properties: { more: 1, often: 90 } }), b: counted() })], START);
    const [a, b] = await seenAt();
    const names = a?.properties.map(({ name: each }) => each) ?? [];
    expect([names.length, names[0], names.includes('more'), names.includes('p0'), a?.cut]).toEqual([
      50,
      'often',
      false,
      false,
      true,
    ]);
    expect(b?.cut).toBe(false);
    await rig.ports.events.add([tally(2, 3, { b: { ...counted(), cut: true } })], START);
    expect((await seenAt())[1]?.cut).toBe(true);
  });

  test('there is room for so many names; what is long gone makes room, what is seen again stays', async () => {
    const many = (count: number, prefix: string, at = START) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, counted({ at })]));
    await rig.ports.events.add([tally(undefined, 1, many(EVENT_NAMES_MAX - 1, 'old'))], START);
    const later = plus(START, days(30));
    expect((await rig.ports.events.add([tally(1, 2, many(3, 'new', later))], later)).namesOver).toBe(2);
    expect(await seenAt(later)).toHaveLength(EVENT_NAMES_MAX);
    const after = plus(later, hours(1));
    const again = { ...many(3, 'newer', after), old5: counted({ at: after }) };
    expect((await rig.ports.events.add([tally(2, 3, again)], after)).namesOver).toBe(0);
    const seen = await seenAt(after);
    expect(seen.map(({ name: each }) => each)).toEqual(['new0', 'newer0', 'newer1', 'newer2', 'old5']);
    expect(seen[4]).toMatchObject({ total: 2 });
  });

  test('those that are seen again take the room of no other', async () => {
    const some = (count: number, at: Instant) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, counted({ at })]));
    await rig.ports.events.add([tally(undefined, 1, some(EVENT_NAMES_MAX, START))], START);
    const later = plus(START, days(31));
    const again = { ...some(EVENT_NAMES_MAX - 1, later), x: counted({ at: later }), y: counted({ at: later }) };
    expect((await rig.ports.events.add([tally(1, 2, again)], later)).namesOver).toBe(1);
    expect(await seenAt(later)).toHaveLength(EVENT_NAMES_MAX);
  });

  test('any name is a name', async () => {
    const odd = ["a'; drop table event_names; --", '__proto__', 'nul\0', 'half \ud800', 'half \udfff', '🎉', 'x'.repeat(200)];
    const names = new Map(odd.map((each) => [each, counted({ properties: { [each]: 1 } })]));
    await rig.ports.events.add([{ ...tally(undefined, 1, {}), names }], START);
    await rig.ports.events.add([{ ...tally(1, 2, {}), names }], START);
    const seen = await seenAt();
    expect(seen.map(({ name: each }) => each)).toEqual(expect.arrayContaining([odd[0], '__proto__', '🎉', odd[6]]));
    expect(seen.reduce((sum, { total }) => sum + total, 0)).toBe(2 * odd.length);
  });

  test('a name that no store can keep needs the room of the one it is kept as', async () => {
    const full = Object.fromEntries(Array.from({ length: EVENT_NAMES_MAX }, (_, i) => [`n${i}`, counted()]));
    await rig.ports.events.add([tally(undefined, 1, full)], START);
    expect((await rig.ports.events.add([tally(1, 2, { 'x\0': counted() })], START)).namesOver).toBe(1);
    expect(await seenAt()).toHaveLength(EVENT_NAMES_MAX);
  });
}
