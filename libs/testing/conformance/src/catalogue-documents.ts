import { expect, test } from '@jest/globals';
import { makeTriggerDocument } from '@tripline/testing-builders';
import { draft, TEMPLATE } from './catalogue-drafts.js';
import { at, type GateRig } from './gate-rig.js';

/** The promises of the `Catalogue` port: what is published and withdrawn. */
export function documentPromises(rig: GateRig): void {
  const { publish, outbox } = rig;
  test('what is published is shown and listed as it was given, by name, newest version', async () => {
    const a = makeTriggerDocument({ name: 'a', odd: '\u0000', z: 1, b: 2 });
    await publish(draft('b', makeTriggerDocument({ name: 'b' })), draft('a', a), draft('t', TEMPLATE, 'template'));
    await publish(draft('a', { ...a, more: true }));
    const published = { kind: 'trigger', name: 'a', publishedAt: at(1), by: 'ops', withdrawn: false };
    expect(await rig.ports.catalogue.show('trigger', 'a')).toEqual({ ...published, version: 2, document: { ...a, more: true } });
    expect(await rig.ports.catalogue.show('trigger', 'a', 1)).toEqual({ ...published, version: 1, document: a });
    expect(Object.keys((await rig.ports.catalogue.show('trigger', 'a', 1))?.document ?? {})).toEqual(Object.keys(a));
    expect((await rig.ports.catalogue.list('trigger')).map((one) => [one.name, one.version])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    expect((await rig.ports.catalogue.list('template')).map((one) => one.name)).toEqual(['t']);
    expect(await rig.ports.catalogue.show('trigger', 'a', 3)).toBeUndefined();
    expect(await rig.ports.catalogue.show('template', 'a')).toBeUndefined();
  });

  test('the same document again makes no new version and tells nobody', async () => {
    const document = { a: 1, b: { c: [1, 2], d: null } };
    const [first] = await publish(draft('a', document));
    const [again] = await rig.ports.catalogue.publish([draft('a', { b: { d: null, c: [1, 2] }, a: 1 })], 'else', at(9));
    expect(again).toEqual(first);
    expect(await outbox()).toHaveLength(1);
    expect((await publish(draft('a', { ...document, a: 2 })))[0]?.version).toBe(2);
    expect((await publish(draft('a', document)))[0]?.version).toBe(3);
  });

  test('all or nothing', async () => {
    const bad = draft('bad', undefined as never);
    await publish(draft('before', { n: 1 }));
    const publishing = publish(draft('a', { a: 1 }), draft('a', { a: 2 }), bad);
    await expect(publishing).rejects.toMatchObject({ name: 'OperatingError', retry: 'never' });
    expect((await rig.ports.catalogue.list('trigger')).map((one) => one.name)).toEqual(['before']);
    expect(await outbox()).toHaveLength(1);
  });

  test('publishers at once: versions without gaps, revisions in the order of versions', async () => {
    const other = await rig.place.ports();
    const publishing = Array.from({ length: 20 }, (_, i) =>
      (i % 2 === 0 ? rig.ports : other).catalogue.publish([draft('a', { n: i })], 'ops', at(1)),
    );
    const versions = (await Promise.all(publishing)).flat().map(({ version }) => version);
    expect([...versions].sort((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    const out = (await outbox()).map(({ control }) => (control.change.type === 'publish' ? control.change.version : 0));
    expect(out).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    await other.close();
  });

  test('what is withdrawn is once; the same document published again is a new version', async () => {
    await publish(draft('a', { n: 1 }));
    expect(await rig.ports.catalogue.withdraw('trigger', 'a', 'ops', at(2))).toBe(true);
    expect(await rig.ports.catalogue.withdraw('trigger', 'a', 'ops', at(3))).toBe(false);
    expect(await rig.ports.catalogue.withdraw('trigger', 'none', 'ops', at(3))).toBe(false);
    expect((await rig.ports.catalogue.show('trigger', 'a'))?.withdrawn).toBe(true);
    expect((await publish(draft('a', { n: 1 })))[0]).toMatchObject({ version: 2, withdrawn: false });
    expect(await outbox()).toHaveLength(3);
  });
}
