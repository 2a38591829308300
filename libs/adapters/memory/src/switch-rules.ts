import type { Pausing, Switch } from '@tripline/ports';
import type { Tables } from './tables.js';

const switchesOver = ({ switches }: Tables, trigger: string): readonly Switch[] =>
  ['*', trigger].flatMap((scope) => switches.get(scope) ?? []);

export const isStopped = (tables: Tables, trigger: string): boolean =>
  switchesOver(tables, trigger).some(({ state }) => state === 'stopped');

/** What pauses do with messages: of two that differ the one that drops counts. */
export function pausedAs(tables: Tables, trigger: string): Pausing['messages'] | undefined {
  const paused = switchesOver(tables, trigger).filter(({ state }) => state === 'paused');
  if (paused.length === 0) return undefined;
  return paused.some(({ messages }) => messages === 'drop') ? 'drop' : 'hold';
}
