import { expect, test } from '@jest/globals';
import { draft, TEMPLATE } from './catalogue-drafts.js';
import { at, type GateRig } from './gate-rig.js';

/** The promises of the `TemplateShelf` port. */
export function shelfPromises(rig: GateRig): void {
  const { publish } = rig;
  test('the shelf has the newest template, defaults filled in, and none that was withdrawn', async () => {
    expect(await rig.ports.shelf.template('none')).toBeUndefined();
    await publish(draft('t', { ...TEMPLATE, name: 't' }, 'template'));
    expect(await rig.ports.shelf.template('t')).toEqual({ ...TEMPLATE, name: 't', needs: {} });
    await rig.ports.catalogue.withdraw('template', 't', 'ops', at(2));
    const other = await rig.place.ports();
    expect(await other.shelf.template('t')).toBeUndefined();
    await other.close();
  });

  test('the newest version counts, and one that is no template is none', async () => {
    await publish(draft('t', { ...TEMPLATE, name: 't' }, 'template'), draft('odd', { kind: 'template' }, 'template'));
    await publish(draft('t', { ...TEMPLATE, name: 't', text: 'Hello' }, 'template'));
    expect(await rig.ports.shelf.template('t')).toMatchObject({ text: 'Hello' });
    expect(await rig.ports.shelf.template('odd')).toBeUndefined();
  });
}
