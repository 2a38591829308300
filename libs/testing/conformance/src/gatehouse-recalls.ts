import { expect, test } from '@jest/globals';
import { minutes } from '@tripline/kernel';
import type { Waiting } from '@tripline/ports';
import { makeAction, makeDispatch, makeReceipt, makeRecall } from '@tripline/testing-builders';
import { at, holdUntil, idsOf, many, NOW, SEND, type GateRig } from './gate-rig.js';

/** The promises of the `Gatehouse` port: recalls. */
export function recallPromises(rig: GateRig): void {
  const { admit, claim, decide, statusOf, reasonOf, handOver } = rig;
  test('a recall before its action wins', async () => {
    await rig.ports.gatehouse.recall([makeRecall()], NOW);
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
    await rig.ports.gatehouse.recall([makeRecall(), makeRecall()], at(3_000));
    expect((await claim(at(3_000)))[0]?.facts.recalled).toBe(true);
  });

  test('a recall between claim and decision leaves the action undecided and due', async () => {
    await admit(makeAction());
    await claim();
    await rig.ports.gatehouse.recall([makeRecall()], at(2_000));
    expect(await decide(makeAction(), SEND, at(2_001))).toEqual([]);
    expect(await decide(makeAction(), holdUntil(at(9_000)), at(2_001))).toEqual([]);
    expect((await claim(at(2_002)))[0]).toMatchObject({ firstLook: true, facts: { recalled: true } });
  });

  test('a recall after handing over changes no status, and the dispatcher is refused', async () => {
    await handOver();
    await rig.ports.gatehouse.recall([makeRecall({ reason: 'exit' })], at(2_000));
    expect([await statusOf(), await reasonOf()]).toEqual(['held', 'handed-over']);
    expect(await rig.ports.attempts.begin(makeDispatch(), 'mailbox', at(2_001), minutes(1))).toEqual({
      kind: 'recalled',
      reason: 'exit',
    });
    await rig.ports.gatehouse.report([makeReceipt({ status: 'recalled', reason: 'exit' })], at(2_002));
    expect([await statusOf(), await reasonOf()]).toEqual(['recalled', 'exit']);
  });

  test('recalls and decisions of the same actions at once end in either, never in both or neither', async () => {
    const other = await rig.place.ports();
    const actions = many(200);
    await admit(...actions);
    await claim(NOW, 200);
    const [decided] = await Promise.all([
      rig.ports.gatehouse.decide(
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

  test('a recall is of the action on every day it was decided', async () => {
    await admit(makeAction(), makeAction({ decided: at(86_400_000) }));
    await rig.ports.gatehouse.recall([makeRecall()], at(2_000));
    expect((await claim(at(2_000))).map((waiting) => waiting.facts.recalled)).toEqual([true, true]);
  });

  test('recalled again, the first reason stays, and the claim of a gate that drops it', async () => {
    await admit(makeAction());
    await rig.ports.gatehouse.recall([makeRecall({ reason: 'exit' })], at(2_000));
    expect(await claim(at(2_000))).toHaveLength(1);
    await rig.ports.gatehouse.recall([makeRecall({ id: 'rec_2', reason: 'violated' })], at(3_000));
    expect(await claim(at(3_000))).toEqual([]);
    expect(await rig.ports.attempts.begin(makeDispatch(), 'mailbox', at(3_001), minutes(1))).toEqual({
      kind: 'recalled',
      reason: 'exit',
    });
  });
}
