import { describe, expect, it } from '@jest/globals';
import { makeTriggerDocument } from '@tripline/testing-builders';
import { tryTrigger } from './trial.js';

const events = [{ at: '0s', event: 'cart.item_added', properties: { cartId: 'c1' } }];
const tried = (...examples: readonly { name: string; events: typeof events; expect: { at: string; step: string }[] }[]) =>
  tryTrigger({ name: 'abandoned-cart', document: makeTriggerDocument({ examples }) }).examples;

describe('tryTrigger', () => {
  it('says what was expected and what came instead, in times as people write them', () => {
    expect(tried({ name: 'right', events, expect: [{ at: '1h', step: 'mail' }] })).toEqual([{ name: 'right' }]);
    expect(tried({ name: 'late', events, expect: [{ at: '1h30m', step: 'mail' }] })).toEqual([
      { name: 'late', failure: ['expected  mail at 1h30m', 'got       mail at 1h'] },
    ]);
    expect(tried({ name: 'none', events, expect: [] })).toEqual([
      { name: 'none', failure: ['expected  no message', 'got       mail at 1h'] },
    ]);
  });

  it('knows the segments that stand beside the trigger', () => {
    const document = makeTriggerDocument({ if: '"regular" in user.segments', examples: [{ name: 'in', events, expect: [{ at: '1h', step: 'mail' }] }] }); // prettier-ignore
    const segment = {
      kind: 'segment',
      name: 'regular',
      let: { n: { count: 'cart.item_added', within: '1d' } },
      where: 'n >= 1',
    };
    const trigger = { name: 'abandoned-cart', document };
    expect(tryTrigger(trigger, [segment]).examples).toEqual([{ name: 'in' }]);
    expect(tryTrigger(trigger).examples).toMatchObject([{ failure: ['expected  mail at 1h', 'got       no message'] }]);
  });

  it('fails as a whole where the trigger does not compile', () => {
    const { examples } = tryTrigger({ name: 'abandoned-cart', document: makeTriggerDocument({ if: 'nope' }) });
    expect(examples).toEqual([{ name: 'compiles', failure: [expect.stringMatching(/^if: /)] }]);
  });
});
