import { expect, test } from '@jest/globals';
import { days, plus } from '@tripline/kernel';
import type { Action } from '@tripline/model';
import { MESSAGES_MAX } from '@tripline/ports';
import { makeAction, START } from '@tripline/testing-builders';
import { at, DROP, many, NOW, type GateRig } from './gate-rig.js';

/** The promises of the `Gatehouse` port: the log of messages. */
export function logPromises(rig: GateRig): void {
  const { admit, decide } = rig;
  test('is newest first, at most so by person, trigger and status', async () => {
    const actions = [
      makeAction({ id: 'a', decided: at(1) }),
      makeAction({ id: 'b', decided: at(86_400_000 * 2), person: 'a:x' }),
      makeAction({ id: 'c', decided: at(86_400_000), trigger: 'other' }),
    ];
    await admit(...actions);
    await decide(actions[0] as Action, DROP);
    const ids = async (query: object): Promise<string[]> =>
      (await rig.ports.messages.messages({ max: 10, ...query })).map((message) => message.id);
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
    expect(await rig.ports.messages.messages({ max: 1 })).toEqual([
      {
        ...{ id: 'act_1', person: 'u:ada', userId: 'ada', trigger: 'abandoned-cart', version: 1, step: 'mail', run: 'run_1' },
        ...{ channel: 'email', template: 'cart-reminder', status: 'dropped', reason: 'expired', at: at(7_000) },
        ...{ decided: START, expires: plus(START, days(3)), later: [] },
      },
    ]);
  });

  test('of one instant the greatest id comes first; at most so many, and none for less than none', async () => {
    await admit(...many(MESSAGES_MAX + 1));
    const ids = async (max: number): Promise<string[]> => (await rig.ports.messages.messages({ max })).map(({ id }) => id);
    expect(await ids(2)).toEqual(['act_01000', 'act_00999']);
    expect(await ids(MESSAGES_MAX + 1)).toHaveLength(MESSAGES_MAX);
    expect(await ids(-1)).toEqual([]);
  });

  test('shows what nobody has looked at yet as held, since it was admitted', async () => {
    await admit(makeAction());
    expect(await rig.ports.messages.messages({ max: 1 })).toMatchObject([{ status: 'held', reason: 'waiting', at: NOW }]);
  });
}
