import { expect, test } from '@jest/globals';
import { hours, makeInstant, plus, seconds, type Instant } from '@tripline/kernel';
import type { Action } from '@tripline/model';
import { RETRY_DEFAULT, type Untold } from '@tripline/ports';
import { makeAction, makeReceipt, makeRecall } from '@tripline/testing-builders';
import { at, holdUntil, idsOf, many, NOW, SEND, type GateRig } from './gate-rig.js';

/** The promises of the `Gatehouse` port: what dispatchers report. */
export function reportPromises(rig: GateRig): void {
  const { admit, claim, decide, statusOf, reasonOf, handOver } = rig;
  const report = (...receipts: Partial<Parameters<typeof makeReceipt>[0]>[]): Promise<void> =>
    rig.ports.gatehouse.report(
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
    for (const status of ['unknown', 'failed', 'dropped', 'deferred', 'recalled', 'expired'] as const) await report({ status });
    expect(await statusOf()).toBe('sent');
    expect(await claim(at(1_000_000))).toEqual([]);
  });

  test('what comes after sending implies it, is kept in order and once, also in one batch', async () => {
    await handOver();
    await report({ status: 'delivered' }, { status: 'opened' }, { status: 'opened' }, { status: 'clicked' });
    await report({ status: 'opened' }, { status: 'sent' });
    const [message] = await rig.ports.messages.messages({ max: 1 });
    expect(message).toMatchObject({ status: 'sent', later: ['delivered', 'opened', 'clicked'] });
  });

  test('a late status does not undo a failure', async () => {
    await handOver();
    await report({ status: 'failed', reason: 'rejected' }, { status: 'bounced' });
    const [message] = await rig.ports.messages.messages({ max: 1 });
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
    await rig.ports.gatehouse.told([first as Untold]);
    expect(await rig.ports.gatehouse.untold(at(99_000), seconds(10), 10)).toEqual(second);
    expect(second[0]?.attempt).toBe(2);
    await rig.ports.gatehouse.told(second);
    expect(await rig.ports.gatehouse.untold(at(99_000), seconds(10), 10)).toEqual([]);
  });

  test('what was recalled meanwhile is due at once when it is deferred', async () => {
    await handOver();
    await rig.ports.gatehouse.recall([makeRecall()], NOW);
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
      await rig.ports.switches.set(scope, 'stopped', NOW, 'ops');
      await report({ status: 'deferred', attempt: 1, retryAt: at(60_000) });
      expect((await claim())[0]?.facts.stopped).toBe(true);
    },
  );

  test('receipts of actions nobody knows change nothing', async () => {
    await report({ action: 'act_unknown', status: 'sent' }, { action: 'act_unknown', status: 'opened' });
    expect(await rig.ports.messages.messages({ max: 10 })).toEqual([]);
  });

  test('a reason from outside with a character no database takes is kept without it', async () => {
    await handOver();
    await report({ status: 'failed', reason: 'a\u0000b' });
    expect(await reasonOf()).toBe('a\ufffdb');
  });

  test('who says nothing for so long after expiry is closed as unknown, once, and told', async () => {
    const action = makeAction({ expires: at(10_000) });
    await handOver(action);
    const silent = (now: Instant): Promise<readonly Untold[]> => rig.ports.gatehouse.closeSilent(now, hours(1), 10);
    const due = plus(at(10_000), hours(1));
    expect(await silent(makeInstant(due - 1))).toEqual([]);
    const closed = { action, decision: { kind: 'drop', status: 'unknown', reason: 'silent' }, attempt: 1 };
    expect(await silent(due)).toEqual([closed]);
    expect(await silent(due)).toEqual([]);
    expect([await statusOf(), await reasonOf()]).toEqual(['unknown', 'silent']);
    expect(await rig.ports.gatehouse.untold(due, seconds(0), 10)).toEqual([closed]);
  });

  test('each receipt tells when: the change is of its time, and without a reason its status is the reason', async () => {
    const shown = async (): Promise<readonly unknown[]> => {
      const [message] = await rig.ports.messages.messages({ max: 1 });
      return [message?.status, message?.reason, message?.at];
    };
    await handOver();
    await report({ status: 'deferred', attempt: 1, at: at(2_000) });
    expect(await shown()).toEqual(['held', 'deferred', at(2_000)]);
    await report({ status: 'unknown', at: at(3_000) });
    expect(await shown()).toEqual(['unknown', 'unknown', at(3_000)]);
    await report({ status: 'opened', at: at(4_000) });
    expect(await shown()).toEqual(['sent', undefined, at(4_000)]);
    await report({ status: 'clicked', at: at(5_000) });
    expect(await shown()).toEqual(['sent', undefined, at(4_000)]);
  });

  test.each(['sent', 'failed', 'opened', 'deferred'] as const)(
    'what was reported %s is not to be told and not to be claimed any more, however it stood',
    async (status) => {
      const [claimed, handed] = many(2) as [Action, Action];
      await admit(claimed, handed);
      await claim();
      await decide(handed, SEND);
      const ids = status === 'deferred' ? [handed.id] : [claimed.id, handed.id];
      await report(...ids.map((action) => ({ action, status, retryAt: at(1_000_000) })));
      expect(await rig.ports.gatehouse.untold(at(99_000), seconds(10), 10)).toEqual([]);
      expect(idsOf(await claim(at(99_000)))).toEqual(status === 'deferred' ? [claimed.id] : []);
    },
  );

  test('only what is in hand is put off: a receipt that names no attempt means the last', async () => {
    await admit(makeAction());
    await decide(makeAction(), holdUntil(at(5_000)));
    await report({ status: 'deferred', retryAt: at(2_000) });
    expect(await claim(at(2_000))).toEqual([]);
    for (let i = 0; i < 2; i++) {
      await decide(makeAction(), SEND);
      await report({ status: 'deferred', retryAt: at(6_000) });
    }
    expect((await claim(at(6_000)))[0]).toMatchObject({ attempts: 2 });
  });

  test('what is deferred with no time named is due after a minute', async () => {
    await handOver();
    await report({ status: 'deferred', attempt: 1 });
    expect(await claim(makeInstant(plus(NOW, RETRY_DEFAULT) - 1))).toEqual([]);
    expect(await claim(plus(NOW, RETRY_DEFAULT))).toHaveLength(1);
  });

  test('of those who say nothing the longest expired are closed first, at most so many, from then on to be told', async () => {
    for (const [i, ms] of [30_000, 10_000, 20_000].entries()) await handOver(makeAction({ id: `act_${i}`, expires: at(ms) }));
    const now = plus(at(30_000), hours(1));
    const silent = async (max: number): Promise<string[]> => idsOf(await rig.ports.gatehouse.closeSilent(now, hours(1), max));
    expect([await silent(1), await silent(1)]).toEqual([['act_1'], ['act_2']]);
    const untold = (at: Instant) => rig.ports.gatehouse.untold(at, seconds(10), 10);
    expect(await untold(makeInstant(now + 9_999))).toEqual([]);
    expect(await untold(makeInstant(now + 10_000))).toHaveLength(2);
    expect((await rig.ports.messages.messages({ max: 10, status: 'unknown' })).map((message) => message.at)).toEqual([now, now]);
  });
}
