import { expect, test } from '@jest/globals';
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
}
