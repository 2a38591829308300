import { expect, test } from '@jest/globals';
import { accept, refuse } from '@tripline/kernel';
import { draft, TEMPLATE } from './catalogue-drafts.js';
import { at, type GateRig } from './gate-rig.js';

/** The promises of the `Catalogue` port: the outbox, and what goes to the tasks beside documents. */
export function outboxPromises(rig: GateRig): void {
  const { publish, outbox } = rig;
  test('triggers go to the outbox with growing revisions, templates do not', async () => {
    await publish(draft('a', { n: 1 }), draft('t', TEMPLATE, 'template'), draft('b', { n: 2 }));
    await rig.ports.catalogue.withdraw('trigger', 'a', 'ops', at(2));
    await publish(draft('a', { n: 3 }));
    const out = await outbox();
    expect(out.map(({ control }) => [control.name, control.change])).toEqual([
      ['a', { type: 'publish', version: 1, document: { n: 1 }, openRuns: 'drain' }],
      ['b', { type: 'publish', version: 1, document: { n: 2 }, openRuns: 'drain' }],
      ['a', { type: 'withdraw' }],
      ['a', { type: 'publish', version: 2, document: { n: 3 }, openRuns: 'drain' }],
    ]);
    const revisions = out.map(({ control }) => control.revision);
    expect([...revisions].sort((x, y) => x - y)).toEqual(revisions);
    expect(new Set(revisions).size).toBe(4);
    expect(out.every(({ control }) => control.kind === 'control')).toBe(true);
  });

  test('a segment goes to the outbox as a segment, beside a trigger of its name', async () => {
    await publish(draft('vip', { n: 1 }, 'segment'), draft('vip', { n: 2 }));
    await rig.ports.catalogue.withdraw('segment', 'vip', 'ops', at(2));
    expect((await outbox()).map(({ control }) => [control.of, control.name, control.change.type])).toEqual([
      ['segment', 'vip', 'publish'],
      [undefined, 'vip', 'publish'],
      ['segment', 'vip', 'withdraw'],
    ]);
    expect(await rig.ports.catalogue.list('segment')).toMatchObject([{ kind: 'segment', version: 1, withdrawn: true }]);
    expect(await rig.ports.catalogue.show('trigger', 'vip')).toMatchObject({ document: { n: 2 }, withdrawn: false });
  });

  test('what was sent leaves the outbox; revisions go on from there', async () => {
    await publish(draft('a', { n: 1 }), draft('b', { n: 1 }));
    const [first, second] = await outbox();
    await rig.ports.catalogue.sent([first?.id ?? 0]);
    expect(await outbox()).toEqual([second]);
    await rig.ports.catalogue.sent([second?.id ?? 0]);
    await publish(draft('a', { n: 2 }));
    expect((await outbox())[0]?.control.revision).toBeGreaterThan(second?.control.revision ?? 0);
    expect(await rig.ports.catalogue.outbox(0)).toEqual([]);
  });

  test('history is put out between what was published before its mark and what comes after', async () => {
    await publish(draft('a', { a: 1 }));
    const mark = await rig.ports.catalogue.mark();
    await publish(draft('b', { b: 1 }));
    const revision = await rig.ports.catalogue.completeHistory(at(-9), mark);
    await publish(draft('c', { c: 1 }));
    const [a, b, history, c] = (await outbox()).map(({ control }) => control);
    expect(history).toEqual({
      ...{ kind: 'control', of: 'history', name: 'history', revision },
      change: { type: 'history', completeFrom: at(-9), before: mark },
    });
    const revisions = [a?.revision ?? 0, mark, b?.revision ?? 0, revision, c?.revision ?? 0];
    expect(revisions).toEqual([...new Set(revisions)].sort((x, y) => x - y));
  });

  test('settings are put out where they change something; the newest are those in force, for every process', async () => {
    const { catalogue } = rig.ports;
    expect(await catalogue.settings()).toBeUndefined();
    const berlin = { zone: 'Europe/Berlin', zoneData: '2026a', semantics: 1 };
    const make = (settings: typeof berlin, by: string, ms: number) => catalogue.makeSettings(() => accept(settings), by, at(ms));
    await publish(draft('a', { a: 1 }));
    expect(await make(berlin, 'ops', 1)).toEqual(accept({ ...berlin, at: at(1), by: 'ops' }));
    expect(await make(berlin, 'else', 2)).toEqual(accept({ ...berlin, at: at(1), by: 'ops' }));
    const newer = { ...berlin, zoneData: '2026b', semantics: 2 };
    await make(newer, 'ops', 3);
    const other = await rig.place.ports();
    expect(await other.catalogue.settings()).toEqual({ ...newer, at: at(3), by: 'ops' });
    await other.close();
    const out = (await outbox()).map(({ control }) => control);
    expect(out.slice(1)).toMatchObject([
      { kind: 'control', of: 'settings', name: 'settings', change: { type: 'settings', ...berlin } },
      { kind: 'control', of: 'settings', name: 'settings', change: { type: 'settings', ...newer } },
    ]);
    expect(out.map(({ revision }) => revision)).toEqual((await outbox()).map(({ id }) => id));
  });

  test('settings are made of those before, one after the other; what is refused changes nothing', async () => {
    const { catalogue } = rig.ports;
    const next = (before = { zone: 'UTC', zoneData: '2026a', semantics: 1 }) =>
      accept({ ...before, semantics: before.semantics + 1 });
    const other = await rig.place.ports();
    const raising = [catalogue, other.catalogue, catalogue, other.catalogue].map((one) => one.makeSettings(next, 'ops', at(1)));
    const made = (await Promise.all(raising)).map((one) => one.ok && one.value.semantics);
    expect(made.sort()).toEqual([2, 3, 4, 5]);
    const refused = refuse({ path: 'semantics', message: 'no' });
    expect(await catalogue.makeSettings(() => refused, 'ops', at(2))).toEqual(refused);
    expect(await other.catalogue.settings()).toMatchObject({ zone: 'UTC', semantics: 5, at: at(1) });
    expect(await outbox()).toHaveLength(4);
    await other.close();
  });
}
