import { describe, expect, it } from '@jest/globals';
import { encodeTaskInput, TOPICS } from '@tripline/model';
import { makeEvent } from '@tripline/testing-builders';
import { ControlRig, eventually, TRIGGER } from './control.rig.js';

const rig = new ControlRig();
const { ask, post, publish } = rig;

type Warning = { readonly path: string; readonly message: string; readonly line: number; readonly column: number };

/** So many events of a name, counted; their totals are what the API answers then. */
async function happened(name: string, count: number, properties = {}): Promise<void> {
  const value = () => encodeTaskInput({ kind: 'event', ...makeEvent({ name, properties }) });
  await rig.log.append(
    Array.from({ length: count }, (_, i) => ({ topic: TOPICS.events, key: null, partition: i % 3, value: value() })),
  );
  await eventually(async () => {
    const seen = (await ask('/api/events/names')).body.events.find((each: { name: string }) => each.name === name);
    return seen?.total === count ? true : undefined;
  });
}
const warningsOf = async (text: string): Promise<Warning[]> => (await post('/api/check', text, 'application/yaml')).body.warnings;
const events = (warnings: readonly Warning[]): Warning[] => warnings.filter(({ message }) => message.includes('has never'));

const typo = TRIGGER.replace('cart.item_added', 'cart.item_aded');

describe('the events there are', () => {
  it('are none in the beginning, and then nobody is warned of any', async () => {
    expect(await ask('/api/events/names')).toEqual({ status: 200, body: { events: [], behind: 0 } });
    expect(events(await warningsOf(typo))).toEqual([]);
  });

  it('are counted, and a name that is none of them is told with its place, the closest, and how often that came', async () => {
    await happened('cart.item_added', 1_204, { cartId: 'c1', value: 20 });
    await happened('product.viewed', 30, { name: 'Lamp' });
    await happened('order.completed', 30, { cart_id: 'c1' });
    const told = {
      document: 0,
      path: 'when.1.not',
      message: '"cart.item_aded" has never been seen; closest is "cart.item_added" (1,204 in 24 h)',
      line: 6,
      column: 12,
    };
    expect(events(await warningsOf(typo))).toEqual([told]);
    const published = await publish(typo);
    expect([published.status, events(published.body.warnings)]).toEqual([201, [told]]);
    expect(events(await warningsOf(TRIGGER))).toEqual([]);
  });

  it('are known by what they carry: of a key and a property that never came it is told', async () => {
    const keyed = TRIGGER.replace('when:', 'by: cartId\nwhen:').replace('product.viewed,', 'cart.item_added, where: valeu > 20,');
    expect(events(await warningsOf(keyed))).toMatchObject([
      { path: 'when.0.where', line: 6, message: expect.stringContaining('closest is "value"') },
      { path: 'exit.0.event', line: 10, message: expect.stringContaining('say `by: cart_id` here') },
      { path: 'goal.event', line: 11 },
    ]);
  });

  it('are those of segments too, each document of a text by its own place', async () => {
    const segment = 'kind: segment\nname: buyers\nlet: { n: { count: order.complete, within: 30d } }\nwhere: n > 3\n';
    expect(events(await warningsOf(`${TRIGGER}---\n${segment}`))).toMatchObject([
      {
        document: 1,
        path: 'let.n.count',
        line: 15,
        message: expect.stringContaining('closest is "order.completed" (30 in 24 h)'),
      },
    ]);
  });
});
