import { expect, test } from '@jest/globals';
import { KEPT_MAX } from '@tripline/ports';
import { at, type GateRig } from './gate-rig.js';

/** The promises of the `Mailbox` port. */
export function mailboxPromises(rig: GateRig): void {
  test('the mailbox keeps a message once, shows the newest first, and each as it was', async () => {
    const message = { id: 'act_1', person: 'u:ada', channel: 'email', text: 'Hi \u0000', trigger: 't', step: 's' } as const;
    await rig.ports.mailbox.keep(message, at(1));
    await rig.ports.mailbox.keep({ ...message, text: 'other' }, at(2));
    await rig.ports.mailbox.keep({ ...message, id: 'act_2', person: 'u:bob' }, at(3));
    expect(await rig.ports.mailbox.kept({ max: 10 })).toEqual([
      { ...message, id: 'act_2', person: 'u:bob', at: at(3) },
      { ...message, at: at(1) },
    ]);
    expect((await rig.ports.mailbox.kept({ person: 'u:ada', max: 10 })).map(({ id }) => id)).toEqual(['act_1']);
    expect(await rig.ports.mailbox.kept({ max: 1 })).toHaveLength(1);
  });

  test('of one instant the greatest id comes first; at most so many, and none for less than none', async () => {
    const message = { person: 'u:ada', channel: 'email', text: 'Hi', trigger: 't', step: 's' } as const;
    const keep = (id: string, ms: number) => rig.ports.mailbox.keep({ ...message, id }, at(ms));
    for (const id of ['b', 'c', 'a']) await keep(id, id === 'a' ? 2 : 1);
    const ids = async (max: number): Promise<string[]> => (await rig.ports.mailbox.kept({ max })).map(({ id }) => id);
    expect([await ids(10), await ids(2), await ids(-1)]).toEqual([['a', 'c', 'b'], ['a', 'c'], []]);
    await Promise.all(Array.from({ length: KEPT_MAX }, (_, i) => keep(`m${i}`, 3)));
    expect(await ids(KEPT_MAX + 1)).toHaveLength(KEPT_MAX);
  });
}
