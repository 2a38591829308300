import { describe, expect, test } from '@jest/globals';
import { hours, minutes, plus, seconds } from '@tripline/kernel';
import type { Message } from '@tripline/ports';
import { ManualClock, RecordingWatch, START } from '@tripline/testing-builders';
import { CONNECTIONS_PER_PERSON_MAX, KEEP, WebHub } from './web-hub.js';
import { KEPT_PER_PERSON_MAX, WebInbox, type Forgotten } from './web-inbox.js';

const message = (id: string, fields: Partial<Message> = {}): Message => ({
  ...{ id, person: 'u:ada', channel: 'web', text: `text of ${id}`, trigger: 't', step: 's' },
  ...fields,
});
function setUp() {
  const clock = new ManualClock();
  const watch = new RecordingWatch();
  const hub = new WebHub(clock, watch);
  const seen: string[] = [];
  const connect = (person = 'u:ada') => hub.connect(person, (m) => seen.push(m.id) > 0);
  const send = (id: string, fields: Partial<Message> = {}) => hub.send(message(id, fields), clock.now());
  return { clock, watch, hub, seen, connect, send };
}

describe('WebHub', () => {
  test('gives a message to every connection of its person and to nobody else', async () => {
    const { seen, connect, send } = setUp();
    connect();
    connect();
    connect('u:eve');
    expect(await send('m1')).toEqual({ kind: 'accepted', providerMessageId: 'm1' });
    expect(seen).toEqual(['m1', 'm1']);
  });

  test('shows what a browser needs, and neither person nor address', async () => {
    const { hub, send } = setUp();
    const got: unknown[] = [];
    hub.connect('u:ada', (m) => got.push(m) > 0);
    await send('m1', { title: 'Hello', url: '/cart', to: 'x', secret: 'y' });
    expect(got).toEqual([{ id: 'm1', trigger: 't', step: 's', text: 'text of m1', title: 'Hello', url: '/cart' }]);
  });

  test('shows what is bound to the page at once, or not at all', async () => {
    const { seen, connect, send } = setUp();
    expect(await send('m1', { bound: 'page' })).toEqual({ kind: 'permanent', reason: 'page-gone: nobody is on the page' });
    connect();
    expect(seen).toEqual([]);
    expect(await send('m2', { bound: 'page' })).toEqual({ kind: 'accepted', providerMessageId: 'm2' });
    expect(seen).toEqual(['m2']);
  });

  test('keeps messages for a person who is away, hands them over in order, and once', async () => {
    const { seen, connect, send } = setUp();
    await send('m1');
    await send('m2');
    await send('m1');
    connect()?.();
    expect(seen).toEqual(['m2', 'm1']);
    connect();
    expect(seen).toHaveLength(2);
  });

  test('what was kept until it expired, or for too long, is not shown', async () => {
    const { seen, connect, send, clock, watch } = setUp();
    await send('short', { expires: plus(START, minutes(5)) });
    await send('long', { expires: plus(START, hours(100)) });
    clock.advance(minutes(5));
    connect()?.();
    expect(seen).toEqual(['long']);
    await send('late');
    clock.advance(KEEP);
    connect();
    expect(seen).toEqual(['long']);
    expect(watch.counts.get('tripline_dispatcher_web_forgotten_total')).toBe(2);
  });

  test('a connection that can take no more is ended, and what it did not take is kept', async () => {
    const { hub, send, watch } = setUp();
    const took: string[] = [];
    hub.connect('u:ada', () => false);
    await send('m1');
    expect(watch.gauges.get('tripline_dispatcher_web_connections')).toBe(0);
    await send('m2');
    await send('m3');
    hub.connect('u:ada', (m) => took.push(m.id) < 2);
    expect(took).toEqual(['m1', 'm2']);
    hub.connect('u:ada', (m) => took.push(m.id) > 0);
    expect(took).toEqual(['m1', 'm2', 'm2', 'm3']);
  });

  test('one person has a bounded number of connections; leaving twice counts once', () => {
    const { connect, watch } = setUp();
    const leave = Array.from({ length: CONNECTIONS_PER_PERSON_MAX }, () => connect());
    expect(connect()).toBeUndefined();
    expect(watch.counts.get('tripline_dispatcher_web_refused_total')).toBe(1);
    leave[0]?.();
    leave[0]?.();
    expect(watch.gauges.get('tripline_dispatcher_web_connections')).toBe(CONNECTIONS_PER_PERSON_MAX - 1);
    expect(connect()).toBeDefined();
  });
});

describe('WebInbox', () => {
  const until = plus(START, hours(1));
  const inboxOf = (lengthMax?: number) => {
    const forgotten: Forgotten[] = [];
    return { inbox: new WebInbox((why) => forgotten.push(why), lengthMax), forgotten };
  };

  test('the oldest of a person gives way when there are too many', () => {
    const { inbox, forgotten } = inboxOf();
    for (let i = 0; i <= KEPT_PER_PERSON_MAX; i++) inbox.keep('u:ada', message(`m${i}`), START, until);
    expect(inbox.take('u:ada', START).map((k) => k.message.id)).toEqual(
      Array.from({ length: KEPT_PER_PERSON_MAX }, (_, i) => `m${i + 1}`),
    );
    expect(forgotten).toEqual(['person-full']);
  });

  test('whoever has waited longest gives way when memory is full', () => {
    const { inbox, forgotten } = inboxOf(1_000);
    for (const person of ['u:a', 'u:b', 'u:c', 'u:d', 'u:e']) inbox.keep(person, message(person, { person }), START, until);
    expect(forgotten).toEqual(['memory-full']);
    expect(inbox.take('u:a', START)).toEqual([]);
    expect(inbox.take('u:e', START)).toHaveLength(1);
  });

  test('what is too old makes room by itself', () => {
    const { inbox, forgotten } = inboxOf();
    inbox.keep('u:a', message('m1'), START, plus(START, seconds(1)));
    inbox.keep('u:b', message('m2'), plus(START, seconds(1)), until);
    expect(forgotten).toEqual(['age']);
  });
});
