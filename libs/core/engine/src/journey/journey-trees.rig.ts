import type { Json } from '@tripline/kernel';
import fc from 'fast-check';

/** A step as the generator makes it: without names. */
export type Tree =
  | { readonly kind: 'message' }
  | { readonly kind: 'pause'; readonly ms: number; readonly since: boolean }
  | { readonly kind: 'await'; readonly ms: number }
  | { readonly kind: 'branch'; readonly test: number; readonly yes: readonly Tree[]; readonly no: readonly Tree[] }
  | {
      readonly kind: 'split';
      readonly share: number;
      readonly one: readonly Tree[];
      readonly two: readonly Tree[];
      readonly holdout: boolean;
    };

const ms = fc.integer({ min: 1, max: 15 });
export const { tree } = fc.letrec<{ tree: Tree }>((tie) => {
  const list = fc.array(tie('tree'), { minLength: 1, maxLength: 3 });
  return {
    tree: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.constant<Tree>({ kind: 'message' }),
      fc.record({ kind: fc.constant('pause' as const), ms, since: fc.boolean() }),
      fc.record({ kind: fc.constant('await' as const), ms }),
      fc.record({ kind: fc.constant('branch' as const), test: fc.nat(), yes: list, no: fc.oneof(list, fc.constant([])) }),
      fc.record({
        kind: fc.constant('split' as const),
        share: fc.integer({ min: 1, max: 9 }),
        one: list,
        two: fc.oneof(list, fc.constant([])),
        holdout: fc.boolean(),
      }),
    ),
  };
});

/** The document's steps, numbered in their order. */
export type Step =
  | { readonly kind: 'message'; readonly id: string }
  | { readonly kind: 'pause'; readonly ms: number; readonly since: boolean }
  | { readonly kind: 'await'; readonly ms: number }
  | { readonly kind: 'branch'; readonly test: string; readonly yes: readonly Step[]; readonly no: readonly Step[] }
  | {
      readonly kind: 'split';
      readonly id: string;
      readonly share: number;
      readonly one: readonly Step[];
      readonly two: readonly Step[];
      readonly holdout: boolean;
    };

/** Numbers messages and splits; a branch asks about something numbered so far, or about what is true, false or unknown. */
export function numbered(trees: readonly Tree[], names: { messages: string[]; splits: string[] }): Step[] {
  return trees.map((each): Step => {
    if (each.kind === 'message') {
      const id = `m${names.messages.length}`;
      names.messages.push(id);
      return { kind: 'message', id };
    }
    if (each.kind === 'split') {
      const id = `s${names.splits.length}`;
      names.splits.push(id);
      return { ...each, id, one: numbered(each.one, names), two: each.holdout ? [] : numbered(each.two, names) };
    }
    if (each.kind !== 'branch') return each;
    const tests = [
      'user.yes',
      'user.no',
      'user.lost',
      ...names.messages.flatMap((m) => [`${m}.sent`, `${m}.dropped`]),
      ...names.splits.map((s) => `${s}.arm == "one"`),
    ];
    return {
      kind: 'branch',
      test: tests[each.test % tests.length]!,
      yes: numbered(each.yes, names),
      no: numbered(each.no, names),
    };
  });
}

/** As the document has it. */
export function written(step: Step): Json {
  if (step.kind === 'message') return { id: step.id, email: 'x', expires: '20ms' };
  if (step.kind === 'pause') return { wait: { for: `${step.ms}ms`, ...(step.since ? { since: 'first' } : {}) } };
  if (step.kind === 'await') return { wait: { until: { event: 'seen' }, atMost: `${step.ms}ms` } };
  if (step.kind === 'branch')
    return { if: step.test, do: step.yes.map(written), ...(step.no.length === 0 ? {} : { else: step.no.map(written) }) };
  const two = step.holdout ? { holdout: true } : { do: step.two.map(written) };
  return {
    id: step.id,
    split: [
      { arm: 'one', share: step.share, do: step.one.map(written) },
      { arm: 'two', share: 10 - step.share, ...two },
    ],
  };
}
