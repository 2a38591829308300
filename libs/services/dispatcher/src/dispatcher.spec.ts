import { describe, expect, test } from '@jest/globals';
import { days, decodeUtf8, encodeUtf8, minutes, OperatingError, plus, seconds, type Instant } from '@tripline/kernel';
import { parseReceipt, receiptId, TOPICS, type Dispatch, type Receipt, type Template } from '@tripline/model';
import type {
  AttemptLedger,
  Batch,
  Begun,
  ChannelProvider,
  Entry,
  EventLog,
  LogRecord,
  Message,
  SendResult,
} from '@tripline/ports';
import { makeDispatch, makeProfile, ManualClock, RecordingWatch, START } from '@tripline/testing-builders';
import { ATTEMPTS_MAX } from './attempt-policy.js';
import { ATTEMPT_PATIENCE, CALLS_MAX, Dispatcher } from './dispatcher.js';

const TEMPLATE: Template = {
  kind: 'template',
  name: 'cart-reminder',
  channel: 'email',
  needs: { total: 'number' },
  subject: 'Your cart, {{ user.name }}',
  text: '{{ total }} wait',
};

/** The ledger's promises in memory, with the wall between processes that a database is: only what is written survives. */
class MemoryLedger implements AttemptLedger {
  readonly rows = new Map<string, { begun: Instant; result?: SendResult }>();
  readonly recalled = new Map<string, string>();
  failNext = 0;

  begin(dispatch: Dispatch, _provider: string, now: Instant, patience: number): Promise<Begun> {
    const key = `${dispatch.action} ${dispatch.attempt}`;
    const row = this.rows.get(key);
    if (row?.result !== undefined) return Promise.resolve({ kind: 'done', result: row.result });
    const reason = this.recalled.get(dispatch.action);
    if (row !== undefined && now - row.begun < patience) return Promise.resolve({ kind: 'busy' });
    if (row !== undefined) return Promise.resolve({ kind: 'unfinished', over: reason !== undefined || now >= dispatch.expires });
    if (reason !== undefined) return Promise.resolve({ kind: 'recalled', reason });
    if (now >= dispatch.expires) return Promise.resolve({ kind: 'expired' });
    this.rows.set(key, { begun: now });
    return Promise.resolve({ kind: 'go' });
  }

  finish(dispatch: Dispatch, result: SendResult): Promise<void> {
    if (this.failNext-- > 0) return Promise.reject(new OperatingError('database', 'later', 'gone'));
    const row = this.rows.get(`${dispatch.action} ${dispatch.attempt}`);
    if (row === undefined) throw new Error('finished without being begun');
    row.result = result;
    return Promise.resolve();
  }
}

/** Sends by whatever the test says, and keeps what was sent. */
class ScriptedProvider implements ChannelProvider {
  readonly name = 'scripted';
  readonly sent: Message[] = [];
  constructor(
    readonly channel: ChannelProvider['channel'] = 'email',
    readonly script: (message: Message, call: number) => Promise<SendResult> | SendResult = () => ({ kind: 'accepted' }),
  ) {}
  send(message: Message): Promise<SendResult> {
    return Promise.resolve(this.script(message, this.sent.push(message)));
  }
}

const record = (value: unknown, offset = 0, channel: Dispatch['channel'] = 'email'): LogRecord => ({
  topic: TOPICS.dispatch[channel],
  partition: 0,
  offset,
  key: encodeUtf8('u:ada'),
  value: value instanceof Uint8Array ? value : encodeUtf8(typeof value === 'string' ? value : JSON.stringify(value)),
  appended: START,
  headers: {},
});
const batchOf = (values: readonly unknown[], held: () => boolean = () => true): Batch => ({
  topic: TOPICS.dispatch.email,
  partition: 0,
  records: values.map((value, i) => record(value, i)),
  next: values.length,
  end: values.length,
  held,
});
const ready = (fields: Partial<Dispatch> = {}): Dispatch => makeDispatch({ data: { total: 30 }, ...fields });

function setUp(provider = new ScriptedProvider(), ledger = new MemoryLedger(), template: Template | null = TEMPLATE) {
  const clock = new ManualClock();
  const watch = new RecordingWatch();
  const entries: Entry[] = [];
  let failAppends = 0;
  const append = (added: readonly Entry[]) => {
    if (failAppends-- > 0) return Promise.reject(new OperatingError('log', 'later', 'gone'));
    entries.push(...added);
    return Promise.resolve([]);
  };
  const make = (): Dispatcher =>
    new Dispatcher({
      provider,
      attempts: ledger,
      shelf: { template: () => Promise.resolve(template ?? undefined) },
      profiles: { apply: () => Promise.resolve(), profile: () => Promise.resolve(makeProfile({ name: 'Ada' })) },
      log: { append } as unknown as EventLog,
      clock,
      watch,
      unsubscribeUrl: (dispatch) => `https://shop.example/u/${dispatch.action}`,
    });
  const receipts = (): Receipt[] =>
    entries
      .filter((e) => e.topic === TOPICS.receipts)
      .map((e) => {
        const parsed = parseReceipt(JSON.parse(decodeUtf8(e.value)));
        if (!parsed.ok) throw new Error('a receipt of ours must parse');
        expect(e.key).toBe(parsed.value.person);
        return parsed.value;
      });
  return { provider, ledger, clock, watch, entries, receipts, make, dispatcher: make(), failAppend: () => (failAppends = 1) };
}

describe('Dispatcher', () => {
  test('renders, sends, and tells the receipt', async () => {
    const { dispatcher, provider, receipts } = setUp(
      new ScriptedProvider('email', () => ({ kind: 'accepted', providerMessageId: 'x1' })),
    );
    await dispatcher.onDispatches(batchOf([ready()]));
    expect(provider.sent).toEqual([
      {
        ...{ id: 'act_1', person: 'u:ada', channel: 'email', to: 'ada@shop.example', trigger: 'abandoned-cart', step: 'mail' },
        ...{ subject: 'Your cart, Ada', text: '30 wait', expires: plus(START, days(3)) },
        headers: {
          'List-Unsubscribe': '<https://shop.example/u/act_1>',
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        },
      },
    ]);
    expect(receipts()).toEqual([
      {
        id: receiptId('act_1', 'sent'),
        ...{ action: 'act_1', run: 'run_1', person: 'u:ada', trigger: 'abandoned-cart', step: 'mail', channel: 'email' },
        ...{ status: 'sent', at: START, depth: 1, attempt: 1, provider: 'scripted', providerMessageId: 'x1' },
      },
    ]);
  });

  test('a transactional mail carries no unsubscribe header', async () => {
    const { dispatcher, provider } = setUp();
    await dispatcher.onDispatches(batchOf([ready({ purpose: 'transactional' })]));
    expect(provider.sent[0]?.headers).toBeUndefined();
  });

  test.each<[SendResult, Partial<Receipt>]>([
    [
      { kind: 'permanent', reason: 'status-400' },
      { status: 'failed', reason: 'status-400' },
    ],
    [
      { kind: 'unknown', reason: 'timed-out' },
      { status: 'unknown', reason: 'timed-out' },
    ],
    [
      { kind: 'retryable', reason: 'status-429', retryAt: plus(START, minutes(2)) },
      { status: 'deferred', reason: 'status-429', retryAt: plus(START, minutes(2)) },
    ],
    [
      { kind: 'retryable', reason: 'refused' },
      { status: 'deferred', reason: 'refused', retryAt: plus(START, seconds(5)) },
    ],
    [
      { kind: 'retryable', reason: 'far', retryAt: plus(START, days(30)) },
      { status: 'deferred', reason: 'far', retryAt: plus(START, days(1)) },
    ],
  ])('what the provider says (%j) becomes the receipt %j', async (result, receipt) => {
    const { dispatcher, receipts } = setUp(new ScriptedProvider('email', () => result));
    await dispatcher.onDispatches(batchOf([ready()]));
    expect(receipts()).toEqual([expect.objectContaining(receipt)]);
  });

  test('each deferral has an id of its own, and after the last attempt the message has failed', async () => {
    const { dispatcher, receipts } = setUp(new ScriptedProvider('email', () => ({ kind: 'retryable', reason: 'status-503' })));
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) await dispatcher.onDispatches(batchOf([ready({ attempt })]));
    expect(receipts().map((r) => r.status)).toEqual([...Array<string>(ATTEMPTS_MAX - 1).fill('deferred'), 'failed']);
    expect(receipts().at(-1)?.reason).toBe('attempts-exhausted: status-503');
    expect(new Set(receipts().map((r) => r.id)).size).toBe(ATTEMPTS_MAX);
  });

  test('a provider that asks for a second each time does not use up the attempts in as many: no sooner than ours', async () => {
    const soon = plus(START, seconds(1));
    const provider = new ScriptedProvider('email', () => ({ kind: 'retryable', reason: 'status-503', retryAt: soon }));
    const { dispatcher, receipts } = setUp(provider);
    for (const attempt of [1, 2, 3]) await dispatcher.onDispatches(batchOf([ready({ attempt })]));
    expect(receipts().map((r) => r.retryAt)).toEqual([seconds(5), minutes(5), minutes(30)].map((length) => plus(START, length)));
  });

  test('a dispatch that comes twice is sent once and told twice, under one id', async () => {
    const { dispatcher, provider, receipts } = setUp();
    await dispatcher.onDispatches(batchOf([ready(), ready()]));
    await dispatcher.onDispatches(batchOf([ready()]));
    expect(provider.sent).toHaveLength(1);
    expect(receipts().map((r) => r.id)).toEqual(Array(3).fill(receiptId('act_1', 'sent')));
  });

  test('one recalled after it was handed over is not sent', async () => {
    const { dispatcher, provider, ledger, receipts } = setUp();
    ledger.recalled.set('act_1', 'exit');
    await dispatcher.onDispatches(batchOf([ready()]));
    expect(provider.sent).toEqual([]);
    expect(receipts()).toEqual([expect.objectContaining({ status: 'recalled', reason: 'exit' })]);
  });

  test('one that expired on the way is not sent', async () => {
    const { dispatcher, provider, receipts } = setUp();
    await dispatcher.onDispatches(batchOf([ready({ expires: START })]));
    expect(provider.sent).toEqual([]);
    expect(receipts()).toEqual([expect.objectContaining({ status: 'expired' })]);
  });

  describe('killed between beginning and ending an attempt', () => {
    const interrupted = (fields: Partial<Dispatch>, provider?: ScriptedProvider, template?: Template) => {
      const ledger = new MemoryLedger();
      ledger.rows.set('act_1 1', { begun: START });
      const set = setUp(provider, ledger, template);
      set.clock.advance(ATTEMPT_PATIENCE);
      return { ...set, dispatch: ready(fields) };
    };

    test('marketing is not sent again: its outcome is unknown', async () => {
      const { dispatcher, provider, receipts, dispatch, ledger } = interrupted({});
      await dispatcher.onDispatches(batchOf([dispatch]));
      expect(provider.sent).toEqual([]);
      expect(receipts()).toEqual([expect.objectContaining({ status: 'unknown', reason: 'interrupted' })]);
      expect(ledger.rows.get('act_1 1')?.result?.kind).toBe('unknown');
    });

    test('transactional is sent again', async () => {
      const { dispatcher, provider, receipts, dispatch } = interrupted({ purpose: 'transactional' });
      await dispatcher.onDispatches(batchOf([dispatch]));
      expect(provider.sent).toHaveLength(1);
      expect(receipts()).toEqual([expect.objectContaining({ status: 'sent' })]);
    });

    test.each<[string, Partial<Dispatch>, string | undefined]>([
      ['recalled or stopped', {}, 'exit'],
      ['expired', { expires: plus(START, ATTEMPT_PATIENCE) }, undefined],
    ])('transactional that is %s by then is not sent again: its outcome is unknown', async (_, fields, recalled) => {
      const { dispatcher, provider, receipts, dispatch, ledger } = interrupted({ purpose: 'transactional', ...fields });
      if (recalled !== undefined) ledger.recalled.set(dispatch.action, recalled);
      await dispatcher.onDispatches(batchOf([dispatch]));
      expect(provider.sent).toEqual([]);
      expect(receipts()).toEqual([expect.objectContaining({ status: 'unknown', reason: 'interrupted' })]);
    });

    test('a webhook is sent again', async () => {
      const template: Template = {
        kind: 'template',
        name: 'w',
        channel: 'webhook',
        needs: {},
        url: 'https://a.example',
        secret: 's',
      };
      const { dispatcher, provider, dispatch } = interrupted({ channel: 'webhook' }, new ScriptedProvider('webhook'), template);
      await dispatcher.onDispatches(batchOf([dispatch]));
      expect(provider.sent).toEqual([expect.objectContaining({ id: 'act_1', url: 'https://a.example', secret: 's' })]);
      expect(JSON.parse(provider.sent[0]?.text ?? '')).toEqual({
        type: 'abandoned-cart.mail',
        person: 'u:ada',
        userId: 'ada',
        data: { total: 30 },
      });
    });
  });

  test('an unknown call of a webhook or a transactional message is tried again later, and at the last attempt stays unknown', async () => {
    const provider = new ScriptedProvider('email', () => ({ kind: 'unknown', reason: 'timed-out' }));
    const { dispatcher, receipts } = setUp(provider);
    await dispatcher.onDispatches(batchOf([ready({ purpose: 'transactional' })]));
    await dispatcher.onDispatches(batchOf([ready({ purpose: 'transactional', attempt: ATTEMPTS_MAX })]));
    expect(receipts().map((r) => r.status)).toEqual(['deferred', 'unknown']);
  });

  test('an attempt somebody else is making is waited for', async () => {
    const { dispatcher, provider, ledger, clock, receipts } = setUp();
    ledger.rows.set('act_1 1', { begun: START });
    const handled = dispatcher.onDispatches(batchOf([ready()]));
    await ticks();
    expect(receipts()).toEqual([]);
    ledger.rows.set('act_1 1', { begun: START, result: { kind: 'accepted' } });
    clock.advance(seconds(1));
    await handled;
    expect(provider.sent).toEqual([]);
    expect(receipts()).toEqual([expect.objectContaining({ status: 'sent' })]);
  });

  test('stopping ends that wait, and the batch is left to the next owner', async () => {
    const { dispatcher, ledger } = setUp();
    ledger.rows.set('act_1 1', { begun: START });
    const handled = dispatcher.onDispatches(batchOf([ready()]));
    await ticks();
    dispatcher.stop();
    await expect(handled).rejects.toMatchObject({ code: 'stopping', retry: 'later' });
  });

  test('a ledger that fails after the call does not make it be made twice', async () => {
    const { dispatcher, provider, ledger, receipts } = setUp();
    ledger.failNext = 1;
    await expect(dispatcher.onDispatches(batchOf([ready()]))).rejects.toMatchObject({ code: 'database' });
    await dispatcher.onDispatches(batchOf([ready()]));
    expect(provider.sent).toHaveLength(1);
    expect(receipts()).toEqual([expect.objectContaining({ status: 'sent' })]);
  });

  test('a log that fails after the call does not make it be made twice, also in a new process', async () => {
    const { dispatcher, make, provider, receipts, failAppend } = setUp();
    failAppend();
    await expect(dispatcher.onDispatches(batchOf([ready()]))).rejects.toMatchObject({ code: 'log' });
    await make().onDispatches(batchOf([ready()]));
    expect(provider.sent).toHaveLength(1);
    expect(receipts()).toHaveLength(1);
  });

  test('from the moment the partition is lost nothing is begun', async () => {
    let held = true;
    const provider = new ScriptedProvider('email', () => ((held = false), { kind: 'accepted' }));
    const { dispatcher, ledger } = setUp(provider);
    const handled = dispatcher.onDispatches(batchOf([ready(), ready({ action: 'act_2' })], () => held));
    await expect(handled).rejects.toMatchObject({ code: 'partition-lost', retry: 'later' });
    expect(provider.sent).toHaveLength(1);
    expect([...ledger.rows.keys()]).toEqual(['act_1 1']);
  });

  test.each<[string, Partial<Dispatch>, Template | null, string]>([
    ['no template', {}, null, 'no-template: cart-reminder'],
    ['a template of another channel', {}, { ...TEMPLATE, channel: 'sms' }, 'other-channel: cart-reminder is for sms'],
    ['a missing need', { data: {} }, TEMPLATE, 'render: needs.total: is missing'],
    ['a wrong need', { data: { total: 'x' } }, TEMPLATE, 'render: needs.total: must be of type number'],
  ])('%s fails the message with the reason, and nothing is sent', async (_, fields, template, reason) => {
    const { dispatcher, provider, ledger, receipts } = setUp(undefined, undefined, template);
    await dispatcher.onDispatches(batchOf([ready(fields)]));
    expect(provider.sent).toEqual([]);
    expect(receipts()).toEqual([expect.objectContaining({ status: 'failed', reason })]);
    expect(ledger.rows.get('act_1 1')?.result).toEqual({ kind: 'permanent', reason });
  });

  test('an e-mail without an address fails', async () => {
    const unaddressed = { ...ready(), to: undefined };
    const { dispatcher, receipts } = setUp();
    await dispatcher.onDispatches(batchOf([unaddressed]));
    expect(receipts()).toEqual([expect.objectContaining({ status: 'failed', reason: 'no-address' })]);
  });

  test('a provider that rejects against its promise leaves the outcome unknown and is reported', async () => {
    const { dispatcher, receipts, watch } = setUp(new ScriptedProvider('email', () => Promise.reject(new Error('bug'))));
    await dispatcher.onDispatches(batchOf([ready()]));
    expect(receipts()).toEqual([expect.objectContaining({ status: 'unknown', reason: 'provider-threw' })]);
    expect(watch.lines).toContainEqual(expect.objectContaining({ level: 'error', name: 'dispatcher.provider-threw' }));
  });

  test('a provider that does not let us in is an error somebody must act on', async () => {
    const { dispatcher, watch } = setUp(
      new ScriptedProvider('email', () => ({ kind: 'retryable', reason: 'unauthorized: 401' })),
    );
    await dispatcher.onDispatches(batchOf([ready()]));
    expect(watch.lines).toContainEqual(expect.objectContaining({ level: 'error', name: 'dispatcher.unauthorized' }));
  });

  test.each<[string, unknown, string]>([
    ['bytes that are not UTF-8', Uint8Array.of(0xff, 0xfe), 'not-utf8'],
    ['text that is not JSON', '{"action":', 'not-json'],
    ['JSON of another shape', [1, 2], 'invalid'],
    ['a dispatch that lacks a field', { ...ready(), action: undefined }, 'invalid'],
    ['a dispatch for another channel', { ...ready(), channel: 'sms' }, 'foreign'],
    ['nothing', '', 'not-json'],
  ])('%s go to the dead letters as they came, and the rest goes on', async (_, poison, reason) => {
    const { dispatcher, provider, entries, watch } = setUp();
    await dispatcher.onDispatches(batchOf([poison, ready()]));
    expect(provider.sent).toHaveLength(1);
    const letters = entries.filter((e) => e.topic === TOPICS.deadLetters);
    expect(letters).toEqual([
      {
        topic: TOPICS.deadLetters,
        key: 'tripline.dispatch.email/0/0',
        value: record(poison).value,
        headers: {
          reason,
          detail: expect.any(String),
          source: 'tripline.dispatch.email/0/0',
          received: '2026-01-01T00:00:00.000Z',
        },
      },
    ]);
    expect(watch.counts.get('tripline_dispatcher_dead_letters_total')).toBe(1);
  });

  test('one person is served in order, many people at once, and never more than the bound', async () => {
    let running = 0;
    let most = 0;
    const open: (() => void)[] = [];
    const provider = new ScriptedProvider('email', async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => open.push(resolve));
      running -= 1;
      return { kind: 'accepted' };
    });
    const { dispatcher } = setUp(provider);
    const dispatches = Array.from({ length: 60 }, (_, i) => ready({ action: `act_${i}`, person: `u:${i % 30}` }));
    const first = dispatcher.onDispatches(batchOf(dispatches.slice(0, 30)));
    const second = dispatcher.onDispatches(batchOf(dispatches.slice(30)));
    let done = false;
    const all = Promise.all([first, second]).then(() => (done = true));
    for (let round = 0; !done && round < 1_000; round++) {
      await ticks();
      open.splice(0).forEach((resolve) => resolve());
    }
    expect(done).toBe(true);
    await all;
    expect(most).toBe(CALLS_MAX);
    expect(provider.sent).toHaveLength(60);
  });

  test('the messages of one person go out in the order of the log', async () => {
    const provider = new ScriptedProvider('email', async (_, call) => {
      if (call === 1) await ticks();
      return { kind: 'accepted' };
    });
    const { dispatcher } = setUp(provider);
    await dispatcher.onDispatches(batchOf(['a', 'b', 'c'].map((action) => ready({ action }))));
    expect(provider.sent.map((m) => m.id)).toEqual(['a', 'b', 'c']);
  });
});

/** Lets promises that are ready go on. */
async function ticks(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}
