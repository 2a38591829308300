import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { days, hours, makeInstant, minutes, plus, seconds, type Instant } from '@tripline/kernel';
import type { Action, Decision } from '@tripline/model';
import type { Untold, Waiting } from '@tripline/ports';
import { makeAction, makeDispatch, makeProfile, makeReceipt, makeRecall, START } from '@tripline/testing-builders';
import type { GatePlace, GatePorts } from './gate-place.js';

const at = (ms: number): Instant => makeInstant(START + ms);
const NOW = at(1_000);
const LEASE = seconds(30);
const SEND: Decision = { kind: 'send', to: 'ada@shop.example' };
const holdUntil = (until: Instant): Decision => ({ kind: 'hold', reason: 'profile-behind', until });
const PAUSED: Decision = { kind: 'hold', reason: 'trigger-paused', until: at(1_000_000) };
const DROP: Decision = { kind: 'drop', status: 'dropped', reason: 'no-consent' };
const many = (count: number, fields: Partial<Action> = {}): Action[] =>
  Array.from({ length: count }, (_, i) => makeAction({ id: `act_${String(i).padStart(5, '0')}`, ...fields }));
const idsOf = (items: readonly (Waiting | Untold)[]): string[] => items.map((item) => item.action.id).sort();

/** Every promise of the `Gatehouse` port, with the ledgers its facts come from, for an adapter to keep. */
export function describeGatehouse(name: string, open: () => Promise<GatePlace>): void {
  describe(`a gatehouse: ${name}`, () => {
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

    const admit = (...actions: Action[]): Promise<number> => ports.gatehouse.admit(actions, NOW);
    const claim = (now = NOW, max = 100): Promise<readonly Waiting[]> => ports.gatehouse.claim(now, LEASE, max);
    const decide = (action: Action, decision: Decision, now = NOW): Promise<readonly Untold[]> =>
      ports.gatehouse.decide([{ action, decision }], now);
    const statusOf = async (id = 'act_1'): Promise<string | undefined> =>
      (await ports.messages.messages({ max: 100 })).find((message) => message.id === id)?.status;
    const reasonOf = async (id = 'act_1'): Promise<string | undefined> =>
      (await ports.messages.messages({ max: 100 })).find((message) => message.id === id)?.reason;
    const handOver = async (action = makeAction()): Promise<void> => {
      await admit(action);
      await claim();
      await decide(action, SEND);
      await ports.gatehouse.told([{ action, decision: SEND, attempt: 1 }]);
    };

    test('an action comes back as it was given, whatever it holds', async () => {
      const action = makeAction({
        person: 'u:żółć 😀',
        topic: 'cart-reminders',
        data: { text: 'a\u0000b \ud800 "\\', deep: [{ n: 1.5 }, null, true] },
      });
      await admit(action);
      expect((await claim()).map((waiting) => waiting.action)).toEqual([action]);
    });

    test('repeats are dropped: within a batch, across batches, across processes at once', async () => {
      const other = await place.ports();
      expect(await admit(...many(3), ...many(3))).toBe(3);
      const counts = await Promise.all([admit(...many(50)), other.gatehouse.admit([...many(50)].reverse(), NOW)]);
      expect(counts.reduce((a, b) => a + b)).toBe(47);
      expect(await claim()).toHaveLength(50);
      expect(await admit(...many(50))).toBe(0);
      await other.close();
    });

    test('an id is unique within the day it was decided', async () => {
      expect(await admit(makeAction(), makeAction({ decided: at(86_400_000) }), makeAction({ decided: at(1) }))).toBe(2);
    });

    test('actions decided on days far off are taken in and dropped as repeats like any', async () => {
      const odd = [0, -86_400_000, START + days(365) * 20].map((decided, i) =>
        makeAction({ id: `odd${i}`, decided: makeInstant(decided) }),
      );
      expect(await admit(...odd)).toBe(3);
      expect(await admit(...odd)).toBe(0);
      expect(idsOf(await claim())).toEqual(['odd0', 'odd1', 'odd2']);
    });

    test('a day that was far off is taken in as well when the clock has come to it', async () => {
      const later = START + days(30);
      expect(await admit(makeAction({ id: 'early', decided: makeInstant(later) }))).toBe(1);
      expect(await ports.gatehouse.admit([makeAction({ id: 'next', decided: makeInstant(later) })], makeInstant(later))).toBe(1);
      expect(idsOf(await claim(makeInstant(later)))).toEqual(['early', 'next']);
    });

    test('a claim is of what is due, at most so many, and not again within its lease', async () => {
      await admit(...many(5));
      expect(await claim(NOW, 3)).toHaveLength(3);
      expect(await claim(NOW, 3)).toHaveLength(2);
      expect(await claim(plus(NOW, (LEASE - 1) as never))).toHaveLength(0);
      expect(await claim(plus(NOW, LEASE))).toHaveLength(5);
    });

    test('two gates that claim at once never have the same action', async () => {
      const other = await place.ports();
      await admit(...many(400));
      const claims = await Promise.all(
        Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? ports : other).gatehouse.claim(NOW, LEASE, 25)),
      );
      const ids = claims.flatMap(idsOf);
      expect(ids).toHaveLength(400);
      expect(new Set(ids).size).toBe(400);
      await other.close();
    });

    test('what is held is due again at its time, no more at its first look, and attempts are not counted', async () => {
      const action = makeAction();
      await admit(action);
      expect((await claim())[0]).toMatchObject({ firstLook: true, attempts: 0 });
      expect(await decide(action, holdUntil(at(5_000)))).toHaveLength(1);
      expect([await statusOf(), await reasonOf()]).toEqual(['held', 'profile-behind']);
      expect(await claim(at(4_999))).toHaveLength(0);
      expect((await claim(at(5_000)))[0]).toMatchObject({ firstLook: false, attempts: 0 });
    });

    test('a look that came to no decision was not the first', async () => {
      await admit(makeAction());
      await claim();
      expect((await claim(plus(NOW, LEASE)))[0]?.firstLook).toBe(true);
    });

    test('a decision is kept once: whoever comes later with another is answered nothing', async () => {
      const action = makeAction();
      await admit(action);
      expect(await decide(action, SEND)).toEqual([{ action, decision: SEND, attempt: 1 }]);
      expect(await decide(action, DROP)).toEqual([]);
      expect(await decide(action, holdUntil(at(9_000)))).toEqual([]);
      expect([await statusOf(), await reasonOf()]).toEqual(['held', 'handed-over']);
      expect(await claim(at(1_000_000))).toEqual([]);
    });

    test('of two gates that decide the same action at once one is answered', async () => {
      const other = await place.ports();
      const actions = many(100);
      await admit(...actions);
      const decisions = actions.map((action) => ({ action, decision: SEND }));
      const answers = await Promise.all([
        ports.gatehouse.decide(decisions, NOW),
        other.gatehouse.decide([...decisions].reverse(), NOW),
      ]);
      expect(new Set(answers.flatMap(idsOf)).size).toBe(100);
      expect(answers.flatMap(idsOf)).toHaveLength(100);
      await other.close();
    });

    test('a decision not told is told again the same after its age, by any process, until it is marked told', async () => {
      const [sent, dropped, held] = many(3) as [Action, Action, Action];
      await admit(sent, dropped, held);
      await decide(sent, SEND);
      await decide(dropped, DROP);
      await decide(held, holdUntil(at(5_000)));
      const other = await place.ports();
      const untold = (now: Instant): Promise<readonly Untold[]> => other.gatehouse.untold(now, seconds(10), 100);
      expect(await untold(at(10_999))).toEqual([]);
      expect(await untold(at(11_000))).toEqual([
        { action: sent, decision: SEND, attempt: 1 },
        { action: dropped, decision: DROP, attempt: 0 },
      ]);
      await ports.gatehouse.told([{ action: sent, decision: SEND, attempt: 1 }]);
      expect(idsOf(await untold(at(99_000)))).toEqual([dropped.id]);
      const told = { action: dropped, decision: DROP, attempt: 0 };
      await ports.gatehouse.told([told, { ...told, action: makeAction({ id: 'act_unknown' }) }]);
      expect(await untold(at(99_000))).toEqual([]);
      await other.close();
    });

    test('a recall before its action wins', async () => {
      await ports.gatehouse.recall([makeRecall()], NOW);
      expect(await admit(makeAction())).toBe(1);
      const [waiting] = await claim();
      expect(waiting?.facts.recalled).toBe(true);
      expect(await decide(makeAction(), SEND)).toEqual([]);
      expect(await decide(makeAction(), { kind: 'drop', status: 'recalled', reason: 'recalled' })).toHaveLength(1);
      expect(await statusOf()).toBe('recalled');
    });

    test('a recall of what is held makes it due at once', async () => {
      await admit(makeAction());
      await claim();
      await decide(makeAction(), holdUntil(at(1_000_000)));
      expect(await claim(at(2_000))).toHaveLength(0);
      await ports.gatehouse.recall([makeRecall(), makeRecall()], at(3_000));
      expect((await claim(at(3_000)))[0]?.facts.recalled).toBe(true);
    });

    test('a recall between claim and decision leaves the action undecided and due', async () => {
      await admit(makeAction());
      await claim();
      await ports.gatehouse.recall([makeRecall()], at(2_000));
      expect(await decide(makeAction(), SEND, at(2_001))).toEqual([]);
      expect(await decide(makeAction(), holdUntil(at(9_000)), at(2_001))).toEqual([]);
      expect((await claim(at(2_002)))[0]).toMatchObject({ firstLook: true, facts: { recalled: true } });
    });

    test('a recall after handing over changes no status, and the dispatcher is refused', async () => {
      await handOver();
      await ports.gatehouse.recall([makeRecall({ reason: 'exit' })], at(2_000));
      expect([await statusOf(), await reasonOf()]).toEqual(['held', 'handed-over']);
      expect(await ports.attempts.begin(makeDispatch(), 'mailbox', at(2_001), minutes(1))).toEqual({
        kind: 'recalled',
        reason: 'exit',
      });
      await ports.gatehouse.report([makeReceipt({ status: 'recalled', reason: 'exit' })], at(2_002));
      expect([await statusOf(), await reasonOf()]).toEqual(['recalled', 'exit']);
    });

    test('recalls and decisions of the same actions at once end in either, never in both or neither', async () => {
      const other = await place.ports();
      const actions = many(200);
      await admit(...actions);
      await claim(NOW, 200);
      const [decided] = await Promise.all([
        ports.gatehouse.decide(
          actions.map((action) => ({ action, decision: SEND })),
          NOW,
        ),
        other.gatehouse.recall(
          [...actions].reverse().map((action) => makeRecall({ action: action.id })),
          NOW,
        ),
      ]);
      const again = await claim(NOW, 200);
      expect([...idsOf(decided), ...idsOf(again)].sort()).toEqual(idsOf(actions.map((action) => ({ action }) as Waiting)));
      expect(again.every((waiting) => waiting.facts.recalled)).toBe(true);
      await other.close();
    });

    describe('the facts', () => {
      const factsOf = async (fields: Partial<Action> = {}): Promise<Waiting['facts'] | undefined> => {
        await admit(makeAction(fields));
        return (await claim(plus(NOW, days(1))))[0]?.facts;
      };
      const consent = (topic: string, granted: boolean, ms: number, fields = {}) => ({
        person: 'u:ada',
        channel: 'email' as const,
        ...{ topic, granted, source: 'form', at: at(ms), ...fields },
      });

      test('where nothing is known, nothing is', async () => {
        expect(await factsOf()).toEqual({
          ...{ stopped: false, paused: false, withdrawn: false, recalled: false },
          ...{ profile: undefined, consent: undefined, suppressed: false },
        });
      });

      test('the profile is the newest by revision, whatever the order', async () => {
        const newest = makeProfile({ email: 'new@shop.example', odd: '\u0000\ud800' }, { revision: 3 });
        await ports.profiles.apply([
          makeProfile({ email: 'a@x.example' }, { revision: 2 }),
          newest,
          makeProfile({}, { revision: 1 }),
        ]);
        await ports.profiles.apply([makeProfile({}, { revision: 2 })]);
        expect((await factsOf())?.profile).toEqual(newest);
        expect(await ports.profiles.profile('u:ada')).toEqual(newest);
        expect(await ports.profiles.profile('u:bob')).toBeUndefined();
      });

      test('a topic with an entry of its own goes by it, any other by the general one', async () => {
        await ports.consents.record([consent('cart', true, 1), consent('marketing', false, 2)]);
        expect((await factsOf({ topic: 'cart' }))?.consent).toBe(true);
        expect((await factsOf({ id: 'act_2', topic: 'news' }))?.consent).toBe(false);
        expect((await factsOf({ id: 'act_3' }))?.consent).toBe(false);
      });

      test('the newest entry counts, by its own time, and of the same time the one recorded last', async () => {
        await ports.consents.record([consent('marketing', false, 5), consent('marketing', true, 3)]);
        expect((await factsOf())?.consent).toBe(false);
        await ports.consents.record([consent('marketing', true, 5)]);
        expect((await factsOf({ id: 'act_2' }))?.consent).toBe(true);
      });

      test('permission for one channel or person is none for another', async () => {
        await ports.consents.record([
          consent('marketing', true, 1, { channel: 'sms' }),
          consent('marketing', true, 1, { person: 'u:bob' }),
        ]);
        expect((await factsOf())?.consent).toBeUndefined();
      });

      test('an address is suppressed in any spelling, on its channel', async () => {
        await ports.profiles.apply([makeProfile({ email: ' ADA@Shop.example', phone: '+49 151 1234567' })]);
        await ports.consents.suppress([{ channel: 'email', address: 'ada@shop.EXAMPLE', reason: 'complaint', at: NOW }]);
        await ports.consents.suppress([{ channel: 'email', address: 'ada@shop.example', reason: 'again', at: NOW }]);
        expect((await factsOf())?.suppressed).toBe(true);
        expect((await factsOf({ id: 'act_2', channel: 'sms' }))?.suppressed).toBe(false);
      });

      test('switches: of the trigger and of all', async () => {
        await ports.switches.set('abandoned-cart', 'paused', NOW, 'ops');
        expect(await factsOf()).toMatchObject({ paused: true, stopped: false });
        await ports.switches.set('abandoned-cart', 'running', NOW, 'ops');
        await ports.switches.set('*', 'stopped', NOW, 'ops');
        expect(await factsOf({ id: 'act_2' })).toMatchObject({ paused: false, stopped: true });
        expect(await factsOf({ id: 'act_3', trigger: 'other' })).toMatchObject({ stopped: true });
        expect(await ports.switches.all()).toEqual([
          { scope: '*', state: 'stopped', at: NOW, by: 'ops' },
          { scope: 'abandoned-cart', state: 'running', at: NOW, by: 'ops' },
        ]);
      });

      test('setting a switch makes due what is held under it, and nothing else', async () => {
        await admit(makeAction(), makeAction({ id: 'act_2', trigger: 'other' }));
        for (const { action } of await claim()) await decide(action, holdUntil(at(1_000_000)));
        await ports.switches.set('abandoned-cart', 'stopped', at(2_000), 'ops');
        expect(idsOf(await claim(at(2_000)))).toEqual(['act_1']);
        await ports.switches.set('*', 'stopped', at(3_000), 'ops');
        expect(idsOf(await claim(at(3_000)))).toEqual(['act_2']);
      });

      test('a pause holds until its switch is set, also where that happens between a claim and its decision', async () => {
        await ports.switches.set('*', 'paused', NOW, 'ops');
        await admit(makeAction(), makeAction({ id: 'act_2' }));
        const [first, second] = (await claim()).map(({ action }) => action) as [Action, Action];
        await decide(first, PAUSED);
        expect(await claim(at(900_000))).toHaveLength(1);
        await ports.switches.set('*', 'running', at(900_001), 'ops');
        await decide(second, PAUSED, at(900_001));
        expect(idsOf(await claim(at(900_001)))).toEqual(['act_1', 'act_2']);
      });

      test('a trigger withdrawn is, until it is published again', async () => {
        const document = { kind: 'trigger', name: 'abandoned-cart' };
        await ports.catalogue.publish([{ kind: 'trigger', name: 'abandoned-cart', document }], 'ops', NOW);
        expect((await factsOf())?.withdrawn).toBe(false);
        await ports.catalogue.withdraw('trigger', 'abandoned-cart', 'ops', NOW);
        expect((await factsOf({ id: 'act_2' }))?.withdrawn).toBe(true);
        await ports.catalogue.publish([{ kind: 'trigger', name: 'abandoned-cart', document }], 'ops', NOW);
        expect((await factsOf({ id: 'act_3' }))?.withdrawn).toBe(false);
      });
    });

    describe('what dispatchers report', () => {
      const report = (...receipts: Partial<Parameters<typeof makeReceipt>[0]>[]): Promise<void> =>
        ports.gatehouse.report(
          receipts.map((fields) => makeReceipt(fields)),
          NOW,
        );

      test('a status never goes back, and one that was given up may turn out sent', async () => {
        await handOver();
        await report({ status: 'unknown', reason: 'interrupted' });
        expect(await statusOf()).toBe('unknown');
        await report({ status: 'failed', reason: 'x' });
        expect(await statusOf()).toBe('unknown');
        await report({ status: 'sent' });
        expect([await statusOf(), await reasonOf()]).toEqual(['sent', undefined]);
        for (const status of ['unknown', 'failed', 'dropped', 'deferred', 'recalled', 'expired'] as const)
          await report({ status });
        expect(await statusOf()).toBe('sent');
        expect(await claim(at(1_000_000))).toEqual([]);
      });

      test('what comes after sending implies it, is kept in order and once, also in one batch', async () => {
        await handOver();
        await report({ status: 'delivered' }, { status: 'opened' }, { status: 'opened' }, { status: 'clicked' });
        await report({ status: 'opened' }, { status: 'sent' });
        const [message] = await ports.messages.messages({ max: 1 });
        expect(message).toMatchObject({ status: 'sent', later: ['delivered', 'opened', 'clicked'] });
      });

      test('a late status does not undo a failure', async () => {
        await handOver();
        await report({ status: 'failed', reason: 'rejected' }, { status: 'bounced' });
        const [message] = await ports.messages.messages({ max: 1 });
        expect(message).toMatchObject({ status: 'failed', reason: 'rejected', later: ['bounced'] });
      });

      test('what is deferred is held until its time, then handed over again as the next attempt', async () => {
        await handOver();
        await report({ status: 'deferred', attempt: 1, retryAt: at(60_000), reason: 'busy' });
        expect([await statusOf(), await reasonOf()]).toEqual(['held', 'deferred']);
        expect(await claim(at(59_999))).toEqual([]);
        expect((await claim(at(60_000)))[0]).toMatchObject({ firstLook: false, attempts: 1 });
        expect((await decide(makeAction(), SEND, at(60_001)))[0]?.attempt).toBe(2);
        await report({ status: 'deferred', attempt: 1, retryAt: at(61_000) });
        expect([await statusOf(), await reasonOf()]).toEqual(['held', 'handed-over']);
        await report({ status: 'deferred', attempt: 2, retryAt: at(90_000) }, { status: 'sent', attempt: 2 });
        expect(await statusOf()).toBe('sent');
      });

      test('whoever marks an attempt told late leaves the next one to be told', async () => {
        const action = makeAction();
        await admit(action);
        const [first] = await decide(action, SEND);
        await report({ status: 'deferred', attempt: 1, retryAt: at(2_000) });
        const second = await decide(action, SEND, at(2_000));
        await ports.gatehouse.told([first as Untold]);
        expect(await ports.gatehouse.untold(at(99_000), seconds(10), 10)).toEqual(second);
        expect(second[0]?.attempt).toBe(2);
        await ports.gatehouse.told(second);
        expect(await ports.gatehouse.untold(at(99_000), seconds(10), 10)).toEqual([]);
      });

      test('what was recalled meanwhile is due at once when it is deferred', async () => {
        await handOver();
        await ports.gatehouse.recall([makeRecall()], NOW);
        await report({ status: 'deferred', attempt: 1, retryAt: at(60_000) });
        expect((await claim())[0]?.facts.recalled).toBe(true);
      });

      test('what is deferred past its expiry is due at its expiry', async () => {
        await handOver(makeAction({ expires: at(10_000) }));
        await report({ status: 'deferred', attempt: 1, retryAt: at(60_000) });
        expect(await claim(at(9_999))).toEqual([]);
        expect(await claim(at(10_000))).toHaveLength(1);
      });

      test.each(['*', 'abandoned-cart'])(
        'what is deferred while %s is stopped is due at once, as all that is held',
        async (scope) => {
          await handOver();
          await ports.switches.set(scope, 'stopped', NOW, 'ops');
          await report({ status: 'deferred', attempt: 1, retryAt: at(60_000) });
          expect((await claim())[0]?.facts.stopped).toBe(true);
        },
      );

      test('receipts of actions nobody knows change nothing', async () => {
        await report({ action: 'act_unknown', status: 'sent' }, { action: 'act_unknown', status: 'opened' });
        expect(await ports.messages.messages({ max: 10 })).toEqual([]);
      });

      test('a reason from outside with a character no database takes is kept without it', async () => {
        await handOver();
        await report({ status: 'failed', reason: 'a\u0000b' });
        expect(await reasonOf()).toBe('a\ufffdb');
      });

      test('who says nothing for so long after expiry is closed as unknown, once, and told', async () => {
        const action = makeAction({ expires: at(10_000) });
        await handOver(action);
        const silent = (now: Instant): Promise<readonly Untold[]> => ports.gatehouse.closeSilent(now, hours(1), 10);
        const due = plus(at(10_000), hours(1));
        expect(await silent(makeInstant(due - 1))).toEqual([]);
        const closed = { action, decision: { kind: 'drop', status: 'unknown', reason: 'silent' }, attempt: 1 };
        expect(await silent(due)).toEqual([closed]);
        expect(await silent(due)).toEqual([]);
        expect([await statusOf(), await reasonOf()]).toEqual(['unknown', 'silent']);
        expect(await ports.gatehouse.untold(due, seconds(0), 10)).toEqual([closed]);
      });
    });

    describe('the log of messages', () => {
      test('is newest first, at most so many, by person, trigger and status', async () => {
        const actions = [
          makeAction({ id: 'a', decided: at(1) }),
          makeAction({ id: 'b', decided: at(86_400_000 * 2), person: 'a:x' }),
          makeAction({ id: 'c', decided: at(86_400_000), trigger: 'other' }),
        ];
        await admit(...actions);
        await decide(actions[0] as Action, DROP);
        const ids = async (query: object): Promise<string[]> =>
          (await ports.messages.messages({ max: 10, ...query })).map((message) => message.id);
        expect(await ids({})).toEqual(['b', 'c', 'a']);
        expect(await ids({ max: 2 })).toEqual(['b', 'c']);
        expect(await ids({ person: 'a:x' })).toEqual(['b']);
        expect(await ids({ trigger: 'other' })).toEqual(['c']);
        expect(await ids({ status: 'dropped' })).toEqual(['a']);
        expect(await ids({ status: 'held', person: 'u:ada' })).toEqual(['c']);
        expect(await ids({ status: 'sent' })).toEqual([]);
      });

      test('shows an expired message as dropped, with what it was about', async () => {
        await admit(makeAction());
        await decide(makeAction(), { kind: 'drop', status: 'expired', reason: 'expired' }, at(7_000));
        expect(await ports.messages.messages({ max: 1 })).toEqual([
          {
            ...{ id: 'act_1', person: 'u:ada', userId: 'ada', trigger: 'abandoned-cart', version: 1, step: 'mail', run: 'run_1' },
            ...{ channel: 'email', template: 'cart-reminder', status: 'dropped', reason: 'expired', at: at(7_000) },
            ...{ decided: START, expires: plus(START, days(3)), later: [] },
          },
        ]);
      });
    });
  });
}
