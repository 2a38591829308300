import { expect, test } from '@jest/globals';
import { makeAction } from '@tripline/testing-builders';
import { idsOf, NOW, type GateRig } from './gate-rig.js';

/** The promises of a database: what a process did stays, and once it has closed it does nothing more. */
export function connectionPromises(rig: GateRig): void {
  test('what was done over a connection stays when it is closed, and nothing is done over it any more', async () => {
    const other = await rig.place.ports();
    await other.gatehouse.admit([makeAction()], NOW);
    await other.close();
    const admitting = other.gatehouse.admit([makeAction({ id: 'act_2' })], NOW);
    await expect(admitting).rejects.toMatchObject({ name: 'OperatingError', retry: 'later' });
    expect(idsOf(await rig.claim())).toEqual(['act_1']);
  });
}
