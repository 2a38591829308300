import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeInstant, plus, seconds, type Instant } from '@tripline/kernel';
import type { Begun, SendResult } from '@tripline/ports';
import { makeDispatch, makeRecall, START } from '@tripline/testing-builders';
import type { GatePlace, GatePorts } from './gate-place.js';

const at = (ms: number): Instant => makeInstant(START + ms);
const PATIENCE = seconds(60);
const ACCEPTED: SendResult = { kind: 'accepted', providerMessageId: 'm1' };

/** Every promise of the `AttemptLedger` and `Mailbox` ports, for an adapter to keep. */
export function describeAttemptLedger(name: string, open: () => Promise<GatePlace>): void {
  describe(`an attempt ledger: ${name}`, () => {
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
    const begin = (ms: number, fields = {}, by = ports): Promise<Begun> =>
      by.attempts.begin(makeDispatch(fields), 'mailbox', at(ms), PATIENCE);

    test('the first to begin goes; others find it busy, then unfinished', async () => {
      expect(await begin(0)).toEqual({ kind: 'go' });
      expect(await begin(1)).toEqual({ kind: 'busy' });
      expect(await begin(59_999)).toEqual({ kind: 'busy' });
      expect(await begin(60_000)).toEqual({ kind: 'unfinished', over: false });
    });

    test('of many that begin at once one goes', async () => {
      const other = await place.ports();
      const begun = await Promise.all(Array.from({ length: 12 }, (_, i) => begin(0, {}, i % 2 === 0 ? ports : other)));
      expect(begun.filter(({ kind }) => kind === 'go')).toHaveLength(1);
      expect(begun.filter(({ kind }) => kind === 'busy')).toHaveLength(11);
      await other.close();
    });

    test('what has ended is answered with its first result, also when it could not begin now', async () => {
      await begin(0);
      await ports.attempts.finish(makeDispatch(), ACCEPTED, at(5));
      await ports.attempts.finish(makeDispatch(), { kind: 'unknown', reason: 'late' }, at(6));
      await ports.gatehouse.recall([makeRecall()], at(7));
      expect(await begin(8)).toEqual({ kind: 'done', result: ACCEPTED });
      expect(await begin(8, { expires: at(1) })).toEqual({ kind: 'done', result: ACCEPTED });
    });

    test('a result is read back whole', async () => {
      const result: SendResult = { kind: 'retryable', reason: 'a\u0000b', retryAt: plus(START, seconds(9)) };
      await begin(0);
      await ports.attempts.finish(makeDispatch(), result, at(5));
      expect(await begin(6)).toEqual({ kind: 'done', result });
    });

    test('each attempt of an action is one of its own', async () => {
      await begin(0);
      expect(await begin(1, { attempt: 2 })).toEqual({ kind: 'go' });
    });

    test('what was recalled, or is stopped, does not begin', async () => {
      await ports.gatehouse.recall([makeRecall({ reason: 'exit' })], at(0));
      expect(await begin(1)).toEqual({ kind: 'recalled', reason: 'exit' });
      await ports.switches.set('abandoned-cart', 'stopped', at(2), 'ops');
      expect(await begin(3, { action: 'act_2' })).toEqual({ kind: 'recalled', reason: 'stopped' });
      await ports.switches.set('abandoned-cart', 'running', at(4), 'ops');
      expect(await begin(5, { action: 'act_2' })).toEqual({ kind: 'go' });
    });

    test('what was begun before its recall is not taken back', async () => {
      await begin(0);
      await ports.gatehouse.recall([makeRecall()], at(1));
      expect(await begin(2)).toEqual({ kind: 'busy' });
    });

    test('what was interrupted is unfinished, and over once it may not begin any more', async () => {
      await begin(0, { expires: at(90_000) });
      expect(await begin(89_999, { expires: at(90_000) })).toEqual({ kind: 'unfinished', over: false });
      expect(await begin(90_000, { expires: at(90_000) })).toEqual({ kind: 'unfinished', over: true });
      await ports.switches.set('*', 'stopped', at(70_000), 'ops');
      expect(await begin(80_000)).toEqual({ kind: 'unfinished', over: true });
      await ports.switches.set('*', 'running', at(81_000), 'ops');
      expect(await begin(82_000)).toEqual({ kind: 'unfinished', over: false });
      await ports.gatehouse.recall([makeRecall()], at(83_000));
      expect(await begin(84_000)).toEqual({ kind: 'unfinished', over: true });
    });

    test('what has expired does not begin: its first instant of being too late is too late', async () => {
      expect(await begin(10, { expires: at(10) })).toEqual({ kind: 'expired' });
      expect(await begin(9, { expires: at(10) })).toEqual({ kind: 'go' });
    });

    test('the mailbox keeps a message once, shows the newest first, and each as it was', async () => {
      const message = { id: 'act_1', person: 'u:ada', channel: 'email', text: 'Hi \u0000', trigger: 't', step: 's' } as const;
      await ports.mailbox.keep(message, at(1));
      await ports.mailbox.keep({ ...message, text: 'other' }, at(2));
      await ports.mailbox.keep({ ...message, id: 'act_2', person: 'u:bob' }, at(3));
      expect(await ports.mailbox.kept({ max: 10 })).toEqual([
        { ...message, id: 'act_2', person: 'u:bob', at: at(3) },
        { ...message, at: at(1) },
      ]);
      expect((await ports.mailbox.kept({ person: 'u:ada', max: 10 })).map(({ id }) => id)).toEqual(['act_1']);
      expect(await ports.mailbox.kept({ max: 1 })).toHaveLength(1);
    });
  });
}
