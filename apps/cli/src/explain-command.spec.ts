import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseJson, type JsonObject } from '@tripline/kernel';
import { runProgram } from './program.js';

const EXAMPLES = fileURLToPath(new URL('../../../examples/triggers', import.meta.url));
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tripline-explain-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Call = {
  readonly at: string;
  readonly id: string;
  readonly event: string;
  readonly who?: string;
  readonly received?: string;
} & JsonObject;

/** Explains what these calls mean to one of the examples; run ids are called run 1, run 2 … and those of outcomes sent. */
async function explained(trigger: string, calls: readonly Call[], ...args: readonly string[]) {
  const lines = calls.map(
    ({ at, id, event, who = 'anna', received, ...properties }) =>
    JSON.stringify({ messageId: id, userId: who, event, timestamp: `2026-01-${at}Z`, ...(received === undefined ? {} : { receivedAt: `2026-01-${received}Z` }), properties }), // prettier-ignore
  );
  await writeFile(join(folder, 'events.jsonl'), lines.join('\n'));
  const said = { out: [] as string[], err: [] as string[] };
  const command = ['explain', '--trigger', join(EXAMPLES, `${trigger}.yaml`), '--events', join(folder, 'events.jsonl'), ...args];
  const code = await runProgram(command, () => ({ url: '', collectorUrl: 'http://none.invalid', writeKey: 'demo', by: '' }), {
    output: { out: (line) => void said.out.push(line), err: (line) => void said.err.push(line) },
    interrupted: () => Promise.resolve(),
  });
  return { code, out: named(said.out.join('\n')), err: said.err.join('\n') };
}

function named(text: string): string {
  const runs = [...new Set(text.match(/run_\w+/g))];
  return text.replace(/run_\w+/g, (id) => `run ${runs.indexOf(id) + 1}`).replace(/rcp_\w+/g, 'sent');
}

const item = (at: string, id: string, more: JsonObject = {}): Call => ({ at, id, event: 'cart.item_added', cartId: 'c1', sku: 'lamp', price: 49, quantity: 1, value: 49, ...more }); // prettier-ignore
const order = (at: string, id: string, more: JsonObject = { cartId: 'c1' }): Call => ({
  at,
  id,
  event: 'order.completed',
  ...more,
});
/** Without the width of columns, which hangs on ids. */
const squeezed = (text: string): string => golden(text).replace(/ {3,}/g, '  ');
const golden = (text: string): string => text.replace(/^\n|\n$/g, '');

describe('tripline explain: the abandoned cart', () => {
  it('bought in time: by which order, and which other was not it', async () => {
    const { code, out, err } = await explained('abandoned-cart', [item('01T00:00:00', 'm1'), order('01T00:20:00', 'm2', { cartId: 'c2' }), order('01T00:59:00', 'm3')]); // prettier-ignore
    expect(out).toBe(
      golden(`
u:anna
  abandoned-cart, outside any run
    2026-01-01 00:00:00.000  cart.item_added (m1)  where value >= 20 says yes: value = 49
  abandoned-cart v1, run 1
    2026-01-01 00:00:00.000  cart.item_added (m1)  opens an attempt for key c1
                                                   exit is user.blocked says unknown
                                                   waits for no order.completed until 2026-01-01 01:00:00, decided at 2026-01-01 01:00:10
    2026-01-01 00:20:00.000  order.completed (m2)  is no exit of this run: its key is c2, that of this attempt c1
                                                   is not the order.completed of this attempt: its key is c2, that of this attempt c1
    2026-01-01 00:59:00.000  order.completed (m3)  exit: ends the run
                                                   left by an exit
`),
    );
    expect([code, err]).toEqual([0, expect.stringMatching(/^3 events; 0 firings; /)]);
  });

  it('walked away, and again in the same week: the limit', async () => {
    const { out } = await explained('abandoned-cart', [item('01T00:00:00', 'm1'), item('03T00:00:00', 'm2', { cartId: 'c2' })]);
    expect(squeezed(out)).toBe(
      squeezed(`
u:anna
  abandoned-cart, outside any run
    2026-01-01 00:00:00.000  cart.item_added (m1)  where value >= 20 says yes: value = 49
    2026-01-03 00:00:00.000  cart.item_added (m2)  where value >= 20 says yes: value = 49
  abandoned-cart v1, run 1
    2026-01-01 00:00:00.000  cart.item_added (m1)  opens an attempt for key c1
                                                   exit is user.blocked says unknown
                                                   waits for no order.completed until 2026-01-01 01:00:00, decided at 2026-01-01 01:00:10
    2026-01-01 01:00:10.000  the clock             the condition is complete, at 2026-01-01 01:00:00
                                                   exit is user.blocked says unknown
                                                   limit 1 run per 7d: 0 counted, 0 under way; room for one
                                                   asks for mail: email cart-reminder, expires 2026-01-01 13:00:10
    2026-01-01 01:00:00.000  email.sent (sent)     mail is sent (received 2026-01-01 01:00:10.000)
                                                   the run is over
  abandoned-cart v1, run 2
    2026-01-03 00:00:00.000  cart.item_added (m2)  opens an attempt for key c2
                                                   exit is user.blocked says unknown
                                                   waits for no order.completed until 2026-01-03 01:00:00, decided at 2026-01-03 01:00:10
    2026-01-03 01:00:10.000  the clock             the condition is complete, at 2026-01-03 01:00:00
                                                   exit is user.blocked says unknown
                                                   limit 1 run per 7d: 1 counted, 0 under way; no more
                                                   nothing is sent: the limit is reached
`),
    );
  });

  it('a small cart, one of unknown value, one that came too late, one that came twice', async () => {
    const small = item('01T00:00:00', 'm1', { value: 8 });
    const unknown = item('01T00:01:00', 'm2', { value: null });
    const late = item('01T00:02:00', 'm3', { received: '02T01:00:00' });
    const { out } = await explained('abandoned-cart', [small, unknown, late, late]);
    expect(out).toBe(
      golden(`
u:anna
  abandoned-cart, outside any run
    2026-01-01 00:00:00.000  cart.item_added (m1)  where value >= 20 says no: value = 8
    2026-01-01 00:01:00.000  cart.item_added (m2)  where value >= 20 says unknown: value = null
                                                   something that decides is unknown: it neither opens nor moves on
    2026-01-01 00:02:00.000  cart.item_added (m3)  where value >= 20 says yes: value = 49 (received 2026-01-02 01:00:00.000)
                                                   came too late to open or to move on
  whatever the trigger
    2026-01-01 00:02:00.000  cart.item_added (m3)  came before under this messageId: counts once (received 2026-01-02 01:00:00.000)
`),
    );
  });

  it('an order that does not say which cart, and the cart of a blocked person', async () => {
    const { out } = await explained('abandoned-cart', [item('01T00:00:00', 'm1'), order('01T00:05:00', 'm2', {})]);
    expect(out).toContain('order.completed (m2)  exit: it does not say of which key, and ends every run\n');
  });
});

describe('tripline explain: the other examples', () => {
  it('onboarding: what was sent, what was waited for, and the order that ended it', async () => {
    const { out } = await explained('onboarding', [{ at: '01T00:00:00', id: 's1', event: 'user.signed_up' }, order('03T12:00:00', 'o1')]); // prettier-ignore
    expect(squeezed(out)).toBe(
      squeezed(`
u:anna
  onboarding v1, run 1
    2026-01-01 00:00:00.000  user.signed_up (s1)                          opens an attempt
                                                                          the condition is complete, at 2026-01-01 00:00:00
                                                                          limit 1 run ever: 0 counted, 0 under way; room for one
                                                                          asks for welcome: email onboarding-welcome, expires 2026-01-03 00:00:00
    2026-01-01 00:00:00.000  email.sent (sent)  welcome is sent
                                                                          waits until 2026-01-03 00:00:00, decided at 2026-01-03 00:00:00
    2026-01-03 00:00:00.000  the clock                                    the wait is over, at 2026-01-03 00:00:00
                                                                          asks for tips: email onboarding-tips, expires 2026-01-05 00:00:00
    2026-01-03 00:00:00.000  email.sent (sent)  tips is sent
                                                                          waits for email.clicked until 2026-01-08 00:00:00, decided at 2026-01-08 00:00:00
    2026-01-03 12:00:00.000  order.completed (o1)                         exit: ends the run
                                                                          left by an exit
                                                                          reached its goal
`),
    );
  });

  it('win-back: the silence, the spell, and the login that ends it', async () => {
    const { out } = await explained('win-back', [{ at: '01T00:00:00', id: 'l1', event: 'login' }, { at: '31T06:00:00', id: 'l2', event: 'login' }], '--until', '2026-02-01T00:00:00Z'); // prettier-ignore
    expect(out).toContain(`
  win-back, outside any run
    2026-01-01 00:00:00.000  login (l1)  silence begins until 2026-01-31 00:00:00, decided at 2026-01-31 00:00:10
    2026-01-31 06:00:00.000  login (l2)  silence begins until 2026-03-02 06:00:00, decided at 2026-03-02 06:00:10
  win-back v1, run 1
    2026-01-31 00:00:10.000  the clock                                    silent since 2026-01-01 00:00:00: a spell
                                                                          the condition is complete, at 2026-01-31 00:00:00
`);
    expect(out).toContain('login (l2)                                   exit: ends the run\n');
  });
});

describe('tripline explain', () => {
  const calls = [item('01T00:00:00', 'm1'), item('01T00:00:01', 'm2', { who: 'bob' })];

  it('tells of one person, or of all in JSON lines in the order of the clock', async () => {
    expect((await explained('abandoned-cart', calls, '--user', 'bob')).out).toMatch(/^u:bob\n(?! ?u:)/);
    expect((await explained('abandoned-cart', calls, '--user', 'bob')).out).not.toContain('u:anna');
    expect((await explained('abandoned-cart', calls, '--anonymous', 'bob')).out).toBe('');
    const { out, err } = await explained('abandoned-cart', calls, '--json');
    const told = out.split('\n').map((line) => parseJson(line) as JsonObject);
    expect(told[0]).toEqual({
      ...{
        person: 'u:anna',
        at: '2026-01-01T00:00:00.000Z',
        clock: '2026-01-01T00:00:00.000Z',
        trigger: 'abandoned-cart',
        version: 1,
      },
      by: { event: 'cart.item_added', id: 'm1', timestamp: '2026-01-01T00:00:00.000Z', received: '2026-01-01T00:00:00.000Z' },
      ...{ what: 'where', says: 'where value >= 20 says yes: value = 49' },
      detail: { path: 'when.0.where', text: 'value >= 20', values: { value: 49 }, answer: true },
    });
    expect(told.map(({ at }) => at)).toEqual(told.map(({ at }) => at).toSorted());
    expect(new Set(told.map(({ person }) => person))).toEqual(new Set(['u:anna', 'u:bob']));
    expect(err).toMatch(/^2 events; 2 firings; /);
  });

  it('says what a message that was too long for a line holds, shortened, and hides no control characters in it', async () => {
    const { out } = await explained('abandoned-cart', [item('01T00:00:00', 'm\u001b[2J1', { value: 'x'.repeat(900) })]);
    expect(out).not.toContain('\u001b');
    expect(out).toContain(`value = "${'x'.repeat(79)}…`);
    const { out: json } = await explained('abandoned-cart', [item('01T00:00:00', 'm1', { value: 'x'.repeat(900) })], '--json');
    expect(json).toContain(`"values":{"value":"\\"${'x'.repeat(199)}…"}`);
  });

  it('names what it cannot read, and fails', async () => {
    await writeFile(join(folder, 'events.jsonl'), '');
    const { code, out, err } = await explained('abandoned-cart', [{ ...item('01T00:00:00', 'm1'), who: 'null' }]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('events.jsonl:1  userId: "null" is a placeholder');
  });
});
