import type { Instant } from '@tripline/kernel';
import type { CompiledTrigger, PausePart } from './compiled-trigger.js';
import type { Run } from './person-state.js';

/** The run with the instant of the event under this alias, where some wait counts from it. */
export const withSince = ({ sinceAliases }: CompiledTrigger, run: Run, alias: string | undefined, at: Instant): Run =>
  alias !== undefined && sinceAliases.has(alias) ? { ...run, sinceAt: { ...run.sinceAt, [alias]: at } } : run;

/** From when a wait's span counts, where it says so; undefined: it does not say, or that never happened. */
export function sinceOf(run: Run, { since }: PausePart): Instant | undefined {
  if (since === undefined) return undefined;
  if ('alias' in since) return run.sinceAt?.[since.alias];
  return run.actions.find((action) => action.step === since.step)?.closed;
}
