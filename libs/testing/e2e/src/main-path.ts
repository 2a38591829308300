import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addressOf } from './shopper.js';
import { Stage } from './stage.js';
import { eventually, messagesOf, post, whyOf, type Ingest, type System } from './system.js';

const OPEN_MS = 240_000;
const SCENARIO_MS = 150_000;

/** Which of the ways of disturbing a system this one knows. */
export type Ways = { readonly kill: boolean; readonly ingest: boolean };

/** Everything the main path promises, told as a shop would see it; the same on every kind of log. */
export function describeMainPath(name: string, open: () => Promise<System>, ways: Ways): void {
  describe(name, () => {
    const stage = new Stage(open);
    beforeAll(() => stage.raise(), OPEN_MS);
    afterAll(() => stage.strike(), OPEN_MS);
    describeCarts(stage);
    describeOnce(stage);
    describeIdentity(stage);
    describeWarnings(stage);
    if (ways.kill) describeKill(stage);
    if (ways.ingest) describeIngest(stage);
  });
}

const scenario = (story: string, tell: () => Promise<void>): void => it(story, tell, SCENARIO_MS);

function describeCarts(stage: Stage): void {
  scenario('one who fills a cart and does not buy gets one mail, after the deadline and not before', async () => {
    const { system, shopper } = stage;
    const ada = await stage.someone('ada');
    await shopper.track(ada, 'e2e-cart.added', { cartId: 'c1' });
    await system.pass(system.window.ms / 2);
    expect(await messagesOf(system, ada)).toEqual([]);
    await stage.untilOthersHeard(ada, 'e2e-cart.added');
    await stage.untilSent(ada);
    const [message] = await messagesOf(system, ada);
    expect(message).toMatchObject({ userId: ada, trigger: 'e2e-cart', step: 'mail', channel: 'email', status: 'sent' });
    expect(message && message.at - message.decided).toBeGreaterThanOrEqual(system.settle.ms);
    expect(await system.mailsTo(addressOf(ada))).toBe(1);
  });

  scenario('one who buys in time gets none', async () => {
    const bob = await stage.someone('bob');
    await stage.shopper.track(bob, 'e2e-cart.added', { cartId: 'c1' });
    await stage.shopper.track(bob, 'e2e-cart.ordered', { cartId: 'c1' }, `${bob}-order`);
    await stage.untilOthersHeard(bob, 'e2e-cart.added');
    expect(await messagesOf(stage.system, bob)).toEqual([]);
    const { told, gaps, messages } = await whyOf(stage.system, bob, 'e2e-cart');
    expect([gaps, messages]).toEqual([[], []]);
    const ended = told.find(({ what }) => what === 'run.ended');
    expect(ended).toMatchObject({ version: 1, by: { event: 'e2e-cart.ordered', id: `${bob}-order` }, says: 'left by an exit' });
    expect(told.find(({ what }) => what === 'attempt.opened')).toMatchObject({ run: ended?.['run'], detail: { key: 'c1' } });
  });

  scenario('one who buys another cart gets one', async () => {
    const cleo = await stage.someone('cleo');
    await stage.shopper.track(cleo, 'e2e-cart.added', { cartId: 'c1' });
    await stage.shopper.track(cleo, 'e2e-cart.ordered', { cartId: 'c2' });
    await stage.untilOthersHeard(cleo, 'e2e-cart.added');
    await stage.untilSent(cleo);
    expect(await stage.sent(cleo)).toBe(1);
  });

  scenario('an order that does not say which cart ends them all', async () => {
    const dora = await stage.someone('dora');
    await stage.shopper.track(dora, 'e2e-cart.added', { cartId: 'c1' });
    await stage.shopper.track(dora, 'e2e-cart.ordered');
    await stage.untilOthersHeard(dora, 'e2e-cart.added');
    expect(await messagesOf(stage.system, dora)).toEqual([]);
  });

  scenario('an order placed while the mail is held takes it back', async () => {
    const { system, shopper } = stage;
    await post(`${system.controlUrl}/api/triggers/e2e-held/pause`, {});
    const emil = await stage.someone('emil');
    await shopper.track(emil, 'e2e-held.added', { cartId: 'c1' });
    await stage.untilOthersHeard(emil, 'e2e-cart.added');
    const statuses = async (): Promise<string[]> =>
      (await messagesOf(system, emil)).map(({ status, reason }) => `${status}: ${reason}`);
    await eventually('the mail to be held', async () => ((await statuses())[0] === 'held: trigger-paused' ? true : undefined));
    await shopper.track(emil, 'e2e-held.ordered', { cartId: 'c1' });
    await eventually('the recall', async () => ((await statuses())[0]?.startsWith('recalled') === true ? true : undefined));
    await post(`${system.controlUrl}/api/triggers/e2e-held/resume`, {});
    await stage.untilOthersHeard(emil, 'e2e-held.added');
    expect(await statuses()).toEqual([expect.stringMatching(/^recalled/)]);
    const { told, messages } = await whyOf(system, emil, 'e2e-held');
    const fired = told.find(({ what }) => what === 'fired');
    expect(messages).toMatchObject([{ run: fired?.['run'], step: 'mail', status: 'recalled' }]);
    expect(told.find(({ what }) => what === 'run.ended')).toMatchObject({ run: fired?.['run'], detail: { recalls: ['mail'] } });
    expect(await system.mailsTo(addressOf(emil))).toBe(0);
  });

  scenario('nothing begins of a trigger that is paused with entries closed, until it is resumed', async () => {
    const { system, shopper } = stage;
    const held = `${system.controlUrl}/api/triggers/e2e-held`;
    await post(`${held}/pause`, { entries: 'closed', messages: 'drop' });
    const frida = await stage.someone('frida');
    const told = async (what: string): Promise<number> =>
      (await whyOf(system, frida, 'e2e-held')).told.filter((each) => each.what === what).length;
    const tryUntil = (what: string): Promise<unknown> =>
      eventually(`${what} to be told`, async () => {
        await shopper.track(frida, 'e2e-held.added', { cartId: `${what}-${Math.random()}` });
        return (await told(what)) > 0 ? true : undefined;
      });
    await tryUntil('trigger-paused');
    expect(await told('attempt.opened')).toBe(0);
    await post(`${held}/resume`, {});
    await tryUntil('attempt.opened');
    await system.pass(system.window.ms + system.settle.ms);
    await stage.untilSent(frida);
  });
}

function describeOnce(stage: Stage): void {
  scenario('silence is answered once per spell', async () => {
    const finn = await stage.someone('finn');
    await stage.shopper.track(finn, 'e2e-silence.login');
    await stage.untilOthersHeard(finn, 'e2e-silence.login');
    await stage.untilSent(finn);
    await stage.untilOthersHeard(finn, 'e2e-silence.login');
    expect(await stage.sent(finn)).toBe(1);
    await stage.shopper.track(finn, 'e2e-silence.login');
    await stage.untilOthersHeard(finn, 'e2e-silence.login');
    await stage.untilSent(finn, 2);
  });

  scenario('an event that comes twice under one messageId counts once', async () => {
    const gina = await stage.someone('gina');
    for (let i = 0; i < 2; i++) await stage.shopper.track(gina, 'e2e-once.done', {}, `${gina}-message`);
    await stage.untilSent(gina);
    await stage.shopper.track(gina, 'e2e-once.done');
    await stage.untilSent(gina, 2);
    expect(await stage.sent(gina)).toBe(2);
  });
}

/** One person under an anonymous id and a userId, which are of different tasks as it happens. */
function describeIdentity(stage: Stage): void {
  scenario('one who fills a cart before the login and does not buy gets one mail, as the user', async () => {
    const kim = await stage.someone('kim');
    await stage.shopper.browse(`${kim}-device`, 'e2e-cart.added', { cartId: 'c1' });
    await stage.login(kim, `${kim}-device`);
    await stage.untilOthersHeard(kim, 'e2e-cart.added');
    await stage.untilSent(kim);
    await stage.untilOthersHeard(kim, 'e2e-cart.added');
    expect(await stage.sent(kim)).toBe(1);
    expect(await stage.system.mailsTo(addressOf(kim))).toBe(1);
  });

  scenario('a cart of before the login that is bought after it, or on the device, is no reason to write', async () => {
    const { shopper } = stage;
    const lea = await stage.someone('lea');
    for (const cartId of ['c1', 'c2']) await shopper.browse(`${lea}-device`, 'e2e-cart.added', { cartId });
    await stage.login(lea, `${lea}-device`);
    await shopper.track(lea, 'e2e-cart.ordered', { cartId: 'c1' });
    await shopper.browse(`${lea}-device`, 'e2e-cart.ordered', { cartId: 'c2' });
    await stage.untilOthersHeard(lea, 'e2e-cart.added');
    await stage.untilOthersHeard(lea, 'e2e-cart.added');
    expect(await messagesOf(stage.system, lea)).toEqual([]);
  });
}

function describeWarnings(stage: Stage): void {
  scenario('a typo in the name of an event is told with its place, the closest name, and how often that came', async () => {
    const { system, shopper } = stage;
    const tom = await stage.someone('tom');
    for (let i = 0; i < 25; i++) await shopper.track(tom, 'e2e-typo.added', { cartId: 'c1' });
    const text =
      'kind: trigger\nname: e2e-typo\npurpose: transactional\nwhen: [{ event: e2e-typo.aded }]\ndo: [{ id: mail, email: e2e-mail }]\n';
    const told = async (): Promise<object | undefined> => {
      const { warnings } = await post<{ warnings: { message: string }[] }>(`${system.controlUrl}/api/check`, text);
      return warnings.find(({ message }) => message.includes('(25 in 24 h)'));
    };
    expect(await eventually('the warning', told)).toMatchObject({
      ...{ path: 'when.0.event', line: 4, column: 17 },
      message: '"e2e-typo.aded" has never been seen; closest is "e2e-typo.added" (25 in 24 h)',
    });
  });
}

function describeKill(stage: Stage): void {
  scenario('a processor killed in the middle of a window loses nothing and doubles nothing', async () => {
    const { system, shopper } = stage;
    const hugo = await stage.someone('hugo');
    await shopper.track(hugo, 'e2e-cart.added', { cartId: 'c1' });
    await system.pass(system.window.ms / 2);
    await system.killProcessor();
    await stage.untilOthersHeard(hugo, 'e2e-cart.added');
    await stage.untilSent(hugo);
    expect(await stage.sent(hugo)).toBe(1);
    expect(await system.mailsTo(addressOf(hugo))).toBe(1);
  });
}

const call = (userId: string, event: string, properties: object = {}): string =>
  JSON.stringify({ type: 'track', messageId: `${userId}-${event}`, userId, event, properties });

function ingestOf({ ingest }: System): Ingest {
  if (ingest === undefined) throw new Error('this system gives no way to tripline.ingest');
  return ingest;
}

/** What producers on `tripline.ingest` are promised. */
function describeIngest(stage: Stage): void {
  scenario('an order that waits in the ingest topic while no collector runs is in time all the same', async () => {
    const { system, shopper } = stage;
    const ingest = ingestOf(system);
    const ivy = await stage.someone('ivy');
    await shopper.track(ivy, 'e2e-cart.added', { cartId: 'c1' });
    await ingest.stopCollector();
    await ingest.produce(call(ivy, 'e2e-cart.ordered', { cartId: 'c1' }));
    await system.pass(system.window.ms + 2 * system.settle.ms);
    await ingest.startCollector();
    await stage.untilOthersHeard(ivy, 'e2e-cart.added');
    expect(await messagesOf(system, ivy)).toEqual([]);
  });

  scenario('a foreign producer with a key and a partitioner of its own is heard, and a poison record stops nothing', async () => {
    const ingest = ingestOf(stage.system);
    const jon = await stage.someone('jon');
    await ingest.produce(Buffer.from([0xff, 0xfe, 0x00]));
    await ingest.produce('{"type":"track","event":42}');
    await ingest.produce(call(jon, 'e2e-once.done'));
    await stage.untilSent(jon);
    expect(await stage.sent(jon)).toBe(1);
  });
}
