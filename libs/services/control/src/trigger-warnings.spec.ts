import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@tripline/kernel';
import { parseTrigger } from '@tripline/model';
import { triggerWarnings } from './trigger-warnings.js';

const WHOLE = {
  kind: 'trigger',
  name: 'cart',
  purpose: 'marketing',
  when: [{ event: 'cart.item_added' }, { not: 'order.completed', for: '1h' }],
  do: [{ id: 'mail', email: 'cart' }],
  exit: [{ event: 'order.completed' }],
  goal: { event: 'order.completed', within: '7d' },
  limit: { runs: 1 },
};
const NONE = undefined as never;

function warned(fields: JsonObject): string[] {
  const parsed = parseTrigger({ ...WHOLE, ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return triggerWarnings(parsed.value).map(({ path, message }) => `${path}: ${message.split(/[:;] /)[0]}`);
}

describe('what a trigger says that is likely wrong', () => {
  it('is nothing where it says whom, how often, until when and what for', () => {
    expect(warned({})).toEqual([]);
  });

  it('is that nothing ends it, and that nobody can say what it is good for', () => {
    expect(warned({ exit: NONE, goal: NONE })).toEqual(['exit: no exit', 'goal: no goal']);
  });

  it('is an audience without bounds: anyone who comes by, as often as it happens', () => {
    expect(warned({ limit: NONE })).toEqual(['when.0: unbounded']);
    expect(warned({ limit: NONE, when: { sequence: [{ any: [{ page: '/p' }, { all: [{ event: 'a' }] }] }] } })).toEqual([
      'when.sequence.0.any.1.all.0: unbounded',
    ]);
    expect(warned({ limit: NONE, when: [{ inactive: 'any', for: '30d' }] })).toEqual(['when.0: unbounded']);
    expect(warned({ when: [{ inactive: 'any', for: '30d' }] })).toEqual([]);
  });

  it('is only that there is no limit, where something narrows it', () => {
    for (const when of [
      [{ event: 'a', where: 'value > 1' }],
      [{ inactive: 'login', for: '30d' }],
      [{ enters: 'vip' }],
      [{ page: '/pricing' }],
      [{ changed: 'user.plan' }],
      [{ sequence: [{ event: 'a', where: 'b' }, { event: 'c' }] }],
    ])
      expect(warned({ limit: NONE, when })).toEqual(['limit: no limit']);
    expect(warned({ limit: NONE, by: 'cartId' })).toEqual(['limit: no limit']);
  });

  it('is a schedule for everyone there is, whatever the limit', () => {
    expect(warned({ when: [{ every: 'monday 09:00' }] })).toEqual(['when.0: unbounded']);
    expect(warned({ when: [{ every: 'monday 09:00', in: 'vip' }] })).toEqual([]);
  });

  it('is nothing of what people have asked for', () => {
    for (const when of [WHOLE.when, [{ every: 'daily 09:00' }], [{ inactive: 'any', for: '1d' }]])
      expect(warned({ purpose: 'transactional', exit: NONE, goal: NONE, limit: NONE, when })).toEqual([]);
  });
});
