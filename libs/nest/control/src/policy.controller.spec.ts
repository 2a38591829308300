import { describe, expect, it } from '@jest/globals';
import { parseTaskInput, TOPICS } from '@tripline/model';
import { ControlRig, eventually, TRIGGER } from './control.rig.js';

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

  it('pauses by two choices that do not hang on one another; a pause says both anew', async () => {
    await publish(TRIGGER.replace('name: second-look', 'name: pausable'));
    const { log } = rig;
    const controls = async (): Promise<string[]> => {
      const records = await log.fetch(TOPICS.events, 0, 0, 1_000);
      const inputs = records.map(({ value }) => parseTaskInput(value)).flatMap((each) => (each.ok ? each.value : []));
      return inputs.flatMap((each) => (each.kind === 'control' && each.name === 'pausable' ? each.change.type : []));
    };
    const untilTold = (...types: string[]) =>
      eventually(async () => ((await controls()).join() === types.join() ? types : undefined));
    const pausable = async (): Promise<object> =>
      (await ask('/api/switches')).body.switches.find(({ scope }: { scope: string }) => scope === 'pausable');
    const pause = (body?: object) => post('/api/triggers/pausable/pause', body);
    expect((await pause()).status).toBe(204);
    expect(await pausable()).toMatchObject({ state: 'paused', entries: 'open', messages: 'hold' });
    expect((await pause({ entries: 'closed', messages: 'drop' })).status).toBe(204);
    expect(await pausable()).toMatchObject({ state: 'paused', entries: 'closed', messages: 'drop' });
    await pause({ entries: 'closed' });
    expect(await pausable()).toMatchObject({ entries: 'closed', messages: 'hold' });
    await untilTold('publish', 'pause');
    await post('/api/triggers/pausable/resume');
    expect(await pausable()).toMatchObject({ state: 'running', entries: 'open', messages: 'go' });
    await untilTold('publish', 'pause', 'resume');
  });

  it('names what is wrong with a pause, and refuses one that could not last', async () => {
    await publish(TRIGGER.replace('name: second-look', 'name: leaving'));
    const pause = (body: object, name = 'leaving') => post(`/api/triggers/${name}/pause`, body);
    expect(await pause({ entries: 'shut', message: 'drop' })).toMatchObject({
      status: 400,
      body: { error: { problems: [{ path: 'entries' }, { path: 'message', message: 'unknown field' }] } },
    });
    expect(await pause({ entries: 'closed' }, 'nobody')).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown-trigger' } },
    });
    await pause({ entries: 'closed' });
    await ask('/api/triggers/leaving', { method: 'DELETE' });
    expect(await pause({ entries: 'closed' })).toMatchObject({ status: 409, body: { error: { code: 'trigger-withdrawn' } } });
    expect((await pause({})).status).toBe(204);
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
