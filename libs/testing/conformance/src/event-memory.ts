import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { days, hours, makeInstant, plus, type Instant } from '@tripline/kernel';
import { EVENT_NAMES_MAX, PROPERTY_NAMES_MAX, type NameTally, type Tally } from '@tripline/ports';
import { START } from '@tripline/testing-builders';
import type { GatePlace, GatePorts } from './gate-place.js';

const HOUR_MS = 3_600_000;
const hourOf = (at: Instant): number => Math.floor(at / HOUR_MS);

type Given = { readonly at?: Instant; readonly count?: number; readonly properties?: Readonly<Record<string, number>> };

/** So many in the hour of `at`, all of them looked at. */
const counted = ({ at = START, count = 1, properties = {} }: Given = {}): NameTally => ({
  hours: new Map([[hourOf(at), count]]),
  lastSeen: at,
  looked: count,
  properties: new Map(Object.entries(properties)),
  cut: false,
});
const tally = (from: number | undefined, next: number, names: Readonly<Record<string, NameTally>>, partition = 0): Tally => ({
  partition,
  ...(from === undefined ? {} : { from }),
  next,
  behind: 0,
  names: new Map(Object.entries(names)),
});

/** Every promise of the `EventMemory` port, for an adapter to keep. */
export function describeEventMemory(name: string, open: () => Promise<GatePlace>): void {
  describe(`a memory of events: ${name}`, () => {
    let place: GatePlace;
    let ports: GatePorts;
    beforeEach(async () => {
      place = await open();
      ports = await place.ports();
    });
    afterEach(async () => {
      await ports.close();
      await place.close();
    });
    const seenAt = async (now: Instant = START) => (await ports.events.seen(now)).events;

    test('nothing was seen in the beginning, and no partition was counted', async () => {
      expect(await seenAt()).toEqual([]);
      expect(await ports.events.position(0)).toBeUndefined();
    });

    test('counts add up over partitions and writes, also for another process', async () => {
      const first = tally(undefined, 10, { b: counted({ count: 3, properties: { sku: 3, price: 1 } }), a: counted() });
      const second = tally(undefined, 4, { b: counted({ count: 2, properties: { price: 2, sku: 2, size: 1 } }) }, 1);
      expect(await ports.events.add([first, second], START)).toEqual({
        positions: new Map([
          [0, 10],
          [1, 4],
        ]),
        namesOver: 0,
      });
      await ports.events.add([tally(10, 12, { b: counted({ at: plus(START, hours(1)), properties: { sku: 1 } }) })], START);
      const other = await place.ports();
      const b = { name: 'b', total: 6, lastDay: 6, looked: 6, lastSeen: plus(START, hours(1)), cut: false };
      const properties = [
        { name: 'sku', count: 6 },
        { name: 'price', count: 3 },
        { name: 'size', count: 1 },
      ];
      expect((await other.events.seen(plus(START, hours(1)))).events).toEqual([
        expect.objectContaining({ name: 'a' }),
        { ...b, properties },
      ]);
      expect(await other.events.position(0)).toBe(12);
      await other.close();
    });

    test('what another has counted already counts once: a tally from elsewhere adds nothing and is told where to go on', async () => {
      await ports.events.add([tally(undefined, 10, { a: counted() })], START);
      for (const from of [undefined, 9, 11])
        expect(await ports.events.add([tally(from, 20, { a: counted({ count: 5 }), z: counted() })], START)).toEqual({
          positions: new Map([[0, 10]]),
          namesOver: 0,
        });
      expect(await ports.events.add([tally(7, 8, { a: counted() }, 3)], START)).toEqual({ positions: new Map(), namesOver: 0 });
      expect((await seenAt()).map(({ name: each, total }) => [each, total])).toEqual([['a', 1]]);
      expect(await ports.events.position(0)).toBe(10);
    });

    test('of counters at once one is counted', async () => {
      const other = await place.ports();
      const adding = Array.from({ length: 10 }, (_, i) =>
        (i % 2 === 0 ? ports : other).events.add([tally(undefined, 10 + i, { a: counted() })], START),
      );
      const positions = (await Promise.all(adding)).map((each) => each.positions.get(0));
      expect(new Set(positions).size).toBe(1);
      expect(await seenAt()).toMatchObject([{ total: 1 }]);
      await other.close();
    });

    test('how much is still to be counted is that of all partitions, as of the last write', async () => {
      expect(await ports.events.seen(START)).toEqual({ events: [], behind: 0 });
      await ports.events.add(
        [
          { ...tally(undefined, 1, {}), behind: 7 },
          { ...tally(undefined, 1, {}, 1), behind: 5 },
        ],
        START,
      );
      expect((await ports.events.seen(START)).behind).toBe(12);
      await ports.events.add([{ ...tally(1, 8, {}), behind: 0 }], START);
      expect((await ports.events.seen(START)).behind).toBe(5);
    });

    test('the last day is this hour and the 23 before it', async () => {
      await ports.events.add([tally(undefined, 1, { a: counted({ count: 7 }) })], START);
      const lastDay = async (ms: number) => (await seenAt(makeInstant(START + ms)))[0]?.lastDay;
      expect(await lastDay(0)).toBe(7);
      expect(await lastDay(24 * HOUR_MS - 1)).toBe(7);
      expect(await lastDay(24 * HOUR_MS)).toBe(0);
      const later = plus(START, hours(24));
      await ports.events.add([tally(1, 2, { a: counted({ at: later, count: 2 }) })], later);
      expect(await seenAt(later)).toMatchObject([{ lastDay: 2, total: 9, lastSeen: later }]);
      await ports.events.add([tally(2, 3, { a: counted() })], later);
      expect(await seenAt(later)).toMatchObject([{ lastDay: 2, total: 10, lastSeen: later }]);
    });

    test('the properties that are carried most often are kept, and that there are more is known', async () => {
      const many = Object.fromEntries(Array.from({ length: PROPERTY_NAMES_MAX }, (_, i) => [`p${i}`, 2 + i]));
      await ports.events.add([tally(undefined, 1, { a: counted({ count: 60, properties: many }) })], START);
      expect(await seenAt()).toMatchObject([{ cut: false }]);
      await ports.events.add([tally(1, 2, { a: counted({ properties: { more: 1, often: 90 } }), b: counted() })], START);
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
      await ports.events.add([tally(2, 3, { b: { ...counted(), cut: true } })], START);
      expect((await seenAt())[1]?.cut).toBe(true);
    });

    test('there is room for so many names; what is long gone makes room, what is seen again stays', async () => {
      const many = (count: number, prefix: string, at = START) =>
        Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, counted({ at })]));
      await ports.events.add([tally(undefined, 1, many(EVENT_NAMES_MAX - 1, 'old'))], START);
      const later = plus(START, days(30));
      expect((await ports.events.add([tally(1, 2, many(3, 'new', later))], later)).namesOver).toBe(2);
      expect(await seenAt(later)).toHaveLength(EVENT_NAMES_MAX);
      const after = plus(later, hours(1));
      const again = { ...many(3, 'newer', after), old5: counted({ at: after }) };
      expect((await ports.events.add([tally(2, 3, again)], after)).namesOver).toBe(0);
      const seen = await seenAt(after);
      expect(seen.map(({ name: each }) => each)).toEqual(['new0', 'newer0', 'newer1', 'newer2', 'old5']);
      expect(seen[4]).toMatchObject({ total: 2 });
    });

    test('those that are seen again take the room of no other', async () => {
      const some = (count: number, at: Instant) =>
        Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, counted({ at })]));
      await ports.events.add([tally(undefined, 1, some(EVENT_NAMES_MAX, START))], START);
      const later = plus(START, days(31));
      const again = { ...some(EVENT_NAMES_MAX - 1, later), x: counted({ at: later }), y: counted({ at: later }) };
      expect((await ports.events.add([tally(1, 2, again)], later)).namesOver).toBe(1);
      expect(await seenAt(later)).toHaveLength(EVENT_NAMES_MAX);
    });

    test('any name is a name', async () => {
      const odd = ["a'; drop table event_names; --", '__proto__', 'nul\0', 'half \ud800', 'half \udfff', '🎉', 'x'.repeat(200)];
      const names = new Map(odd.map((each) => [each, counted({ properties: { [each]: 1 } })]));
      await ports.events.add([{ ...tally(undefined, 1, {}), names }], START);
      await ports.events.add([{ ...tally(1, 2, {}), names }], START);
      const seen = await seenAt();
      expect(seen.map(({ name: each }) => each)).toEqual(expect.arrayContaining([odd[0], '__proto__', '🎉', odd[6]]));
      expect(seen.reduce((sum, { total }) => sum + total, 0)).toBe(2 * odd.length);
    });
  });
}
