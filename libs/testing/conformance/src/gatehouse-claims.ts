import { expect, test } from '@jest/globals';
import { plus, seconds, type Instant } from '@tripline/kernel';
import type { Action } from '@tripline/model';
import { CLAIM_MAX, type Untold } from '@tripline/ports';
import { makeAction } from '@tripline/testing-builders';
import { at, DROP, holdUntil, idsOf, LEASE, many, NOW, PAUSED, SEND, type GateRig } from './gate-rig.js';

/** The promises of the `Gatehouse` port: claims and decisions. */
export function claimPromises(rig: GateRig): void {
  const { admit, claim, decide, statusOf, reasonOf } = rig;
  test('a claim is of what is due, at most so many, and not again within its lease', async () => {
    await admit(...many(5));
    expect(await claim(NOW, 3)).toHaveLength(3);
    expect(await claim(NOW, 3)).toHaveLength(2);
    expect(await claim(plus(NOW, (LEASE - 1) as never))).toHaveLength(0);
    expect(await claim(plus(NOW, LEASE))).toHaveLength(5);
  });

  test('two gates that claim at once never have the same action', async () => {
    const other = await rig.place.ports();
    await admit(...many(400));
    const claims = await Promise.all(
      Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? rig.ports : other).gatehouse.claim(NOW, LEASE, 25)),
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

  test('of one id on two days each has its own decision', async () => {
    const [first, second] = [makeAction(), makeAction({ decided: at(86_400_000) })];
    await admit(first, second);
    await decide(first, SEND);
    const decided = [first, second].map((action) => ({ action, decision: DROP }));
    expect(await rig.ports.gatehouse.decide(decided, NOW)).toEqual([{ action: second, decision: DROP, attempt: 0 }]);
  });

  test('of two gates that decide the same action at once one is answered', async () => {
    const other = await rig.place.ports();
    const actions = many(100);
    await admit(...actions);
    const decisions = actions.map((action) => ({ action, decision: SEND }));
    const answers = await Promise.all([
      rig.ports.gatehouse.decide(decisions, NOW),
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
    const other = await rig.place.ports();
    const untold = (now: Instant): Promise<readonly Untold[]> => other.gatehouse.untold(now, seconds(10), 100);
    expect(await untold(at(10_999))).toEqual([]);
    expect(await untold(at(11_000))).toEqual([
      { action: sent, decision: SEND, attempt: 1 },
      { action: dropped, decision: DROP, attempt: 0 },
    ]);
    await rig.ports.gatehouse.told([{ action: sent, decision: SEND, attempt: 1 }]);
    expect(idsOf(await untold(at(99_000)))).toEqual([dropped.id]);
    const told = { action: dropped, decision: DROP, attempt: 0 };
    await rig.ports.gatehouse.told([told, { ...told, action: makeAction({ id: 'act_unknown' }) }]);
    expect(await untold(at(99_000))).toEqual([]);
    await other.close();
  });

  test('the longest due come first', async () => {
    const dues = [5_000, 3_000, 4_000];
    const actions = many(3);
    await admit(...actions);
    for (const [i, action] of actions.entries()) await decide(action, holdUntil(at(dues[i] ?? 0)));
    const orderOf = async (max: number): Promise<string[]> => (await claim(at(9_000), max)).map(({ action }) => action.id);
    expect(await orderOf(2)).toEqual(['act_00001', 'act_00002']);
    expect(await orderOf(2)).toEqual(['act_00000']);
  });

  test('a claim of none or of too many is refused', async () => {
    for (const max of [0, CLAIM_MAX + 1]) await expect((async () => claim(NOW, max))()).rejects.toThrow('1 to 5000');
    expect(await claim(NOW, CLAIM_MAX)).toEqual([]);
  });

  test('a hold that goes on for the same reason is no change, for another it is', async () => {
    const changedAt = async (): Promise<Instant | undefined> => (await rig.ports.messages.messages({ max: 1 }))[0]?.at;
    await admit(makeAction());
    await decide(makeAction(), holdUntil(at(3_000)), at(2_000));
    await decide(makeAction(), holdUntil(at(4_000)), at(3_000));
    expect(await changedAt()).toBe(at(2_000));
    await decide(makeAction(), PAUSED, at(4_000));
    expect(await changedAt()).toBe(at(4_000));
  });

  test('of what is to be told the longest decided comes first, at most so many', async () => {
    const [first, second] = many(2) as [Action, Action];
    await admit(first, second);
    await decide(first, DROP, at(3_000));
    await decide(second, DROP, at(2_000));
    const untold = async (max: number): Promise<string[]> =>
      (await rig.ports.gatehouse.untold(at(9_000), seconds(1), max)).map(({ action }) => action.id);
    expect(await untold(1)).toEqual([second.id]);
    expect(await untold(2)).toEqual([second.id, first.id]);
  });
}
