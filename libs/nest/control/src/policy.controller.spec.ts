import { describe, expect, it } from '@jest/globals';
import { ControlRig, TRIGGER } from './control.rig.js';

const rig = new ControlRig();
const { ask, post, publish } = rig;

describe('what holds messages back', () => {
  it('stops, pauses and resumes a trigger, and everything', async () => {
    await publish(TRIGGER.replace('name: second-look', 'name: stoppable'));
    const states = async (): Promise<object> =>
      Object.fromEntries(
        (await ask('/api/switches')).body.switches.map(({ scope, state }: { scope: string; state: string }) => [scope, state]),
      );
    expect((await post('/api/triggers/stoppable/stop')).status).toBe(204);
    expect((await post('/api/stop')).status).toBe(204);
    expect(await states()).toMatchObject({ stoppable: 'stopped', '*': 'stopped' });
    await post('/api/triggers/stoppable/pause');
    await post('/api/resume');
    expect(await states()).toMatchObject({ stoppable: 'paused', '*': 'running' });
    await post('/api/triggers/stoppable/resume');
    expect(await states()).toMatchObject({ stoppable: 'running' });
    expect((await post('/api/triggers/nothing-of-this-name/stop')).status).toBe(404);
  });

  it('records consent and suppression, and names what is wrong with them', async () => {
    const consent = { userId: 'ada', channel: 'email', granted: true, source: 'checkout' };
    expect((await post('/api/consents', consent)).status).toBe(204);
    expect((await post('/api/suppressions', { channel: 'email', address: 'ada@shop.example', reason: 'asked' })).status).toBe(
      204,
    );
    const wrong = [
      {},
      { ...consent, granted: 'yes' },
      { ...consent, userId: 'null' },
      { ...consent, userId: 7 },
      { ...consent, channel: 'fax' },
      [consent],
      5,
    ];
    for (const body of wrong) expect(await post('/api/consents', JSON.stringify(body))).toMatchObject({ status: 400 });
    expect(await post('/api/consents', '{"userId": ')).toMatchObject({
      status: 400,
      body: { error: { code: 'malformed-json' } },
    });
  });
});
