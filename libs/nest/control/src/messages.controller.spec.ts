import { describe, expect, it } from '@jest/globals';
import { encodeUtf8, minutes, partitionOf, plus } from '@tripline/kernel';
import { parseTaskInput, TOPICS } from '@tripline/model';
import { makeAction } from '@tripline/testing-builders';
import { ControlRig } from './control.rig.js';

const rig = new ControlRig();
const { ask } = rig;

describe('what became of messages', () => {
  const now = (): ReturnType<typeof rig.log.clock.now> => rig.log.clock.now();

  it('is listed by person, trigger and status', async () => {
    const action = makeAction({ id: 'act_listed', person: 'u:listed', decided: now(), expires: plus(now(), minutes(9)) });
    await rig.postgres.gatehouse.admit([action, makeAction({ ...action, id: 'act_anon', person: 'a:dev' })], now());
    expect((await ask('/api/messages?userId=listed')).body.messages).toMatchObject([
      {
        id: 'act_listed',
        userId: 'listed',
        trigger: 'abandoned-cart',
        step: 'mail',
        channel: 'email',
        status: 'held',
        at: expect.any(Number),
      },
    ]);
    expect((await ask('/api/messages?anonymousId=dev')).body.messages).toMatchObject([{ id: 'act_anon', person: 'a:dev' }]);
    expect((await ask('/api/messages?userId=listed&status=sent')).body).toEqual({ messages: [] });
    expect((await ask('/api/messages?trigger=abandoned-cart&max=1')).body.messages).toHaveLength(1);
  });

  it('shows the mailbox', async () => {
    const message = {
      id: 'act_kept',
      person: 'u:kept',
      channel: 'email',
      text: 'Hello',
      trigger: 't',
      step: 's',
      to: 'k@shop.example',
    } as const;
    await rig.postgres.mailbox.keep(message, now());
    expect((await ask('/api/mailbox?userId=kept')).body).toEqual({ mail: [{ ...message, at: expect.any(Number) }] });
  });

  it('shows dead letters with their bytes, text or not', async () => {
    const headers = { reason: 'invalid', detail: 'no', source: 'http /v1/track', received: '2026-01-01T00:00:00.000Z' };
    const topic = TOPICS.deadLetters;
    await rig.log.append([
      { topic, key: null, value: encodeUtf8('{"a":1}'), headers },
      { topic, key: null, value: new Uint8Array([0xff, 0x00]), headers },
    ]);
    const { deadLetters } = (await ask('/api/dead-letters')).body;
    expect(deadLetters).toContainEqual(expect.objectContaining({ ...headers, text: '{"a":1}', json: { a: 1 } }));
    expect(deadLetters).toContainEqual(expect.objectContaining({ ...headers, base64: '/wA=' }));
  });

  it('says what is not understood', async () => {
    for (const query of [
      'max=0',
      'max=many',
      'max=1e9',
      'status=gone',
      'userId=null',
      'userId=',
      'usrId=ada',
      'userId=a&userId=b',
    ])
      expect(await ask(`/api/messages?${query}`)).toMatchObject({
        status: 400,
        body: { error: { problems: [{ path: expect.any(String) }] } },
      });
  });
});

describe('one person', () => {
  it('is asked of the processors', async () => {
    expect(await ask('/api/persons/u%3Aada')).toEqual({ status: 200, body: { person: 'u:ada', traits: { name: 'Ada' } } });
    expect(await ask('/api/persons/u%3Anobody')).toMatchObject({ status: 404, body: { error: { code: 'unknown-person' } } });
    expect(await ask('/api/persons/u%3Aelsewhere')).toMatchObject({
      status: 503,
      body: { error: { code: 'no-owner', message: 'nobody holds it' } },
    });
    expect((await ask('/api/persons/ada')).status).toBe(400);
  });

  it('is released by a record in their partition', async () => {
    expect(await ask('/api/persons/u%3Aada/release', { method: 'POST' })).toMatchObject({ status: 204 });
    const partition = partitionOf(encodeUtf8('u:ada'), await rig.log.partitions(TOPICS.events));
    const records = await rig.log.fetch(TOPICS.events, partition, 0, 100);
    const last = records.map(({ value }) => parseTaskInput(value)).at(-1);
    expect(last).toMatchObject({ ok: true, value: { kind: 'release', person: 'u:ada', received: expect.any(Number) } });
    expect((await ask('/api/persons/ada/release', { method: 'POST' })).status).toBe(400);
  });

  it('is told of, with what became of the messages of that trigger alone', async () => {
    const now = rig.log.clock.now();
    const action = makeAction({ id: 'act_why', person: 'u:ada', trigger: 'told', decided: now, expires: plus(now, minutes(9)) });
    await rig.postgres.gatehouse.admit([action, makeAction({ ...action, id: 'act_why_other', trigger: 'other' })], now);
    const since = '2026-01-01T00:00:00%2B01:00';
    expect(await ask(`/api/persons/u%3Aada/why?trigger=told&since=${since}`)).toMatchObject({
      status: 200,
      body: {
        person: 'u:ada',
        told: [{ says: `since ${Date.parse('2025-12-31T23:00:00Z')}` }],
        messages: [{ id: 'act_why', status: 'held' }],
      },
    });
    expect((await ask('/api/persons/u%3Aada/why?trigger=told')).body.told[0].says).toBe('since 0');
    for (const query of ['', 'trigger=', 'trigger=t&since=noon', 'trigger=t&from=0', 'trigger=t&trigger=u'])
      expect(await ask(`/api/persons/u%3Aada/why?${query}`)).toMatchObject({
        status: 400,
        body: { error: { problems: [{ path: expect.any(String) }] } },
      });
    expect((await ask('/api/persons/ada/why?trigger=t')).status).toBe(400);
    expect(await ask('/api/persons/u%3Aelsewhere/why?trigger=t')).toMatchObject({
      status: 503,
      body: { error: { code: 'no-owner' } },
    });
  });
});
