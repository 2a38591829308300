import { playExamples, type ExampleResult, type ProgramOptions } from '@tripline/engine';
import { describeProblems, formatDuration, isJsonObject, makeDuration, type Json, type JsonObject } from '@tripline/kernel';

/** One example that was played. `failure` says what was expected and what came instead, a line each; absent where they are the same. */
export type ExampleTrial = { readonly name: string; readonly failure?: readonly string[] };

/** The examples of one trigger, played. */
export type Trial = { readonly trigger: string; readonly examples: readonly ExampleTrial[] };

/** Plays a trigger's own examples with the engine of production; `segments` are in force from the beginning. */
export function tryTrigger(
  { name, document }: { readonly name: string; readonly document: JsonObject },
  segments: readonly JsonObject[] = [],
  options: ProgramOptions = {},
): Trial {
  const played = playExamples(document, segments, options);
  if (!played.ok) return { trigger: name, examples: [{ name: 'compiles', failure: [describeProblems(played.problems)] }] };
  return { trigger: name, examples: played.value.map(trialOf) };
}

function trialOf({ name, ok, expected, actual }: ExampleResult): ExampleTrial {
  if (ok) return { name };
  return { name, failure: [`expected  ${describeAll(expected)}`, `got       ${describeAll(actual)}`] };
}

const describeAll = (messages: readonly Json[]): string =>
  messages.length === 0 ? 'no message' : messages.map(describeOne).join(', ');

/** `mail at 1h30m`, from the example's beginning; what else is said of it follows. */
function describeOne(message: Json): string {
  if (!isJsonObject(message)) return JSON.stringify(message);
  const { at, step, ...rest } = message;
  if (typeof at !== 'number' || typeof step !== 'string') return JSON.stringify(message);
  const more = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`;
  return `${step} at ${timeText(at)}${more}`;
}

const timeText = (ms: number): string => `${ms < 0 ? '-' : ''}${formatDuration(makeDuration(Math.abs(ms)))}`;
