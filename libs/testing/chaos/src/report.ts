import type { Outcome } from './chaos.js';

const SHOWN_MAX = 20;

/** What came of it, for people to read. */
export function reportOf({ verdict, unknown, events, mails, faults }: Outcome): string {
  const line = (what: string, who: readonly string[]): string =>
    `${what}: ${who.length}${who.length === 0 ? '' : `: ${who.slice(0, SHOWN_MAX).join(', ')}`}`;
  return [
    `${events} events, ${mails} mails at the provider, ${faults.length} faults`,
    ...faults,
    line('written to twice', verdict.doubled),
    line('written to although they had bought', verdict.falseAbsences),
    line('written to too early', verdict.early),
    line('never written to', verdict.lost),
    line('listed as unknown', unknown),
  ].join('\n');
}
