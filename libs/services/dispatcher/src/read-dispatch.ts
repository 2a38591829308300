import { describeProblems, parseJson, parseUtf8 } from '@tripline/kernel';
import { parseDispatch, type Channel, type DeadLetterReason, type Dispatch } from '@tripline/model';
import type { LogRecord } from '@tripline/ports';

/** A record's dispatch, or why it cannot be one. */
export type Read =
  | { readonly ok: true; readonly dispatch: Dispatch }
  | { readonly ok: false; readonly reason: DeadLetterReason; readonly detail: string };

const unreadable = (reason: DeadLetterReason, detail: string): Read => ({ ok: false, reason, detail });

/** Reads the value of a record of `tripline.dispatch.<channel>`. */
export function readDispatch(record: LogRecord, channel: Channel): Read {
  const text = parseUtf8(record.value);
  if (text === undefined) return unreadable('not-utf8', 'the value is not UTF-8');
  const json = parseJson(text);
  if (json === undefined) return unreadable('not-json', 'the value is not JSON');
  const parsed = parseDispatch(json);
  if (!parsed.ok) return unreadable('invalid', describeProblems(parsed.problems));
  if (parsed.value.channel !== channel) return unreadable('foreign', `a dispatch for ${parsed.value.channel}`);
  return { ok: true, dispatch: parsed.value };
}
