import { describe, expect, it } from '@jest/globals';
import { decodeUtf8, encodeUtf8, makeInstant } from '@tripline/kernel';
import { encodeTaskInput, parseTaskInput, peekEventName, type TaskInput } from './task-input.js';

const event = (name: string): TaskInput => ({
  kind: 'event',
  id: 'm1',
  person: 'u:ada',
  type: 'track',
  name,
  timestamp: makeInstant(5),
  received: makeInstant(6),
  properties: { kind: 'tick', name: 'not this' },
});
const peek = (value: Uint8Array): string | undefined => {
  const span = { from: 0, to: 0 };
  return peekEventName(value, span) ? decodeUtf8(value.subarray(span.from, span.to)) : undefined;
};

describe('task inputs', () => {
  it.each(['cart.item_added', 'Bestellung geändert', '注文'])('finds the name %s without parsing', (name) => {
    expect(peek(encodeTaskInput(event(name)))).toBe(name);
  });

  it('leaves a name that needs unescaping, and everything that is no event, to the parser', () => {
    expect(peek(encodeTaskInput(event('say "hi"')))).toBeUndefined();
    expect(peek(encodeTaskInput({ kind: 'tick', upTo: makeInstant(5) }))).toBeUndefined();
    expect(peek(encodeUtf8('{"kind":"event","name":"cut of'))).toBeUndefined();
  });

  it('reads back what was written, and trusts nothing else', () => {
    for (const input of [event('a'), { kind: 'tick', upTo: makeInstant(7) } as const])
      expect(parseTaskInput(encodeTaskInput(input))).toEqual({ ok: true, value: input });
    for (const text of ['', 'null', '[]', '{}', '{"kind":"event"}', '{"kind":"tick","upTo":"x"}', '{"kind":"link"}']) {
      expect(parseTaskInput(encodeUtf8(text)).ok).toBe(false);
    }
  });
});
