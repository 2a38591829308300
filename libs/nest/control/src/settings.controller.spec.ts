import { describe, expect, it } from '@jest/globals';
import { accept, makeInstant } from '@tripline/kernel';
import { parseTaskInput, TOPICS, type Control } from '@tripline/model';
import { ControlRig, PARTITIONS, TRIGGER, type Answer } from './control.rig.js';

const rig = new ControlRig();
const { ask, publish } = rig;
const zoneData = expect.stringMatching(/^20\d\d[a-z]$/);
const put = (body: object, by?: string): Promise<Answer> =>
  ask('/api/settings', {
    method: 'PUT',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...(by === undefined ? {} : { 'x-tripline-by': by }) },
  });

/** What every partition was told, in order, once there are so many records. */
async function controls(count: number): Promise<Control[][]> {
  for (;;) {
    const partitions = Array.from({ length: PARTITIONS }, (_, p) => rig.log.fetch(TOPICS.events, p, 0, 1_000));
    const all = (await Promise.all(partitions)).map((records) =>
      records.flatMap(({ value }) => {
        const input = parseTaskInput(value);
        return input.ok && input.value.kind === 'control' ? [input.value] : [];
      }),
    );
    if (all.every(({ length }) => length >= count)) return all;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('settings', () => {
  it('are UTC until they are made; then stored, and told to every task once, at their place in the order', async () => {
    expect(await ask('/api/settings')).toEqual({ status: 200, body: { zone: 'UTC', zoneData, semantics: 1 } });
    await publish(TRIGGER);
    const made = await put({ zone: 'europe/berlin' }, 'ada');
    expect(made).toMatchObject({ status: 200, body: { zone: 'Europe/Berlin', zoneData, by: 'ada' } });
    expect(await put({ zone: 'Europe/Berlin' })).toEqual(made);
    expect((await ask('/api/settings')).body).toEqual(made.body);
    await publish(TRIGGER.replace('second-look', 'later'));
    for (const told of await controls(3))
      expect(told.map(({ of = 'trigger', change }) => [of, change.type, change.type === 'settings' && change.zone])).toEqual([
        ['trigger', 'publish', false],
        ['settings', 'settings', 'Europe/Berlin'],
        ['trigger', 'publish', false],
      ]);
  });

  it('come in a document beside others: all or nothing', async () => {
    const before = (await ask('/api/settings')).body;
    const trigger = TRIGGER.replace('second-look', 'beside-settings');
    const bad = await publish(`kind: settings\nsemantics: 2\n---\n${trigger}`);
    expect(bad).toMatchObject({ status: 400, body: { error: { problems: [{ document: 0, path: 'semantics', line: 2 }] } } });
    expect((await ask('/api/triggers/beside-settings')).status).toBe(404);
    expect((await ask('/api/settings')).body).toEqual(before);
    const good = await publish(`${trigger}\n---\nkind: settings\nzone: asia/tokyo\n`);
    expect(good).toMatchObject({
      status: 201,
      body: { published: [{ name: 'beside-settings' }], settings: { zone: 'Asia/Tokyo', semantics: 1 } },
    });
    expect((await ask('/api/settings')).body).toMatchObject({ zone: 'Asia/Tokyo' });
  });

  it('keep what is left out', async () => {
    await put({ zone: 'Europe/Berlin' });
    const before = await ask('/api/settings');
    expect(await put({ semantics: 1 })).toEqual(before);
    expect((await put({ zone: 'Asia/Tokyo' })).body).toMatchObject({ zone: 'Asia/Tokyo', semantics: 1 });
    await put({ zone: 'Europe/Berlin' });
  });

  it.each([
    [{}, 'zone'],
    [{ zone: 7 }, 'zone'],
    [{ zone: 'Mars/Olympus' }, 'zone'],
    [{ zone: '+02:00' }, 'zone'],
    [{ zone: 'user' }, 'zone'],
    [{ zone: 'Europe/Berlin', color: 'red' }, 'color'],
    [{ semantics: '1' }, 'semantics'],
    [{ semantics: 0 }, 'semantics'],
    [{ semantics: 1.5 }, 'semantics'],
    [{ semantics: 2 }, 'semantics'],
    [{ zone: 'Asia/Tokyo', semantics: 2 }, 'semantics'],
  ])('%j is refused by the name of the field, and nothing changes', async (body, path) => {
    const before = await ask('/api/settings');
    const problems = [{ path, message: expect.any(String) }];
    expect(await put(body)).toMatchObject({ status: 400, body: { error: { code: 'invalid', problems } } });
    expect(await ask('/api/settings')).toEqual(before);
  });

  it('are never lowered, and keep a number that a newer control plane told when something else is changed', async () => {
    const newer = { zone: 'UTC', zoneData: '2099a', semantics: 9 };
    await rig.postgres.catalogue.makeSettings(() => accept(newer), 'newer', makeInstant(1));
    const lower = await put({ semantics: 8 });
    expect(lower).toMatchObject({
      status: 400,
      body: { error: { problems: [{ path: 'semantics', message: expect.stringMatching(/^8 is lower than the 9 in force/) }] } },
    });
    expect((await put({ semantics: 9 })).body).toMatchObject({ ...newer, by: 'newer' });
    expect((await put({ zone: 'Asia/Tokyo' })).body).toMatchObject({ zone: 'Asia/Tokyo', zoneData, semantics: 9 });
  });
});
