import { describe, expect, it } from '@jest/globals';
import { makeProgram, playEvents } from '@tripline/engine';
import { encodeUtf8, formatInstant, makeInstant, type Instant } from '@tripline/kernel';
import { parseCall } from '@tripline/services-collector';
import { makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { firingOf, type Firing } from './firing.js';
import type { Line, LineSource } from './line-source.js';
import { rehearse } from './rehearse.js';

const program = makeProgram([
  { name: 'abandoned-cart', version: 1, revision: 1, document: makeTriggerDocument(), state: 'live' },
]);
const iso = (ms: number): string => formatInstant(makeInstant(START + ms));
const MINUTE = 60_000;

/** Lines in memory that remember how often, and whether at places, they were read. */
class MemoryLines implements LineSource {
  readonly read = { through: 0, at: 0 };
  readonly #lines: readonly Line[];

  constructor(lines: readonly string[]) {
    let offset = 0;
    this.#lines = lines.map((text, i) => {
      const bytes = encodeUtf8(text);
      const line = { number: i + 1, offset, bytes };
      offset += bytes.length + 1;
      return line;
    });
  }

  async *pieces(): AsyncGenerator<readonly Line[]> {
    this.read.through++;
    for (let i = 0; i < this.#lines.length; i += 3) yield await Promise.resolve(this.#lines.slice(i, i + 3));
  }

  at(offset: number, length: number): Uint8Array {
    this.read.at++;
    return this.#lines.find((line) => line.offset === offset)!.bytes!.subarray(0, length);
  }
}

async function rehearsed(lines: readonly (object | string)[], until?: Instant, of = program) {
  const source = new MemoryLines(lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))));
  const firings: Firing[] = [];
  const problems: string[] = [];
  const counts = await rehearse({
    program: of,
    source,
    parse: parseCall,
    until,
    onFiring: (firing) => void firings.push(firing),
    onProblem: (problem) => void problems.push('line' in problem ? `${problem.line} ${problem.path}` : problem.person),
  });
  return { firings, problems, counts, read: source.read };
}

let ids = 0;
const call = (userId: string, event: string, ms: number, more: object = {}) => ({
  event,
  userId,
  messageId: `m${++ids}`,
  timestamp: iso(ms),
  properties: { cartId: 'c1' },
  ...more,
});
const cart = (userId: string, ms: number, more: object = {}) => call(userId, 'cart.item_added', ms, more);
const order = (userId: string, ms: number, more: object = {}) => call(userId, 'order.completed', ms, more);
const mail = (userId: string, ms: number): Firing => ({
  trigger: 'abandoned-cart',
  userId,
  firedAt: iso(ms),
  events: {},
  step: 'mail',
});

describe('rehearse', () => {
  it('says who would have got what and when, in the order of the clock', async () => {
    const { firings, counts } = await rehearsed([
      cart('ada', 0),
      cart('bob', MINUTE),
      order('ada', 59 * MINUTE),
      cart('cy', 60 * MINUTE),
    ]);
    expect(firings).toEqual([mail('bob', 61 * MINUTE), mail('cy', 120 * MINUTE)]);
    expect(counts).toEqual({ events: 4, firings: 2, left: 0, problems: 0, inOrder: true });
  });

  it('plays what comes round for ever for a year after the last, or until it is told to stop', async () => {
    const when = [{ every: 'daily 09:00', in: 'buyers' }];
    const document = makeTriggerDocument({ when, by: undefined });
    const daily = makeProgram([
      { name: 'abandoned-cart', version: 1, revision: 2, document, state: 'live' },
      {
        ...{ kind: 'segment', name: 'buyers', version: 1, revision: 1, state: 'live' },
        document: { kind: 'segment', name: 'buyers', let: { n: { count: 'order.completed', within: '3d' } }, where: 'n >= 1' },
      },
    ]);
    expect(daily.problems).toEqual([]);
    const lines = [order('ada', 0), order('ada', 300 * 24 * 60 * MINUTE)];
    const { firings } = await rehearsed(lines, undefined, daily);
    expect(firings.length).toBe(6);
    expect((await rehearsed(lines, makeInstant(START + 2 * 24 * 60 * MINUTE), daily)).firings.length).toBe(2);
    const always = makeProgram([
      {
        name: 'a',
        version: 1,
        revision: 2,
        document: makeTriggerDocument({ name: 'a', when: [{ every: 'daily 09:00' }], by: undefined }),
        state: 'live',
      },
    ]);
    expect(
      (await rehearsed([call('ada', '$identify', 0, { type: 'identify', traits: { name: 'Ada' } })], undefined, always)).firings
        .length,
    ).toBe(366);
  });

  it('names who is known by an anonymous id only by that', async () => {
    const { firings } = await rehearsed([{ ...cart('', 0), userId: null, anonymousId: 'x' }]);
    expect(firings).toMatchObject([{ anonymousId: 'x' }]);
    expect(firings[0]).not.toHaveProperty('userId');
  });

  it('applies by the time received: an order that came too late changes nothing, one in time does, in whatever line it stands', async () => {
    const late = order('ada', 30 * MINUTE, { receivedAt: iso(61 * MINUTE) });
    const inTime = order('ada', 30 * MINUTE, { receivedAt: iso(60 * MINUTE + 9_000) });
    expect((await rehearsed([late, cart('ada', 0)])).firings).toEqual([mail('ada', 60 * MINUTE)]);
    expect((await rehearsed([inTime, cart('ada', 0)])).firings).toEqual([]);
  });

  it('takes those received at one instant in the order of their lines', async () => {
    const at = { receivedAt: iso(90 * MINUTE) };
    const first = cart('ada', 80 * MINUTE, at);
    expect((await rehearsed([first, { ...first, properties: { cartId: 'c2' } }, cart('bob', 0)])).firings).toHaveLength(2);
    const other = { ...first, event: 'order.completed' };
    expect((await rehearsed([other, first, cart('bob', 0)])).firings).toEqual([mail('bob', 60 * MINUTE)]);
  });

  it('reads what is in order as it comes, and of the rest only where each call stands', async () => {
    const sorted = await rehearsed([cart('ada', 0), { batch: [cart('bob', 1), cart('cy', 2)] }, cart('di', 3), cart('ed', 3)]);
    expect([sorted.counts.inOrder, sorted.read]).toEqual([true, { through: 2, at: 0 }]);
    const not = await rehearsed([cart('di', 3), { batch: [cart('bob', 1), cart('cy', 2)] }, cart('ada', 0), cart('ed', 3)]);
    expect([not.counts.inOrder, not.read]).toEqual([false, { through: 2, at: 4 }]);
    expect(not.firings).toEqual(sorted.firings);
  });

  it('stops at `until`: later events are left out, what is due by then is decided', async () => {
    const lines = [cart('ada', 0), cart('bob', 30 * MINUTE), order('ada', 70 * MINUTE)];
    const { firings, counts } = await rehearsed(lines, makeInstant(START + 60 * MINUTE + 10_000));
    expect(firings).toEqual([mail('ada', 60 * MINUTE)]);
    expect(counts).toMatchObject({ events: 2, left: 1 });
    const atThatInstant = await rehearsed(lines, makeInstant(START + 30 * MINUTE));
    expect(atThatInstant.counts).toMatchObject({ events: 2, left: 1 });
  });

  it('names the line of what it cannot read, and goes on', async () => {
    const lines = [cart('ada', 0), '{', { ...cart('bob', 1), userId: 'null' }, { batch: [cart('cy', 2), {}] }];
    const { firings, problems, counts } = await rehearsed(lines);
    expect(firings.map((f) => f.userId)).toEqual(['ada', 'cy']);
    expect(problems).toEqual(['2 ', '3 userId', '4 batch.1.timestamp']);
    expect(counts.problems).toBe(3);
    const unordered = await rehearsed([...lines, cart('di', 0)]);
    expect(unordered.problems.sort()).toEqual(problems);
  });

  it('counts a messageId once for a person, and takes two without one for two events, in a batch too', async () => {
    const one = cart('ada', 0, { messageId: 'same' });
    expect((await rehearsed([one, { ...one, properties: { cartId: 'c2' } }])).firings).toHaveLength(1);
    const none = { ...one, messageId: null };
    const batch = [none, { ...none, properties: { cartId: 'c2' } }];
    expect((await rehearsed([{ batch }])).firings).toHaveLength(2);
    expect((await rehearsed([none, { ...none, properties: { cartId: 'c2' } }])).firings).toHaveLength(2);
  });

  it('answers for shuffled lines of several persons what their own events answer for each', async () => {
    const line = fc.record({
      userId: fc.constantFrom('1', '2', '3'),
      event: fc.constantFrom('cart.item_added', 'order.completed'),
      at: fc.integer({ min: 0, max: 180 }),
      late: fc.constantFrom(0, 0, 1, 40, 90),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 25 }), async (all) => {
        const lines = all.map(({ userId, event, at, late }) =>
          call(userId, event, at * MINUTE, { receivedAt: iso((at + late) * MINUTE) }),
        );
        const { firings } = await rehearsed(lines);
        for (const userId of ['1', '2', '3']) {
          const own = lines
            .filter((one) => one.userId === userId)
            .map((one) => {
              const received = makeInstant(Date.parse((one as unknown as { receivedAt: string }).receivedAt));
              const parsed = parseCall(one, { received, source: 'replay' });
              if (!parsed.ok) throw new Error('a call is good');
              return parsed.value.event;
            })
            .sort((a, b) => a.received - b.received);
          const alone = playEvents(program, `u:${userId}`, own).actions.map(firingOf);
          expect(firings.filter((one) => one.userId === userId)).toEqual(alone);
        }
      }),
      { numRuns: 150 },
    );
  });
});
