import { CHANNELS, EXPIRES_DEFAULT, type Awaited, type MessageStep, type Step } from '@tripline/model';
import type { Compilation } from './compilation.js';
import type { MessagePart, StepPart, WaitPart } from './compiled-trigger.js';

/** The steps of a trigger, in the order they are taken. */
export const compileSteps = (compilation: Compilation): readonly StepPart[] =>
  compilation.trigger.do.flatMap((step, i) => compileStep(compilation, step, i));

function compileStep(compilation: Compilation, step: Step, i: number): StepPart[] {
  if ('if' in step || 'split' in step) return refused(compilation, `do.${i}`);
  if (!('wait' in step)) return [compileMessage(compilation, step, `do.${i}`)];
  const { wait } = step;
  if ('until' in wait) return [compileAwaited(compilation, wait, `do.${i}.wait`, i)];
  if (wait.for === undefined || wait.at !== undefined || wait.since !== undefined) return refused(compilation, `do.${i}.wait`);
  return [{ kind: 'wait', length: wait.for }];
}

function refused(compilation: Compilation, path: string): StepPart[] {
  compilation.refuse(path, 'is not understood yet');
  return [];
}

function compileMessage(compilation: Compilation, step: MessageStep, path: string): MessagePart {
  const channel = CHANNELS.find((c) => c in step) ?? 'email';
  const data = Object.entries(step.with ?? {}).flatMap(([name, text]) => {
    const value = compilation.expression(`${path}.with.${name}`, text, compilation.names.ofState);
    return value === undefined ? [] : [{ name, value }];
  });
  const template = (step as { readonly [channel: string]: unknown })[channel] as string;
  return { kind: 'message', id: step.id, channel, template, data, expires: step.expires ?? EXPIRES_DEFAULT };
}

function compileAwaited(compilation: Compilation, { until, atMost }: Awaited, path: string, i: number): WaitPart {
  const { event, of } = until;
  const before = compilation.trigger.do.slice(0, i).some((step) => 'id' in step && step.id === of);
  if (of !== undefined && !before) compilation.refuse(`${path}.until.of`, `${JSON.stringify(of)} is not a step before this`);
  const test = compilation.test(`${path}.until`, event, until, compilation.names.besideEvent());
  return { kind: 'wait', length: atMost, until: { ...test, ...(of === undefined ? {} : { of }) } };
}
