import { describe, expect, it } from '@jest/globals';
import { makeInstant, plus, minus, seconds, hours, formatInstant, type Json } from '@tripline/kernel';
import { parseTaskInput } from '@tripline/model';
import { START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { unwrapCloudEvent } from './cloud-event.js';
import { DEPTH_MAX } from './limits.js';
import { parseCall, type CallContext } from './parse-call.js';

const received = START;
const context: CallContext = { received, source: 'shop' };
const eventOf = (call: unknown, with_: Partial<CallContext> = {}) => {
  const parsed = parseCall(call, { ...context, ...with_ });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value.event;
};
const problemsOf = (call: unknown) => {
  const parsed = parseCall(call, context);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
};
const track = { type: 'track', event: 'cart.item_added', userId: 'ada', messageId: 'm1' };
const iso = (at: number): string => formatInstant(makeInstant(at));

describe('a call', () => {
  it.each<[string, object, object]>([
    ['track', { ...track, properties: { value: 20 } }, { name: 'cart.item_added', properties: { value: 20 } }],
    ['a track that names no type', { event: 'x', userId: 'ada' }, { type: 'track', name: 'x' }],
    ['identify', { type: 'identify', userId: 'ada', traits: { age: null } }, { name: '$identify', traits: { age: null } }],
    ['page', { type: 'page', userId: 'ada', name: 'Home', properties: { url: '/' } }, { properties: { name: 'Home', url: '/' } }],
    ['alias', { type: 'alias', userId: 'ada', previousId: 'x' }, { name: '$alias', properties: { previousId: 'x' } }],
    ['group', { type: 'group', userId: 'ada', groupId: 7 }, { name: '$group', properties: { groupId: '7' } }],
    ['a number as an id', { ...track, userId: 42 }, { person: 'u:42' }],
    ['a null userId beside an anonymous one', { ...track, userId: null, anonymousId: 'd' }, { person: 'a:d' }],
    ['both ids', { ...track, anonymousId: 'd' }, { person: 'u:ada', anonymousId: 'd' }],
    ['traits of the context', { ...track, context: { traits: { city: 'Oslo' } } }, { traits: { city: 'Oslo' } }],
  ])('becomes an event: %s', (_name, call, event) => {
    expect(eventOf(call)).toMatchObject(event);
  });

  it.each<[string, unknown, string]>([
    ['no object', [track], ': must be a JSON object'],
    ['an unknown type', { ...track, type: 'outcome' }, 'type: must be one of'],
    ['no person', { ...track, userId: undefined }, 'userId: userId or anonymousId must be given'],
    ['a placeholder', { ...track, userId: 'Guest' }, 'userId: "Guest" is a placeholder'],
    ['a long id', { ...track, anonymousId: 'x'.repeat(201) }, 'anonymousId: longer than 200'],
    ['a placeholder messageId', { ...track, messageId: '0' }, 'messageId: "0" is a placeholder'],
    ['no name', { ...track, event: '' }, 'event: must be the name of the event'],
    ['a long name', { ...track, event: 'x'.repeat(201) }, 'event: longer than 200'],
    ['a name of ours', { ...track, event: '$identify' }, 'event: names that begin with $'],
    ['a time without an offset', { ...track, timestamp: '2026-01-01T00:00:00' }, 'timestamp: must be an ISO 8601 instant'],
    ['a wrong sentAt', { ...track, sentAt: 5 }, 'sentAt: must be an ISO 8601 instant'],
    ['traits that are none', { ...track, context: { traits: 'x' } }, 'context.traits: must be a JSON object'],
    ['an alias of nobody', { type: 'alias', userId: 'ada' }, 'previousId: must be given'],
    [
      'a polluting field',
      JSON.parse('{"event":"x","userId":"a","properties":{"a":[{"__proto__":1}]}}'),
      'properties.a.0.__proto__: ',
    ],
    ['too many bytes', { ...track, properties: { text: '\u0001'.repeat(20_000) } }, ': larger than 65536 bytes'],
  ])('is refused with the field: %s', (_name, call, problem) => {
    expect(problemsOf(call)).toEqual([expect.stringContaining(problem)]);
  });

  it('may be nested to the limit and not past it', () => {
    const nested = (depth: number): Json => (depth === 0 ? 1 : { in: nested(depth - 1) });
    const withDepth = (depth: number) => ({ ...track, properties: nested(depth - 1) });
    expect(problemsOf(withDepth(DEPTH_MAX))).toEqual([]);
    expect(problemsOf(withDepth(DEPTH_MAX + 1))).toEqual([expect.stringContaining(`nested deeper than ${DEPTH_MAX}`)]);
  });
});

describe('the time of an event', () => {
  it('is when it was received, where the call does not say', () => {
    expect(eventOf(track).timestamp).toBe(received);
  });

  it('is corrected by how far the source’s clock is off', () => {
    const call = { ...track, timestamp: iso(plus(received, hours(1)) - 5_000), sentAt: iso(plus(received, hours(1))) };
    expect(eventOf(call).timestamp).toBe(minus(received, seconds(5)));
    const inBatch = { ...track, timestamp: iso(received - 65_000) };
    expect(eventOf(inBatch, { sentAt: minus(received, seconds(60)) }).timestamp).toBe(minus(received, seconds(5)));
  });

  it('is never later than received', () => {
    expect(eventOf({ ...track, timestamp: iso(plus(received, hours(1))) }).timestamp).toBe(received);
  });
});

describe('a missing messageId', () => {
  const bare = { type: 'track', event: 'cart.item_added', userId: 'ada' };
  it('comes from the content, whatever the order of fields and the time of sending', () => {
    const id = eventOf(bare).id;
    expect(eventOf({ sentAt: iso(received), userId: 'ada', event: 'cart.item_added', type: 'track' }).id).toBe(id);
    expect(eventOf({ ...bare, properties: { value: 1 } }).id).not.toBe(id);
  });

  it('comes from the place in the ingest log', () => {
    const at = (offset: string) => eventOf(bare, { position: ['tripline.ingest', '0', offset] }).id;
    expect(at('1')).toBe(at('1'));
    expect(at('1')).not.toBe(at('2'));
  });
});

describe('any input', () => {
  const anyCall = fc.oneof(
    fc.jsonValue({ maxDepth: 6 }),
    fc.record(
      {
        type: fc.oneof(fc.constantFrom('track', 'identify', 'alias', 'page', 'screen', 'group'), fc.jsonValue()),
        event: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        userId: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        anonymousId: fc.oneof(fc.string(), fc.constant(undefined)),
        messageId: fc.oneof(fc.string(), fc.constant(undefined)),
        timestamp: fc.oneof(
          fc.date({ noInvalidDate: true }).map((d) => d.toISOString()),
          fc.jsonValue(),
        ),
        sentAt: fc.oneof(
          fc.date({ noInvalidDate: true }).map((d) => d.toISOString()),
          fc.constant(undefined),
        ),
        properties: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()),
        traits: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.constant(undefined)),
        specversion: fc.constantFrom(undefined, '1.0'),
      },
      { requiredKeys: [] },
    ),
  );

  it('is refused or becomes an event that reads back, the same each time', () => {
    fc.assert(
      fc.property(anyCall, (call) => {
        const first = parseCall(unwrapCloudEvent(call, {}), context);
        expect(parseCall(unwrapCloudEvent(call, {}), context)).toEqual(first);
        if (!first.ok) return expect(first.problems.length).toBeGreaterThan(0);
        const read = parseTaskInput(first.value.value);
        expect(read).toMatchObject({
          ok: true,
          value: { kind: 'event', id: first.value.event.id, person: first.value.event.person },
        });
        expect(first.value.event.timestamp).toBeLessThanOrEqual(received);
        return undefined;
      }),
      { numRuns: 2_000 },
    );
  });
});
