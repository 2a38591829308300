import { describe, expect, it } from '@jest/globals';
import { parseSegment, segmentJsonSchema } from './segment.js';
import { FIELD_NAMES, parseTrigger } from './trigger.js';

const vip = {
  kind: 'segment',
  name: 'vip',
  let: {
    spent: { sum: 'total', event: 'order.completed', within: '90d' },
    orders: { count: 'order.completed', where: 'total > 0', within: '30d' },
  },
  where: 'spent > 500',
};
const problems = (document: unknown): string[] => {
  const parsed = parseSegment(document);
  return parsed.ok ? [] : parsed.problems.map((p) => `${p.path}: ${p.message}`);
};

describe('parseSegment', () => {
  it('reads both forms of an aggregate into one', () => {
    expect(parseSegment({ ...vip, keep: 'spent > 400' })).toEqual({
      ok: true,
      value: {
        name: 'vip',
        let: {
          spent: { kind: 'sum', value: 'total', event: 'order.completed', within: 90 * 86_400_000 },
          orders: { kind: 'count', event: 'order.completed', where: 'total > 0', within: 30 * 86_400_000 },
        },
        where: 'spent > 500',
        keep: 'spent > 400',
        settle: 10_000,
      },
    });
  });

  it('settles as it says, and at once where it counts only what pages tell', () => {
    expect(parseSegment({ ...vip, time: { settle: '2s' } })).toMatchObject({ value: { settle: 2_000 } });
    expect(parseSegment({ ...vip, let: { views: { count: '$page', within: '1h' } } })).toMatchObject({ value: { settle: 0 } });
    expect(parseSegment({ ...vip, let: {}, where: 'user.pro' })).toMatchObject({ value: { settle: 10_000 } });
    expect(problems({ ...vip, time: { settle: '25h' } })).toEqual(['time.settle: must not be longer than a day']);
  });

  it.each([
    ['colour: unknown field', { colour: 'red' }],
    ['where: ', { where: undefined }],
    ['name: must be', { name: 'V I P' }],
    ['let.spent.wher: unknown field', { let: { spent: { sum: 'total', event: 'a', wher: 'x', within: '1d' } } }],
    ['let.spent.within: ', { let: { spent: { sum: 'total', event: 'a' } } }],
    ['let.spent.within: must not be longer', { let: { spent: { sum: 'total', event: 'a', within: '401d' } } }],
    ['let.spent.within: must be longer', { let: { spent: { count: 'a', within: '0s' } } }],
    ['let.n.event: unknown field', { let: { n: { count: 'a', event: 'b', within: '1d' } } }],
    ['let.user: is a reserved word', { let: { user: { count: 'a', within: '1d' } } }],
    ['let: has more than 10', { let: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`n${i}`, { count: 'a', within: '1d' }])) }], // prettier-ignore
  ])('says %s', (problem, fields) => {
    expect(problems({ ...vip, ...fields }).join('\n')).toContain(problem);
  });

  it('describes itself as a JSON Schema, and its fields can be guessed', () => {
    expect(segmentJsonSchema()).toMatchObject({ additionalProperties: false, properties: { kind: { const: 'segment' } } });
    expect(FIELD_NAMES).toEqual(expect.arrayContaining(['keep', 'count', 'distinct', 'enters', 'leaves']));
  });
});

describe('a trigger', () => {
  const trigger = (when: unknown) =>
    parseTrigger({ kind: 'trigger', name: 't', purpose: 'marketing', when, do: [{ id: 'mail', email: 'x' }] });

  it('may begin with the entering or leaving of a segment', () => {
    expect(
      trigger([
        { enters: 'vip', as: 'joined' },
        { not: 'order.completed', for: '1d' },
      ]).ok,
    ).toBe(true);
    expect(trigger([{ any: [{ enters: 'vip' }, { leaves: 'new-here' }] }]).ok).toBe(true);
    expect(trigger([{ enters: 'V' }])).toMatchObject({ ok: false, problems: [{ path: 'when.0.enters' }] });
    expect(trigger([{ leaves: 'vip', within: '1d' }])).toMatchObject({ ok: false, problems: [{ path: 'when.0.within' }] });
  });
});
