import {
  BOUND_EXPIRES_DEFAULT,
  CHANNELS,
  EXPIRES_DEFAULT,
  type Awaited,
  type BranchStep,
  type MessageStep,
  type Pause,
  type SplitStep,
  type Step,
} from '@tripline/model';
import type { Compilation } from './compilation.js';
import type { AwaitPart, Instruction, MessagePart, PausePart } from './compiled-trigger.js';
import { compilePause } from './compile-pause.js';
import { partsOf } from '../journey/split.js';

/** Names of the messages that may have gone before, on the way to where one is. */
type Before = ReadonlySet<string>;
type Compiled = { readonly code: readonly Instruction[]; readonly before: Before };

/** The steps of a trigger as one flat list: what a branch or an arm holds follows it, and jumps lead past what is not taken. */
export const compileSteps = (compilation: Compilation): readonly Instruction[] =>
  compileList(compilation, compilation.trigger.do, 'do', 0, new Set()).code;

/** `at` is where the first of them will stand. */
function compileList(compilation: Compilation, steps: readonly Step[], path: string, at: number, before: Before): Compiled {
  let all: Compiled = { code: [], before };
  steps.forEach((step, i) => {
    const next = compileStep(compilation, step, `${path}.${i}`, at + all.code.length, all.before);
    all = { code: [...all.code, ...next.code], before: next.before };
  });
  return all;
}

function compileStep(compilation: Compilation, step: Step, path: string, at: number, before: Before): Compiled {
  if ('if' in step) return compileBranch(compilation, step, path, at, before);
  if ('split' in step) return compileSplit(compilation, step, path, at, before);
  if (!('wait' in step)) return { code: [compileMessage(compilation, step, path)], before: new Set([...before, step.id]) };
  return { code: [compileWait(compilation, step.wait, `${path}.wait`, before)], before };
}

const compileWait = (compilation: Compilation, wait: Pause | Awaited, path: string, before: Before): PausePart | AwaitPart =>
  'until' in wait ? compileAwaited(compilation, wait, path, before) : compilePause(compilation, wait, path, before);

/** `branch, do…, jump, else…`; without `else` no jump. */
function compileBranch(compilation: Compilation, step: BranchStep, path: string, at: number, before: Before): Compiled {
  const test = compilation.expression(`${path}.if`, step.if, compilation.names.ofState);
  const yes = compileList(compilation, step.do, `${path}.do`, at + 1, before);
  const otherwise = at + 1 + yes.code.length + (step.else === undefined ? 0 : 1);
  const no = compileList(compilation, step.else ?? [], `${path}.else`, otherwise, before);
  const after = otherwise + no.code.length;
  const jump: Instruction[] = step.else === undefined ? [] : [{ kind: 'jump', to: after }];
  const code: Instruction[] = test === undefined ? [] : [{ kind: 'branch', test, otherwise, after }];
  return { code: [...code, ...yes.code, ...jump, ...no.code], before: new Set([...yes.before, ...no.before]) };
}

/** `split, arm…, jump, arm…, jump`: each arm ends with a jump past the last. */
function compileSplit(compilation: Compilation, { id, split }: SplitStep, path: string, at: number, before: Before): Compiled {
  const starts: number[] = [];
  const arms: Compiled[] = [];
  let end = at + 1;
  for (const [i, arm] of split.entries()) {
    const compiled = compileList(compilation, arm.do, `${path}.split.${i}.do`, end, before);
    starts.push(end);
    arms.push(compiled);
    end += compiled.code.length + 1;
  }
  const parts = partsOf(split.map((arm) => arm.share));
  const choices = split.map(({ arm, holdout }, i) => ({ name: arm, below: parts[i] ?? 0, to: starts[i] ?? end, holdout }));
  const code = arms.flatMap((arm): Instruction[] => [...arm.code, { kind: 'jump', to: end }]);
  return { code: [{ kind: 'split', id, arms: choices }, ...code], before: new Set(arms.flatMap((arm) => [...arm.before])) };
}

function compileMessage(compilation: Compilation, step: MessageStep, path: string): MessagePart {
  const channel = CHANNELS.find((c) => c in step) ?? 'email';
  const data = Object.entries(step.with ?? {}).flatMap(([name, text]) => {
    const value = compilation.expression(`${path}.with.${name}`, text, compilation.names.ofState);
    return value === undefined ? [] : [{ name, value }];
  });
  const template = (step as { readonly [channel: string]: unknown })[channel] as string;
  const part = { kind: 'message', id: step.id, channel, template, data } as const;
  if (!('bound' in step) || step.bound === undefined) return { ...part, expires: step.expires ?? EXPIRES_DEFAULT };
  return { ...part, expires: step.expires ?? BOUND_EXPIRES_DEFAULT, bound: true };
}

function compileAwaited(compilation: Compilation, { until, atMost }: Awaited, path: string, before: Before): AwaitPart {
  const { event, of } = until;
  if (of !== undefined && !before.has(of))
    compilation.refuse(`${path}.until.of`, `${JSON.stringify(of)} is not a message step before this`);
  const test = compilation.test(`${path}.until`, event, until, compilation.names.besideEvent());
  return { kind: 'await', length: atMost, until: { ...test, ...(of === undefined ? {} : { of }) } };
}
