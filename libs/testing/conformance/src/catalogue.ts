import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { accept, makeInstant, refuse, type Instant, type JsonObject } from '@tripline/kernel';
import type { DocumentKind, Outgoing, Pausing, Published } from '@tripline/ports';
import { makeTriggerDocument, START } from '@tripline/testing-builders';
import type { GatePlace, GatePorts } from './gate-place.js';

const at = (ms: number): Instant => makeInstant(START + ms);
const draft = (name: string, document: JsonObject, kind: DocumentKind = 'trigger') => ({ kind, name, document });
const TEMPLATE = { kind: 'template', name: 'cart-reminder', channel: 'email', subject: 'Your cart', text: 'Hi' };

/** Every promise of the `Catalogue` and `TemplateShelf` ports, for an adapter to keep. */
export function describeCatalogue(name: string, open: () => Promise<GatePlace>): void {
  describe(`a catalogue: ${name}`, () => {
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
    const publish = (...drafts: Parameters<GatePorts['catalogue']['publish']>[0]): Promise<readonly Published[]> =>
      ports.catalogue.publish(drafts, 'ops', at(1));
    const outbox = (): Promise<readonly Outgoing[]> => ports.catalogue.outbox(100);

    test('what is published is shown and listed as it was given, by name, newest version', async () => {
      const a = makeTriggerDocument({ name: 'a', odd: '\u0000', z: 1, b: 2 });
      await publish(draft('b', makeTriggerDocument({ name: 'b' })), draft('a', a), draft('t', TEMPLATE, 'template'));
      await publish(draft('a', { ...a, more: true }));
      const published = { kind: 'trigger', name: 'a', publishedAt: at(1), by: 'ops', withdrawn: false };
      expect(await ports.catalogue.show('trigger', 'a')).toEqual({ ...published, version: 2, document: { ...a, more: true } });
      expect(await ports.catalogue.show('trigger', 'a', 1)).toEqual({ ...published, version: 1, document: a });
      expect(Object.keys((await ports.catalogue.show('trigger', 'a', 1))?.document ?? {})).toEqual(Object.keys(a));
      expect((await ports.catalogue.list('trigger')).map((one) => [one.name, one.version])).toEqual([
        ['a', 2],
        ['b', 1],
      ]);
      expect((await ports.catalogue.list('template')).map((one) => one.name)).toEqual(['t']);
      expect(await ports.catalogue.show('trigger', 'a', 3)).toBeUndefined();
      expect(await ports.catalogue.show('template', 'a')).toBeUndefined();
    });

    test('the same document again makes no new version and tells nobody', async () => {
      const document = { a: 1, b: { c: [1, 2], d: null } };
      const [first] = await publish(draft('a', document));
      const [again] = await ports.catalogue.publish([draft('a', { b: { d: null, c: [1, 2] }, a: 1 })], 'else', at(9));
      expect(again).toEqual(first);
      expect(await outbox()).toHaveLength(1);
      expect((await publish(draft('a', { ...document, a: 2 })))[0]?.version).toBe(2);
      expect((await publish(draft('a', document)))[0]?.version).toBe(3);
    });

    test('history is put out between what was published before its mark and what comes after', async () => {
      await publish(draft('a', { a: 1 }));
      const mark = await ports.catalogue.mark();
      await publish(draft('b', { b: 1 }));
      const revision = await ports.catalogue.completeHistory(at(-9), mark);
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
      const { catalogue } = ports;
      expect(await catalogue.settings()).toBeUndefined();
      const berlin = { zone: 'Europe/Berlin', zoneData: '2026a', semantics: 1 };
      const make = (settings: typeof berlin, by: string, ms: number) =>
        catalogue.makeSettings(() => accept(settings), by, at(ms));
      await publish(draft('a', { a: 1 }));
      expect(await make(berlin, 'ops', 1)).toEqual(accept({ ...berlin, at: at(1), by: 'ops' }));
      expect(await make(berlin, 'else', 2)).toEqual(accept({ ...berlin, at: at(1), by: 'ops' }));
      const newer = { ...berlin, zoneData: '2026b', semantics: 2 };
      await make(newer, 'ops', 3);
      const other = await place.ports();
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
      const { catalogue } = ports;
      const next = (before = { zone: 'UTC', zoneData: '2026a', semantics: 1 }) =>
        accept({ ...before, semantics: before.semantics + 1 });
      const other = await place.ports();
      const raising = [catalogue, other.catalogue, catalogue, other.catalogue].map((one) => one.makeSettings(next, 'ops', at(1)));
      const made = (await Promise.all(raising)).map((one) => one.ok && one.value.semantics);
      expect(made.sort()).toEqual([2, 3, 4, 5]);
      const refused = refuse({ path: 'semantics', message: 'no' });
      expect(await catalogue.makeSettings(() => refused, 'ops', at(2))).toEqual(refused);
      expect(await other.catalogue.settings()).toMatchObject({ zone: 'UTC', semantics: 5, at: at(1) });
      expect(await outbox()).toHaveLength(4);
      await other.close();
    });

    test('all or nothing', async () => {
      const bad = draft('bad', undefined as never);
      await expect(publish(draft('a', { a: 1 }), bad)).rejects.toThrow();
      expect(await ports.catalogue.list('trigger')).toEqual([]);
      expect(await outbox()).toEqual([]);
    });

    test('a segment goes to the outbox as a segment, beside a trigger of its name', async () => {
      await publish(draft('vip', { n: 1 }, 'segment'), draft('vip', { n: 2 }));
      await ports.catalogue.withdraw('segment', 'vip', 'ops', at(2));
      expect((await outbox()).map(({ control }) => [control.of, control.name, control.change.type])).toEqual([
        ['segment', 'vip', 'publish'],
        [undefined, 'vip', 'publish'],
        ['segment', 'vip', 'withdraw'],
      ]);
      expect(await ports.catalogue.list('segment')).toMatchObject([{ kind: 'segment', version: 1, withdrawn: true }]);
      expect(await ports.catalogue.show('trigger', 'vip')).toMatchObject({ document: { n: 2 }, withdrawn: false });
    });

    test('triggers go to the outbox with growing revisions, templates do not', async () => {
      await publish(draft('a', { n: 1 }), draft('t', TEMPLATE, 'template'), draft('b', { n: 2 }));
      await ports.catalogue.withdraw('trigger', 'a', 'ops', at(2));
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

    test('what was sent leaves the outbox; revisions go on from there', async () => {
      await publish(draft('a', { n: 1 }), draft('b', { n: 1 }));
      const [first, second] = await outbox();
      await ports.catalogue.sent([first?.id ?? 0]);
      expect(await outbox()).toEqual([second]);
      await ports.catalogue.sent([second?.id ?? 0]);
      await publish(draft('a', { n: 2 }));
      expect((await outbox())[0]?.control.revision).toBeGreaterThan(second?.control.revision ?? 0);
      expect(await ports.catalogue.outbox(0)).toEqual([]);
    });

    test('publishers at once: versions without gaps, revisions in the order of versions', async () => {
      const other = await place.ports();
      const publishing = Array.from({ length: 20 }, (_, i) =>
        (i % 2 === 0 ? ports : other).catalogue.publish([draft('a', { n: i })], 'ops', at(1)),
      );
      const versions = (await Promise.all(publishing)).flat().map(({ version }) => version);
      expect([...versions].sort((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      const out = (await outbox()).map(({ control }) => (control.change.type === 'publish' ? control.change.version : 0));
      expect(out).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      await other.close();
    });

    test('what is withdrawn is once; the same document published again is a new version', async () => {
      await publish(draft('a', { n: 1 }));
      expect(await ports.catalogue.withdraw('trigger', 'a', 'ops', at(2))).toBe(true);
      expect(await ports.catalogue.withdraw('trigger', 'a', 'ops', at(3))).toBe(false);
      expect(await ports.catalogue.withdraw('trigger', 'none', 'ops', at(3))).toBe(false);
      expect((await ports.catalogue.show('trigger', 'a'))?.withdrawn).toBe(true);
      expect((await publish(draft('a', { n: 1 })))[0]).toMatchObject({ version: 2, withdrawn: false });
      expect(await outbox()).toHaveLength(3);
    });

    describe('entries', () => {
      const pause = (name = 'a', entries: Pausing['entries'] = 'closed') =>
        ports.switches.set(name, 'paused', at(2), 'ops', { entries, messages: 'hold' });
      const told = async (): Promise<string[]> =>
        (await outbox()).map(({ control: { of = 'trigger', name, change } }) => `${of} ${name} ${change.type}`);
      const entries = async (): Promise<object> =>
        Object.fromEntries((await ports.switches.all()).map((each) => [each.scope, each.entries]));

      test('are closed and opened through the outbox, and only where that changes something', async () => {
        await publish(draft('a', { n: 1 }), draft('b', { n: 1 }));
        await ports.catalogue.sent((await outbox()).map(({ id }) => id));
        await pause();
        await pause();
        expect([await told(), await entries()]).toEqual([['trigger a pause'], { a: 'closed' }]);
        await pause('b', 'open');
        await ports.switches.set('b', 'running', at(3), 'ops');
        await ports.switches.set('a', 'running', at(3), 'ops');
        await ports.switches.set('a', 'running', at(3), 'ops');
        expect([await told(), await entries()]).toEqual([['trigger a pause', 'trigger a resume'], { a: 'open', b: 'open' }]);
        await pause();
        await pause('a', 'open');
        expect((await told()).slice(2)).toEqual(['trigger a pause', 'trigger a resume']);
        const revisions = (await outbox()).map(({ control }) => control.revision);
        expect([...new Set(revisions)].sort((x, y) => x - y)).toEqual(revisions);
      });

      test('stay closed through a stop and a new version, and are open again after a withdrawal', async () => {
        await publish(draft('a', { n: 1 }));
        await pause();
        await ports.switches.set('a', 'stopped', at(3), 'ops');
        await publish(draft('a', { n: 2 }));
        expect(await ports.switches.all()).toMatchObject([{ state: 'stopped', entries: 'closed', messages: 'drop' }]);
        await ports.catalogue.withdraw('trigger', 'a', 'ops', at(4));
        expect(await entries()).toEqual({ a: 'open' });
        await publish(draft('a', { n: 3 }));
        await ports.switches.set('a', 'running', at(5), 'ops');
        expect((await told()).slice(1)).toEqual([
          ...['trigger a pause', 'trigger a publish', 'trigger a withdraw', 'trigger a publish'],
        ]);
      });

      test('of what is not in force, of a segment and of everything, are open', async () => {
        await publish(draft('vip', { n: 1 }, 'segment'), draft('gone', { n: 1 }));
        await ports.catalogue.withdraw('trigger', 'gone', 'ops', at(2));
        await ports.catalogue.sent((await outbox()).map(({ id }) => id));
        for (const name of ['vip', 'gone', 'nothing', '*']) await pause(name);
        expect([await outbox(), Object.values(await entries())]).toEqual([[], ['open', 'open', 'open', 'open']]);
      });

      test('two who pause at once put out one record, and pausing never overtakes a publication', async () => {
        await publish(draft('a', { n: 0 }));
        const other = await place.ports();
        await Promise.all([
          ...Array.from({ length: 8 }, (_, i) =>
            (i % 2 === 0 ? ports : other).switches.set('a', 'paused', at(2), 'ops', { entries: 'closed' }),
          ),
          ...Array.from({ length: 8 }, (_, i) => other.catalogue.publish([draft('a', { n: i + 1 })], 'ops', at(2))),
        ]);
        const out = await outbox();
        expect((await told()).filter((each) => each === 'trigger a pause')).toHaveLength(1);
        expect(out.map(({ control }) => control.revision)).toEqual(out.map(({ id }) => id).sort((x, y) => x - y));
        await other.close();
      });
    });

    test('the shelf has the newest template, defaults filled in, and none that was withdrawn', async () => {
      expect(await ports.shelf.template('none')).toBeUndefined();
      await publish(draft('t', { ...TEMPLATE, name: 't' }, 'template'));
      expect(await ports.shelf.template('t')).toEqual({ ...TEMPLATE, name: 't', needs: {} });
      await ports.catalogue.withdraw('template', 't', 'ops', at(2));
      const other = await place.ports();
      expect(await other.shelf.template('t')).toBeUndefined();
      await other.close();
    });
  });
}
