import type { TextProblem } from '@tripline/adapters-http';
import { formatInstant } from '@tripline/kernel';
import type { MessageView } from '@tripline/ports';
import { placeOf, type Documents } from './document-files.js';

/** What came from outside, made harmless for a terminal: control characters, which could move its cursor or hide text, are shown as U+FFFD. */
export const printable = (text: string): string => text.replace(/[^\P{Cc}\n]/gu, '\ufffd');

/** `triggers/cart.yaml:3:31  when.0.wher: unknown field`, as editors and compilers write it. */
export function placedLine(file: string, { path, message, line, column }: TextProblem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return printable(`${place}  ${path === '' ? '' : `${path}: `}${message}`);
}

/** The same for a problem of several files sent as one text. */
export function problemLine(documents: Documents, problem: TextProblem): string {
  const { file, line } = placeOf(documents, problem.line ?? 1);
  return placedLine(file, problem.line === undefined ? problem : { ...problem, line });
}

/** One line a message, newest first: when, status, why, trigger and step, by which channel, to whom. */
export function messageLines(messages: readonly MessageView[]): readonly string[] {
  const rows = messages.map(({ at, status, reason, trigger, step, channel, userId, person }) => [
    formatInstant(at),
    reason === undefined ? status : `${status} (${reason})`,
    `${trigger}/${step}`,
    channel,
    userId ?? person,
  ]);
  const widths = [0, 1, 2, 3].map((i) => Math.max(0, ...rows.map((row) => (row[i] ?? '').length)));
  return rows.map((row) => printable(row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')));
}
