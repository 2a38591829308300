import { expect, test } from '@jest/globals';
import type { Pausing } from '@tripline/ports';
import { draft } from './catalogue-drafts.js';
import { at, type GateRig } from './gate-rig.js';

/** The promises of the `Switches` and `Catalogue` ports: how entries are closed and opened. */
export function entryPromises(rig: GateRig): void {
  const { publish, outbox } = rig;
  const pause = (name = 'a', entries: Pausing['entries'] = 'closed') =>
    rig.ports.switches.set(name, 'paused', at(2), 'ops', { entries, messages: 'hold' });
  const told = async (): Promise<string[]> =>
    (await outbox()).map(({ control: { of = 'trigger', name, change } }) => `${of} ${name} ${change.type}`);
  const entries = async (): Promise<object> =>
    Object.fromEntries((await rig.ports.switches.all()).map((each) => [each.scope, each.entries]));

  test('are closed and opened through the outbox, and only where that changes something', async () => {
    await publish(draft('a', { n: 1 }), draft('b', { n: 1 }));
    await rig.ports.catalogue.sent((await outbox()).map(({ id }) => id));
    await pause();
    await pause();
    expect([await told(), await entries()]).toEqual([['trigger a pause'], { a: 'closed' }]);
    await pause('b', 'open');
    await rig.ports.switches.set('b', 'running', at(3), 'ops');
    await rig.ports.switches.set('a', 'running', at(3), 'ops');
    await rig.ports.switches.set('a', 'running', at(3), 'ops');
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
    await rig.ports.switches.set('a', 'stopped', at(3), 'ops');
    await publish(draft('a', { n: 2 }));
    expect(await rig.ports.switches.all()).toMatchObject([{ state: 'stopped', entries: 'closed', messages: 'drop' }]);
    await rig.ports.catalogue.withdraw('trigger', 'a', 'ops', at(4));
    expect(await entries()).toEqual({ a: 'open' });
    await publish(draft('a', { n: 3 }));
    await rig.ports.switches.set('a', 'running', at(5), 'ops');
    expect((await told()).slice(1)).toEqual([
      ...['trigger a pause', 'trigger a publish', 'trigger a withdraw', 'trigger a publish'],
    ]);
  });

  test('of what is not in force, of a segment and of everything, are open', async () => {
    await publish(draft('vip', { n: 1 }, 'segment'), draft('gone', { n: 1 }));
    await rig.ports.catalogue.withdraw('trigger', 'gone', 'ops', at(2));
    await rig.ports.catalogue.sent((await outbox()).map(({ id }) => id));
    for (const name of ['vip', 'gone', 'nothing', '*']) await pause(name);
    expect([await outbox(), Object.values(await entries())]).toEqual([[], ['open', 'open', 'open', 'open']]);
  });

  test('two who pause at once put out one record, and pausing never overtakes a publication', async () => {
    await publish(draft('a', { n: 0 }));
    const other = await rig.place.ports();
    await Promise.all([
      ...Array.from({ length: 8 }, (_, i) =>
        (i % 2 === 0 ? rig.ports : other).switches.set('a', 'paused', at(2), 'ops', { entries: 'closed' }),
      ),
      ...Array.from({ length: 8 }, (_, i) => other.catalogue.publish([draft('a', { n: i + 1 })], 'ops', at(2))),
    ]);
    const out = await outbox();
    expect((await told()).filter((each) => each === 'trigger a pause')).toHaveLength(1);
    expect(out.map(({ control }) => control.revision)).toEqual(out.map(({ id }) => id).sort((x, y) => x - y));
    await other.close();
  });

  test('are as they were when a segment of that name is withdrawn, and open while it runs, whatever is asked', async () => {
    await publish(draft('vip', { n: 1 }), draft('vip', { n: 1 }, 'segment'));
    await pause('vip');
    await rig.ports.catalogue.withdraw('segment', 'vip', 'ops', at(3));
    expect(await entries()).toEqual({ vip: 'closed' });
    await rig.ports.switches.set('vip', 'running', at(4), 'ops', { entries: 'closed', messages: 'drop' });
    expect(await rig.ports.switches.all()).toMatchObject([{ state: 'running', entries: 'open', messages: 'go' }]);
  });
}
