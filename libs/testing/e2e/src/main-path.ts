import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addressOf, newPerson, Shopper } from './shopper.js';
import { eventually, messagesOf, post, type Ingest, type System } from './system.js';

const OPEN_MS = 180_000;
const SCENARIO_MS = 120_000;

const trigger = (system: System, name: string, rest: string): string =>
  `kind: trigger\nname: ${name}\npurpose: transactional\ntime: { settle: ${system.settle.text} }\n${rest}`;

/** The triggers of the scenarios; each scenario's people are its own. */
const documents = (system: System): string[] => [
  'kind: template\nname: e2e-mail\nchannel: email\nsubject: You left something\ntext: "Dear {{ user.name }}, your cart waits."\n',
  ...['e2e-cart', 'e2e-held'].map((name) =>
    trigger(
      system,
      name,
      `by: cartId\nwhen:\n  - { event: ${name}.added, as: cart }\n  - { not: ${name}.ordered, for: ${system.window.text} }\ndo: [{ id: mail, email: e2e-mail }]\nexit: [{ event: ${name}.ordered }]\n`,
    ),
  ),
  trigger(system, 'e2e-once', 'when: [{ event: e2e-once.done }]\nonRepeat: parallel\ndo: [{ id: mail, email: e2e-mail }]\n'),
  trigger(
    system,
    'e2e-silence',
    `when: [{ inactive: e2e-silence.login, for: ${system.window.text} }]\ndo: [{ id: mail, email: e2e-mail }]\n`,
  ),
];

/** Everything the main path promises, told as a shop would see it; the same on every kind of log. */
export function describeMainPath(name: string, open: () => Promise<System>, ways: { readonly ingest: boolean }): void {
  describe(name, () => {
    let system: System;
    let shopper: Shopper;

    beforeAll(async () => {
      system = await open();
      shopper = new Shopper(system);
      for (const document of documents(system)) await post(`${system.controlUrl}/api/triggers`, document);
      await eventually('the triggers to be in force', () => inForce());
    }, OPEN_MS);

    afterAll(async () => {
      await shopper?.close();
      await system?.stop();
    }, OPEN_MS);

    const within = (story: string, tell: () => Promise<void>): void => it(story, tell, SCENARIO_MS);
    const sent = async (userId: string): Promise<number> =>
      (await messagesOf(system, userId)).filter((m) => m.status === 'sent').length;

    const someone = async (label: string, like?: string): Promise<string> => {
      const userId = newPerson(system, label, like);
      await shopper.identify(userId, { email: addressOf(userId), name: label });
      return userId;
    };

    /** Waits until somebody of the same task, who did the same a moment later and then nothing, has heard from us: then so would `userId` have. */
    const untilOthersHeard = async (userId: string, event: string): Promise<void> => {
      const other = await someone('other', userId);
      await shopper.track(other, event, { cartId: 'other' });
      await system.pass(system.window.ms + system.settle.ms);
      await eventually(`${other} to hear`, async () => ((await sent(other)) > 0 ? true : undefined));
    };

    const untilSent = (userId: string): Promise<true> =>
      eventually(`a message to ${userId}`, async () => ((await sent(userId)) > 0 ? true : undefined));

    async function inForce(): Promise<true | undefined> {
      const probe = await someone('probe');
      await shopper.track(probe, 'e2e-once.done');
      return eventually('the first message', async () => ((await sent(probe)) > 0 ? true : undefined), 5_000).catch(
        () => undefined,
      );
    }

    within('one who fills a cart and does not buy gets one mail, after the deadline and not before', async () => {
      const ada = await someone('ada');
      await shopper.track(ada, 'e2e-cart.added', { cartId: 'c1' });
      await system.pass(system.window.ms / 2);
      expect(await messagesOf(system, ada)).toEqual([]);
      await untilOthersHeard(ada, 'e2e-cart.added');
      await untilSent(ada);
      const [message] = await messagesOf(system, ada);
      expect(message).toMatchObject({ userId: ada, trigger: 'e2e-cart', step: 'mail', channel: 'email', status: 'sent' });
      expect(message && message.at - message.decided).toBeGreaterThanOrEqual(system.settle.ms);
      await eventually('the mail', async () => ((await system.mailsTo(addressOf(ada))) > 0 ? true : undefined));
      expect(await system.mailsTo(addressOf(ada))).toBe(1);
    });

    within('one who buys in time gets none', async () => {
      const bob = await someone('bob');
      await shopper.track(bob, 'e2e-cart.added', { cartId: 'c1' });
      await shopper.track(bob, 'e2e-cart.ordered', { cartId: 'c1' });
      await untilOthersHeard(bob, 'e2e-cart.added');
      expect(await messagesOf(system, bob)).toEqual([]);
    });

    within('one who buys another cart gets one', async () => {
      const cleo = await someone('cleo');
      await shopper.track(cleo, 'e2e-cart.added', { cartId: 'c1' });
      await shopper.track(cleo, 'e2e-cart.ordered', { cartId: 'c2' });
      await untilOthersHeard(cleo, 'e2e-cart.added');
      await untilSent(cleo);
      expect(await sent(cleo)).toBe(1);
    });

    within('an order that does not say which cart ends them all', async () => {
      const dora = await someone('dora');
      await shopper.track(dora, 'e2e-cart.added', { cartId: 'c1' });
      await shopper.track(dora, 'e2e-cart.ordered');
      await untilOthersHeard(dora, 'e2e-cart.added');
      expect(await messagesOf(system, dora)).toEqual([]);
    });

    within('an order placed while the mail is held takes it back', async () => {
      await post(`${system.controlUrl}/api/triggers/e2e-held/pause`, {});
      const emil = await someone('emil');
      await shopper.track(emil, 'e2e-held.added', { cartId: 'c1' });
      await untilOthersHeard(emil, 'e2e-cart.added');
      await eventually('the mail to be held', async () =>
        (await messagesOf(system, emil)).find((m) => m.status === 'held' && m.reason === 'trigger-paused'),
      );
      await shopper.track(emil, 'e2e-held.ordered', { cartId: 'c1' });
      await eventually('the recall', async () => (await messagesOf(system, emil)).find((m) => m.status === 'recalled'));
      await post(`${system.controlUrl}/api/triggers/e2e-held/resume`, {});
      await untilOthersHeard(emil, 'e2e-held.added');
      expect((await messagesOf(system, emil)).map((m) => m.status)).toEqual(['recalled']);
      expect(await system.mailsTo(addressOf(emil))).toBe(0);
    });

    within('silence is answered once per spell', async () => {
      const finn = await someone('finn');
      await shopper.track(finn, 'e2e-silence.login');
      await system.pass(system.window.ms + system.settle.ms);
      await untilSent(finn);
      await untilOthersHeard(finn, 'e2e-silence.login');
      expect(await sent(finn)).toBe(1);
      await shopper.track(finn, 'e2e-silence.login');
      await untilOthersHeard(finn, 'e2e-silence.login');
      await eventually('the second spell', async () => ((await sent(finn)) === 2 ? true : undefined));
    });

    within('an event that comes twice under one messageId counts once', async () => {
      const gina = await someone('gina');
      for (let i = 0; i < 2; i++) await shopper.track(gina, 'e2e-once.done', {}, `${gina}-message`);
      await untilSent(gina);
      await shopper.track(gina, 'e2e-once.done');
      await eventually('the other one', async () => ((await sent(gina)) >= 2 ? true : undefined));
      expect(await sent(gina)).toBe(2);
    });

    within('a processor killed in the middle of a window loses nothing and doubles nothing', async () => {
      const hugo = await someone('hugo');
      await shopper.track(hugo, 'e2e-cart.added', { cartId: 'c1' });
      await system.pass(system.window.ms / 2);
      await system.killProcessor();
      await untilOthersHeard(hugo, 'e2e-cart.added');
      await untilSent(hugo);
      expect(await sent(hugo)).toBe(1);
      expect(await system.mailsTo(addressOf(hugo))).toBe(1);
    });

    if (ways.ingest) describeIngest(() => ({ system, shopper, someone, sent, untilSent, untilOthersHeard }));
  });
}

type Stage = {
  readonly system: System;
  readonly shopper: Shopper;
  readonly someone: (label: string, like?: string) => Promise<string>;
  readonly sent: (userId: string) => Promise<number>;
  readonly untilSent: (userId: string) => Promise<true>;
  readonly untilOthersHeard: (userId: string, event: string) => Promise<void>;
};

const call = (userId: string, event: string, properties: object = {}): string =>
  JSON.stringify({
    type: 'track',
    messageId: `${userId}-${event}`,
    userId,
    event,
    properties,
    timestamp: new Date().toISOString(),
  });

function ingestOf(system: System): Ingest {
  if (system.ingest === undefined) throw new Error('this system gives no way to tripline.ingest');
  return system.ingest;
}

/** What producers on `tripline.ingest` are promised. */
function describeIngest(stage: () => Stage): void {
  it(
    'an order that waits in the ingest topic while no collector runs is in time all the same',
    async () => {
      const { system, shopper, someone, untilOthersHeard } = stage();
      const ingest = ingestOf(system);
      const ivy = await someone('ivy');
      await shopper.track(ivy, 'e2e-cart.added', { cartId: 'c1' });
      await ingest.stopCollector();
      await ingest.produce(call(ivy, 'e2e-cart.ordered', { cartId: 'c1' }));
      await system.pass(system.window.ms + 2 * system.settle.ms);
      expect((await messagesOf(system, ivy)).length).toBe(0);
      await ingest.startCollector();
      await untilOthersHeard(ivy, 'e2e-cart.added');
      expect(await messagesOf(system, ivy)).toEqual([]);
    },
    SCENARIO_MS,
  );

  it(
    'a foreign producer with a key and a partitioner of its own is heard, and a poison record stops nothing',
    async () => {
      const { system, someone, untilSent, sent } = stage();
      const ingest = ingestOf(system);
      const jon = await someone('jon');
      await ingest.produce(Buffer.from([0xff, 0xfe, 0x00]));
      await ingest.produce('{"type":"track","event":42}');
      await ingest.produce(call(jon, 'e2e-once.done'));
      await untilSent(jon);
      expect(await sent(jon)).toBe(1);
    },
    SCENARIO_MS,
  );
}
