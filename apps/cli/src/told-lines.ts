import type { Told } from '@tripline/engine';
import { formatInstant } from '@tripline/kernel';
import type { MessageView } from '@tripline/ports';
import { printable } from './report.js';

/** Characters of what a decision was taken by; the JSON has all of it. */
const BY_LENGTH_MAX = 120;

/** What was decided, for a terminal: by person, by run, each with when, by what, and the reason; what became of a run's messages at its end. */
export function* toldLines(told: readonly Told[], messages: readonly MessageView[] = []): Generator<string> {
  for (const [person, own] of groups(told, (each) => each.person)) {
    yield printable(person);
    for (const entries of groups(own, groupOf).values()) {
      yield printable(`  ${titleOf(entries)}`);
      yield* rows(entries);
      yield* messageRows(messages.filter(({ run }) => run === entries[0]?.run));
    }
  }
  const runs = new Set(told.map(({ run }) => run));
  const others = messages.filter(({ run }) => !runs.has(run));
  if (others.length > 0) yield '  messages of runs that are not told of here';
  yield* messageRows(others);
}

const groupOf = ({ trigger = '', version = 0, run = '' }: Told): string => `${trigger} ${run === '' ? '' : version} ${run}`;

function titleOf([first]: readonly Told[]): string {
  if (first?.run !== undefined) return `${first.trigger} v${first.version}, ${first.run}`;
  return first?.trigger === undefined ? 'whatever the trigger' : `${first.trigger}, outside any run`;
}

function* rows(entries: readonly Told[]): Generator<string> {
  const width = Math.max(...entries.map((entry) => byOf(entry).length));
  let last = '';
  for (const entry of entries) {
    const key = JSON.stringify(entry.by);
    const head = `${whenOf(entry)}  ${byOf(entry).padEnd(width)}`;
    const says = entry.says.replaceAll('\n', ' ');
    yield printable(key === last ? `    ${' '.repeat(head.length)}  ${says}` : `    ${head}  ${says}${lateOf(entry)}`);
    last = key;
  }
}

/** When it happened, in event time; of a tick the instant that was due; of a record of another id when it came. */
const whenOf = ({ by, at }: Told): string => timeText('due' in by ? by.due : 'record' in by ? at : by.timestamp);

function byOf({ by }: Told): string {
  if ('due' in by) return 'the clock';
  const text = `${'record' in by ? by.record : by.event} (${by.id})`;
  return text.length <= BY_LENGTH_MAX ? text : `${text.slice(0, BY_LENGTH_MAX - 1)}…`;
}

/** Said once where an event came later than it happened. */
function lateOf({ by }: Told): string {
  return 'timestamp' in by && by.received !== by.timestamp ? ` (received ${timeText(by.received)})` : '';
}

function* messageRows(messages: readonly MessageView[]): Generator<string> {
  for (const { at, step, channel, status, reason, later } of messages.toReversed()) {
    const what = [`${status}${reason === undefined ? '' : ` (${reason})`}`, ...later].join(', ');
    yield printable(`    ${timeText(formatInstant(at))}  message ${step} by ${channel}: ${what}`);
  }
}

/** `2026-01-01 01:00:00.000`, all of one width. */
const timeText = (instant: string): string => instant.replace('T', ' ').replace('Z', '');

function groups<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const group = found.get(keyOf(one));
    if (group === undefined) found.set(keyOf(one), [one]);
    else group.push(one);
  }
  return found;
}
