import { describe, expect, it } from '@jest/globals';
import type { Json } from '@tripline/kernel';
import { parseTrigger } from '@tripline/model';
import { makeTriggerDocument } from '@tripline/testing-builders';
import { compileTrigger } from './compile-trigger.js';
import type { Instruction } from './compiled-trigger.js';

const compile = (steps: Json, fields: { readonly [field: string]: Json } = {}) => {
  const trigger = parseTrigger(makeTriggerDocument({ when: [{ event: 'a', as: 'first' }], do: steps, ...fields }));
  if (!trigger.ok) throw new Error(JSON.stringify(trigger.problems));
  return compileTrigger(trigger.value);
};
const brief = (step: Instruction): Json => {
  if (step.kind === 'message') return step.id;
  if (step.kind === 'branch') return ['branch', step.otherwise, step.after];
  if (step.kind === 'jump') return ['jump', step.to];
  return step.kind === 'split' ? ['split', ...step.arms.map((arm) => arm.to)] : step.kind;
};
const codeOf = (steps: Json): Json => {
  const compiled = compile(steps);
  return compiled.ok ? compiled.value.steps.map(brief) : compiled.problems.map((p) => p.path);
};
const problemsOf = (steps: Json, fields: { readonly [field: string]: Json } = {}): Json => {
  const compiled = compile(steps, fields);
  return compiled.ok ? [] : compiled.problems.map(({ path, message }) => `${path}: ${message}`);
};
const m = (id: string) => ({ id, email: 'x' });

describe('steps compile to one flat list', () => {
  it('a branch leads past what is not taken', () => {
    expect(codeOf([m('a'), { if: 'true', do: [m('b'), m('c')] }, m('d')])).toEqual(['a', ['branch', 4, 4], 'b', 'c', 'd']);
    expect(codeOf([{ if: 'true', do: [m('b')], else: [m('c')] }, m('d')])).toEqual([
      ['branch', 3, 4],
      'b',
      ['jump', 4],
      'c',
      'd',
    ]);
  });

  it('branches within branches keep their places', () => {
    const inner = { if: 'true', do: [m('b')], else: [m('c')] };
    expect(
      codeOf([
        { if: 'true', do: [inner], else: [inner, m('d')].map((s, i) => (i === 0 ? { if: 'true', do: [m('e')] } : s)) },
        m('z'),
      ]),
    ).toEqual([['branch', 6, 9], ['branch', 4, 5], 'b', ['jump', 5], 'c', ['jump', 9], ['branch', 8, 8], 'e', 'd', 'z']);
  });

  it('each arm of a split ends with a jump past the last', () => {
    const split = [
      { arm: 'x', share: 1, do: [m('b')] },
      { arm: 'y', share: 1 },
      { arm: 'z', share: 1, holdout: true },
    ];
    expect(codeOf([{ id: 's', split }, m('d')])).toEqual([['split', 1, 3, 4], 'b', ['jump', 5], ['jump', 5], ['jump', 5], 'd']);
  });
});

describe('problems of steps', () => {
  it('name their place in the document', () => {
    const bad = { id: 'b', email: 'x', with: { x: 'nope.y' } };
    expect(
      problemsOf([
        m('a'),
        m('a2'),
        { if: 'mail.sent ==', do: [m('c')], else: [bad] },
        {
          id: 's',
          split: [
            { arm: 'x', share: 1, do: [{ if: 'a.clickd', do: [m('d')] }] },
            { arm: 'y', share: 1 },
          ],
        },
      ]),
    ).toEqual([
      expect.stringMatching(/^do\.2\.if: not CEL/),
      expect.stringMatching(/^do\.2\.else\.0\.with\.x: unknown name "nope": here stand first, a, a2, c, b, d, s, user/),
      expect.stringMatching(/^do\.3\.split\.0\.do\.0\.if: the step a has no "clickd"/),
    ]);
  });

  it('say what a split is not asked', () => {
    const split = {
      id: 's',
      split: [
        { arm: 'x', share: 1 },
        { arm: 'y', share: 1 },
      ],
    };
    expect(problemsOf([split, { if: 's.sent || s.arm == "x"', do: [m('c')] }])).toEqual([
      'do.1.if: the step s has no "sent"; it has arm',
    ]);
  });

  it('say that a wait looks at a message that cannot have gone before', () => {
    const until = (of: string) => ({ wait: { until: { event: 'email.clicked', of }, atMost: '1d' } });
    const since = (name: string) => ({ wait: { for: '1d', since: name } });
    const either = { if: 'true', do: [m('b')], else: [until('b'), since('b'), m('c')] };
    expect(
      problemsOf([m('a'), until('a'), until('z'), either, until('b'), since('c'), m('z'), since('first'), since('nope')]),
    ).toEqual([
      'do.2.wait.until.of: "z" is not a message step before this',
      'do.3.else.0.wait.until.of: "b" is not a message step before this',
      'do.3.else.1.wait.since: "b" is neither an alias nor a message step before this',
      'do.8.wait.since: "nope" is neither an alias nor a message step before this',
    ]);
  });

  it('say that a zone does not exist', () => {
    const at = (zone: string) => ({ wait: { at: '09:00', zone } });
    expect(problemsOf([m('a'), at('Europe/Berlin'), at('user'), at('Europe/Berlyn')])).toEqual([
      'do.3.wait.zone: there is no time zone "Europe/Berlyn": write for example Europe/Berlin, or user',
    ]);
  });

  it('name the expressions of a goal', () => {
    expect(problemsOf([m('a')], { goal: { event: 'order', within: '1d', where: '1 +', value: 'a.x' } })).toEqual([
      expect.stringMatching(/^goal\.where: not CEL/),
      expect.stringMatching(/^goal\.value: the step a has no "x"/),
    ]);
  });
});
