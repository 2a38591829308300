import { accept, describeProblems, parseJson, parseUtf8, refuse, type Parsed } from '@tripline/kernel';
import { makeDeadLetters, sourceOf, type DeadLetterReason, type DeadLetterRecord } from '@tripline/model';
import type { LogRecord } from '@tripline/ports';

/** What no database keeps and no two programs write alike: the character NUL, and halves of characters. */
const UNKEEPABLE = /[\0\p{Surrogate}]/u;

export type Refused = { readonly record: LogRecord; readonly reason: DeadLetterReason; readonly detail: string };
export type Read<T> = { readonly ok: true; readonly value: T } | ({ readonly ok: false } & Refused);

/** The value of a record as `parse` reads it, or why it cannot be read. */
export function readRecord<T extends { readonly person: string }>(
  record: LogRecord,
  parse: (value: unknown) => Parsed<T>,
): Read<T> {
  const text = parseUtf8(record.value);
  if (text === undefined) return { ok: false, record, reason: 'not-utf8', detail: 'the value is not UTF-8' };
  const json = parseJson(text);
  if (json === undefined) return { ok: false, record, reason: 'not-json', detail: 'the value is not JSON' };
  const parsed = checkPerson(parse(json));
  return parsed.ok ? parsed : { ok: false, record, reason: 'invalid', detail: describeProblems(parsed.problems) };
}

/** Told apart by everybody, or refused: two keys that a database takes for one would give one person another's address. */
function checkPerson<T extends { readonly person: string }>(parsed: Parsed<T>): Parsed<T> {
  if (!parsed.ok || !UNKEEPABLE.test(parsed.value.person)) return parsed.ok ? accept(parsed.value) : parsed;
  return refuse({ path: 'person', message: 'contains the character NUL or half a character' });
}

/** The record set aside, with the reason and where it came from. */
export const deadLettersOf = ({ record, reason, detail }: Refused): readonly DeadLetterRecord[] =>
  makeDeadLetters({ value: record.value, reason, detail, source: sourceOf(record), received: record.appended });
