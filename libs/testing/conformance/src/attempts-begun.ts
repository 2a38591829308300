import { expect, test } from '@jest/globals';
import { plus, seconds } from '@tripline/kernel';
import type { Begun, SendResult } from '@tripline/ports';
import { makeDispatch, makeRecall, START } from '@tripline/testing-builders';
import { at, type GateRig } from './gate-rig.js';

const PATIENCE = seconds(60);
const ACCEPTED: SendResult = { kind: 'accepted', providerMessageId: 'm1' };

/** The promises of the `AttemptLedger` port. */
export function attemptPromises(rig: GateRig): void {
  const begin = (ms: number, fields = {}, by = rig.ports): Promise<Begun> =>
    by.attempts.begin(makeDispatch(fields), 'mailbox', at(ms), PATIENCE);

  test('the first to begin goes; others find it busy, then unfinished', async () => {
    expect(await begin(0)).toEqual({ kind: 'go' });
    expect(await begin(1)).toEqual({ kind: 'busy' });
    expect(await begin(59_999)).toEqual({ kind: 'busy' });
    expect(await begin(60_000)).toEqual({ kind: 'unfinished', over: false });
  });

  test('of many that begin at once one goes', async () => {
    const other = await rig.place.ports();
    const begun = await Promise.all(Array.from({ length: 12 }, (_, i) => begin(0, {}, i % 2 === 0 ? rig.ports : other)));
    expect(begun.filter(({ kind }) => kind === 'go')).toHaveLength(1);
    expect(begun.filter(({ kind }) => kind === 'busy')).toHaveLength(11);
    await other.close();
  });

  test('what has ended is answered with its first result, also when it could not begin now', async () => {
    await begin(0);
    await rig.ports.attempts.finish(makeDispatch(), ACCEPTED, at(5));
    await rig.ports.attempts.finish(makeDispatch(), { kind: 'unknown', reason: 'late' }, at(6));
    await rig.ports.gatehouse.recall([makeRecall()], at(7));
    expect(await begin(8)).toEqual({ kind: 'done', result: ACCEPTED });
    expect(await begin(8, { expires: at(1) })).toEqual({ kind: 'done', result: ACCEPTED });
  });

  test('a result is read back whole', async () => {
    const result: SendResult = { kind: 'retryable', reason: 'a\u0000b', retryAt: plus(START, seconds(9)) };
    await begin(0);
    await rig.ports.attempts.finish(makeDispatch(), result, at(5));
    expect(await begin(6)).toEqual({ kind: 'done', result });
  });

  test('each attempt of an action is one of its own', async () => {
    await begin(0);
    expect(await begin(1, { attempt: 2 })).toEqual({ kind: 'go' });
  });

  test('what was recalled, or is stopped, does not begin', async () => {
    await rig.ports.gatehouse.recall([makeRecall({ reason: 'exit' })], at(0));
    expect(await begin(1)).toEqual({ kind: 'recalled', reason: 'exit' });
    await rig.ports.switches.set('abandoned-cart', 'stopped', at(2), 'ops');
    expect(await begin(3, { action: 'act_2' })).toEqual({ kind: 'recalled', reason: 'stopped' });
    await rig.ports.switches.set('abandoned-cart', 'running', at(4), 'ops');
    expect(await begin(5, { action: 'act_2' })).toEqual({ kind: 'go' });
  });

  test('what was begun before its recall is not taken back', async () => {
    await begin(0);
    await rig.ports.gatehouse.recall([makeRecall()], at(1));
    expect(await begin(2)).toEqual({ kind: 'busy' });
  });

  test('what was interrupted is unfinished, and over once it may not begin any more', async () => {
    await begin(0, { expires: at(90_000) });
    expect(await begin(89_999, { expires: at(90_000) })).toEqual({ kind: 'unfinished', over: false });
    expect(await begin(90_000, { expires: at(90_000) })).toEqual({ kind: 'unfinished', over: true });
    await rig.ports.switches.set('*', 'stopped', at(70_000), 'ops');
    expect(await begin(80_000)).toEqual({ kind: 'unfinished', over: true });
    await rig.ports.switches.set('*', 'running', at(81_000), 'ops');
    expect(await begin(82_000)).toEqual({ kind: 'unfinished', over: false });
    await rig.ports.gatehouse.recall([makeRecall()], at(83_000));
    expect(await begin(84_000)).toEqual({ kind: 'unfinished', over: true });
  });

  test('what has expired does not begin: its first instant of being too late is too late', async () => {
    expect(await begin(10, { expires: at(10) })).toEqual({ kind: 'expired' });
    expect(await begin(9, { expires: at(10) })).toEqual({ kind: 'go' });
  });

  test('the end of an attempt that nobody began changes nothing', async () => {
    await rig.ports.attempts.finish(makeDispatch(), ACCEPTED, at(1));
    expect(await begin(2)).toEqual({ kind: 'go' });
  });
}
