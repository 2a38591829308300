import { expect, test } from '@jest/globals';
import { days, plus } from '@tripline/kernel';
import type { Action } from '@tripline/model';
import type { Waiting } from '@tripline/ports';
import { makeAction, makeProfile } from '@tripline/testing-builders';
import { at, DROP, holdUntil, idsOf, NOW, PAUSED, type GateRig } from './gate-rig.js';

/** The promises of the `Gatehouse` port: the facts. */
export function factPromises(rig: GateRig): void {
  const { admit, claim, decide } = rig;
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
      ...{ stopped: false, paused: undefined, withdrawn: false, recalled: false },
      ...{ profile: undefined, consent: undefined, suppressed: false },
    });
  });

  test('the profile is the newest by revision, whatever the order', async () => {
    const newest = makeProfile({ email: 'new@shop.example', odd: '\u0000\ud800' }, { revision: 3 });
    await rig.ports.profiles.apply([
      makeProfile({ email: 'a@x.example' }, { revision: 2 }),
      newest,
      makeProfile({}, { revision: 1 }),
    ]);
    await rig.ports.profiles.apply([makeProfile({}, { revision: 2 }), makeProfile({}, { revision: 3 })]);
    expect((await factsOf())?.profile).toEqual(newest);
    expect(await rig.ports.profiles.profile('u:ada')).toEqual(newest);
    expect(await rig.ports.profiles.profile('u:bob')).toBeUndefined();
  });

  test('a topic with an entry of its own goes by it, any other by the general one', async () => {
    await rig.ports.consents.record([consent('cart', true, 1), consent('marketing', false, 2)]);
    expect((await factsOf({ topic: 'cart' }))?.consent).toBe(true);
    expect((await factsOf({ id: 'act_2', topic: 'news' }))?.consent).toBe(false);
    expect((await factsOf({ id: 'act_3' }))?.consent).toBe(false);
  });

  test('the newest entry counts, by its own time, and of the same time the one recorded last', async () => {
    await rig.ports.consents.record([consent('marketing', false, 5), consent('marketing', true, 3)]);
    expect((await factsOf())?.consent).toBe(false);
    await rig.ports.consents.record([consent('marketing', true, 5)]);
    expect((await factsOf({ id: 'act_2' }))?.consent).toBe(true);
  });

  test('permission for one channel or person is none for another', async () => {
    await rig.ports.consents.record([
      consent('marketing', true, 1, { channel: 'sms' }),
      consent('marketing', true, 1, { person: 'u:bob' }),
    ]);
    expect((await factsOf())?.consent).toBeUndefined();
  });

  test('an address is suppressed in any spelling, on its channel', async () => {
    await rig.ports.profiles.apply([makeProfile({ email: ' ADA@Shop.example', phone: '+49 151 1234567' })]);
    await rig.ports.consents.suppress([{ channel: 'email', address: 'ada@shop.EXAMPLE', reason: 'complaint', at: NOW }]);
    await rig.ports.consents.suppress([{ channel: 'email', address: 'ada@shop.example', reason: 'again', at: NOW }]);
    expect((await factsOf())?.suppressed).toBe(true);
    expect((await factsOf({ id: 'act_2', channel: 'sms' }))?.suppressed).toBe(false);
  });

  test('switches: of the trigger and of all', async () => {
    await rig.ports.switches.set('abandoned-cart', 'paused', NOW, 'ops');
    expect(await factsOf()).toMatchObject({ paused: 'hold', stopped: false });
    await rig.ports.switches.set('abandoned-cart', 'running', NOW, 'ops');
    await rig.ports.switches.set('*', 'stopped', NOW, 'ops');
    expect(await factsOf({ id: 'act_2' })).toMatchObject({ paused: undefined, stopped: true });
    expect(await factsOf({ id: 'act_3', trigger: 'other' })).toMatchObject({ stopped: true });
    expect(await rig.ports.switches.all()).toEqual([
      { scope: '*', state: 'stopped', entries: 'open', messages: 'drop', at: NOW, by: 'ops' },
      { scope: 'abandoned-cart', state: 'running', entries: 'open', messages: 'go', at: NOW, by: 'ops' },
    ]);
  });

  test('of a pause that holds and one that drops, the one that drops counts', async () => {
    await rig.ports.switches.set('abandoned-cart', 'paused', NOW, 'ops', { messages: 'drop' });
    expect(await factsOf()).toMatchObject({ paused: 'drop' });
    await rig.ports.switches.set('*', 'paused', NOW, 'ops');
    expect(await factsOf({ id: 'act_2' })).toMatchObject({ paused: 'drop' });
    expect(await factsOf({ id: 'act_3', trigger: 'other' })).toMatchObject({ paused: 'hold' });
    expect(await rig.ports.switches.all()).toMatchObject([
      { scope: '*', state: 'paused', entries: 'open', messages: 'hold' },
      { scope: 'abandoned-cart', state: 'paused', entries: 'open', messages: 'drop' },
    ]);
  });

  test('what a pause drops stays dropped, also where it ended between a claim and its decision', async () => {
    await admit(makeAction());
    const [waiting] = await claim();
    const decision = { kind: 'drop', status: 'dropped', reason: 'trigger-paused' } as const;
    expect(await decide(waiting?.action ?? makeAction(), decision)).toHaveLength(1);
    expect(await claim(at(9_000_000))).toEqual([]);
    expect([await rig.statusOf(), await rig.reasonOf()]).toEqual(['dropped', 'trigger-paused']);
  });

  test('a pause that holds and comes to drop between a claim and its decision is looked at again at once', async () => {
    await rig.ports.switches.set('*', 'paused', NOW, 'ops');
    await admit(makeAction());
    const [waiting] = await claim();
    await rig.ports.switches.set('abandoned-cart', 'paused', at(2_000), 'ops', { messages: 'drop' });
    await decide(waiting?.action ?? makeAction(), PAUSED, at(2_001));
    expect((await claim(at(2_001)))[0]?.facts.paused).toBe('drop');
  });

  test('setting a switch makes due what is held under it, and nothing else', async () => {
    await admit(makeAction(), makeAction({ id: 'act_2', trigger: 'other' }));
    for (const { action } of await claim()) await decide(action, holdUntil(at(1_000_000)));
    await rig.ports.switches.set('abandoned-cart', 'stopped', at(2_000), 'ops');
    expect(idsOf(await claim(at(2_000)))).toEqual(['act_1']);
    await rig.ports.switches.set('*', 'stopped', at(3_000), 'ops');
    expect(idsOf(await claim(at(3_000)))).toEqual(['act_2']);
  });

  test('a pause holds until its switch is set, also where that happens between a claim and its decision', async () => {
    await rig.ports.switches.set('*', 'paused', NOW, 'ops');
    await admit(makeAction(), makeAction({ id: 'act_2' }));
    const [first, second] = (await claim()).map(({ action }) => action) as [Action, Action];
    await decide(first, PAUSED);
    expect(await claim(at(900_000))).toHaveLength(1);
    await rig.ports.switches.set('*', 'running', at(900_001), 'ops');
    await decide(second, PAUSED, at(900_001));
    expect(idsOf(await claim(at(900_001)))).toEqual(['act_1', 'act_2']);
  });

  test('a trigger withdrawn is, until it is published again', async () => {
    const document = { kind: 'trigger', name: 'abandoned-cart' };
    await rig.ports.catalogue.publish([{ kind: 'trigger', name: 'abandoned-cart', document }], 'ops', NOW);
    expect((await factsOf())?.withdrawn).toBe(false);
    await rig.ports.catalogue.withdraw('trigger', 'abandoned-cart', 'ops', NOW);
    expect((await factsOf({ id: 'act_2' }))?.withdrawn).toBe(true);
    await rig.ports.catalogue.publish([{ kind: 'trigger', name: 'abandoned-cart', document }], 'ops', NOW);
    expect((await factsOf({ id: 'act_3' }))?.withdrawn).toBe(false);
  });

  test('setting a switch leaves alone what was handed over or has ended', async () => {
    await rig.handOver();
    await admit(makeAction({ id: 'act_2' }));
    await decide(makeAction({ id: 'act_2' }), DROP);
    await rig.ports.switches.set('*', 'paused', at(2_000), 'ops');
    expect(await claim(at(9_000_000))).toEqual([]);
  });

  test('what is held of a trigger that is withdrawn is due at once, and not for a segment of its name', async () => {
    const document = { n: 1 };
    const name = 'abandoned-cart';
    await rig.publish({ kind: 'trigger', name, document }, { kind: 'segment', name, document });
    await admit(makeAction());
    await claim();
    await decide(makeAction(), holdUntil(at(1_000_000)));
    await rig.ports.catalogue.withdraw('segment', name, 'ops', at(2_000));
    expect(await claim(at(2_000))).toEqual([]);
    await rig.ports.catalogue.withdraw('trigger', name, 'ops', at(3_000));
    expect((await claim(at(3_000)))[0]?.facts.withdrawn).toBe(true);
  });
}
