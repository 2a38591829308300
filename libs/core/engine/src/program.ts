import type { Parsed, Problem } from '@tripline/kernel';
import type { NameSpan, Trigger } from '@tripline/model';
import type { Definitions } from './definitions.js';

/** All triggers in force, compiled and indexed by the events they name. */
export interface Program {
  /** Does any trigger name this event? `span` is where the name stands in the bytes. Allocates nothing. */
  concerns(value: Uint8Array, span: NameSpan): boolean;
  /** Definitions this build cannot compile, by trigger name: they open nothing. */
  readonly problems: readonly (Problem & { readonly trigger: string; readonly version: number })[];
}
export type CompiledTrigger = { readonly trigger: Trigger };

export function makeProgram(_definitions: Definitions): Program {
  return { concerns: () => true, problems: [] };
}
export function compileTrigger(trigger: Trigger): Parsed<CompiledTrigger> {
  return { ok: true, value: { trigger } };
}
