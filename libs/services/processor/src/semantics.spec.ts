import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SEMANTICS_MAX } from '@tripline/engine';
import { hours, seconds } from '@tripline/kernel';
import { ABANDONED, run, settled, until, World, type Running } from '../test/world.js';
import type { ProcessorOptions } from './index.js';

const NEWER: Partial<ProcessorOptions> = { semantics: { min: 1, max: 2 } };
const NEWEST: Partial<ProcessorOptions> = { semantics: { min: 2, max: 3 } };

describe('the number of the semantics', () => {
  let world: World;
  const open: Running[] = [];
  const start = async (options: Partial<ProcessorOptions> = {}): Promise<Running> => {
    const running = await run(world, options);
    open.push(running);
    return running;
  };
  const stop = (running: Running): Promise<void> => open.splice(open.indexOf(running), 1)[0]?.close() ?? Promise.resolve();
  const halted = (of: Running, length: number): Promise<unknown> =>
    until(
      () => of.processor.haltedTasks(),
      (tasks) => tasks.length === length,
    );
  const cart = (person: 'u:ada' | 'u:bob'): Promise<unknown> =>
    world.event('cart.item_added', { person, properties: { cartId: 'c' } });
  const raise = (semantics: number | undefined, revision: number): Promise<void> =>
    world.settings('UTC', revision, '2026a', semantics);
  const written = async (): Promise<unknown[]> => (await world.outputs()).map(({ person }) => person);
  beforeEach(async () => {
    world = await World.open(1);
    await world.publish(ABANDONED);
  });
  afterEach(async () => {
    for (const running of open.splice(0)) await running.close();
    await world.close();
  });

  test('that a build does not know stops its tasks, in the middle and at the start, and a newer build goes on where they stood', async () => {
    const old = await start();
    await cart('u:ada');
    await settled(world);
    await raise(SEMANTICS_MAX + 1, 2);
    await cart('u:bob');
    const problem = {
      partition: 0,
      code: 'unknown-semantics',
      instructions: expect.stringContaining('number 2; this build knows 1.'),
    };
    expect(await halted(old, 1)).toEqual([problem]);
    expect(world.watch.counts.get('tripline_processor_halted_total')).toBe(1);
    await stop(old);
    const again = await start();
    expect(await halted(again, 1)).toMatchObject([
      {
        code: 'unknown-semantics',
        instructions: expect.stringMatching(/Run a newer processor.*the task goes on from its own state/),
      },
    ]);
    await stop(again);
    const newer = await start(NEWER);
    await settled(world);
    expect(newer.processor.semantics()).toEqual({ inForce: [2], known: { min: 1, max: 2 } });
    await world.pass(hours(2));
    await until(written, (all) => all.length === 2);
    expect((await written()).sort()).toEqual(['u:ada', 'u:bob']);
    await stop(newer);
    const back = await start();
    expect(await halted(back, 1)).toMatchObject([{ code: 'unknown-semantics' }]);
  });

  test('below what a build still runs stops it too, and says which build to raise it with', async () => {
    const newest = await start(NEWEST);
    await until(
      () => newest.processor.haltedTasks().length + newest.processor.tasks().length,
      (count) => count > 0,
    );
    await cart('u:ada');
    expect(await halted(newest, 1)).toMatchObject([
      { code: 'unknown-semantics', instructions: expect.stringContaining('tripline set semantics 2') },
    ]);
  });

  test('stays where a record leaves it out, is repeated, older or lower; a lower one is said', async () => {
    const one = await start(NEWER);
    const lower = (): number | undefined => world.watch.counts.get('tripline_processor_semantics_lower_total');
    await raise(2, 5);
    await raise(1, 4);
    await raise(2, 5);
    await world.settings('Asia/Tokyo', 6);
    await settled(world);
    expect([one.processor.semantics().inForce, lower()]).toEqual([[2], undefined]);
    await raise(1, 7);
    await settled(world);
    expect([one.processor.semantics().inForce, lower()]).toEqual([[2], 1]);
  });

  test('is shown beside what this build knows', async () => {
    const one = await start(NEWER);
    await raise(2, 2);
    await settled(world);
    const gauge = (name: string): number | undefined => world.watch.gauges.get(`tripline_processor_${name}`);
    await world.pass(seconds(1));
    await until(() => [gauge('semantics'), gauge('semantics_known')].join(), (seen) => seen === '2,2'); // prettier-ignore
    expect(one.processor.haltedTasks()).toEqual([]);
  });

  test('does not keep `why` from telling what was decided before the task stopped', async () => {
    const one = await start();
    await cart('u:ada');
    await settled(world);
    await raise(99, 2);
    await halted(one, 1);
    const { told } = await one.processor.why({ person: 'u:ada', trigger: 'abandoned-cart' });
    expect(told.map(({ what }) => what)).toContain('attempt.opened');
  });
});
