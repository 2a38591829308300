import { describeProblems, encodeUtf8, OperatingError } from '@tripline/kernel';
import {
  ID_LENGTH_MAX,
  makeDeadLetters,
  parseTaskInput,
  sourceOf,
  type DeadLetterReason,
  type DeadLetterRecord,
  type TaskInput,
} from '@tripline/model';
import type { LogRecord } from '@tripline/ports';

/** What a record is to its task: an input, or something foreign that is set aside. */
export type TaskRecord = TaskInput | { readonly kind: 'foreign'; readonly detail: string };

const PERSON_LENGTH_MAX = ID_LENGTH_MAX + 2;
const OURS = encodeUtf8('{"kind":"');
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Reads one record of `tripline.events`. What Tripline did not write, or cannot have, is foreign. A kind or a change of our own that this
 * build does not know is an `OperatingError` `unknown-kind`, never: it stands for a rule that must not be passed over.
 */
export function readTaskRecord(record: LogRecord): TaskRecord {
  const parsed = parseTaskInput(record.value);
  if (!parsed.ok) {
    const detail = describeProblems(parsed.problems);
    if (parsed.problems.some((problem) => problem.path === 'kind') && isOurs(record.value)) throw unknownKind(record, detail);
    return { kind: 'foreign', detail };
  }
  const input = parsed.value;
  if ('person' in input && !hasPersons(input)) return { kind: 'foreign', detail: 'person: not the key of a person' };
  return input.kind === 'control' ? checkControl(record, input) : input;
}

/** The record set aside, under its own key. */
export const deadLettersOf = (record: LogRecord, reason: DeadLetterReason, detail: string): readonly DeadLetterRecord[] =>
  makeDeadLetters({ ...record, reason, detail, source: sourceOf(record), received: record.appended });

const isOurs = (value: Uint8Array): boolean => OURS.every((byte, i) => value[i] === byte);

const hasPersons = (input: Extract<TaskInput, { person: string }>): boolean =>
  isPerson(input.person) && (!('user' in input) || isPerson(input.user)) && (!('from' in input) || isPerson(input.from));
const isPerson = (person: string): boolean =>
  person.length > 0 && person.length <= PERSON_LENGTH_MAX && !LONE_SURROGATE.test(person);

function checkControl(record: LogRecord, control: TaskInput & { kind: 'control' }): TaskRecord {
  const { of }: { readonly of?: unknown } = control;
  if (of === 'history') return checkHistory(record, control);
  if (of === 'settings') return checkSettings(record, control);
  if (of !== undefined && of !== 'segment') throw unknownKind(record, `control of ${JSON.stringify(of)}`);
  const change: Readonly<Record<string, unknown>> = control.change;
  if (change['type'] === 'withdraw') return control;
  if (of === undefined && (change['type'] === 'pause' || change['type'] === 'resume')) return control;
  if (change['type'] !== 'publish') throw unknownKind(record, `unknown change ${JSON.stringify(change['type'])}`);
  const whole = Number.isSafeInteger(change['version']) && typeof change['document'] === 'object' && change['document'] !== null;
  return whole ? control : { kind: 'foreign', detail: 'change: not a publication of ours' };
}

function checkHistory(record: LogRecord, control: TaskInput & { kind: 'control' }): TaskRecord {
  const change: Readonly<Record<string, unknown>> = control.change;
  if (change['type'] !== 'history') throw unknownKind(record, `unknown change ${JSON.stringify(change['type'])} of history`);
  const whole = Number.isSafeInteger(change['completeFrom']) && Number.isSafeInteger(change['before']);
  return whole ? control : { kind: 'foreign', detail: 'change: does not say from when on history is complete' };
}

/** Whether this build's zone data have the zone is for the task to say. */
function checkSettings(record: LogRecord, control: TaskInput & { kind: 'control' }): TaskRecord {
  const change: Readonly<Record<string, unknown>> = control.change;
  if (change['type'] !== 'settings') throw unknownKind(record, `unknown change ${JSON.stringify(change['type'])} of settings`);
  const whole = typeof change['zone'] === 'string' && typeof change['zoneData'] === 'string' && isSemantics(change['semantics']);
  return whole ? control : { kind: 'foreign', detail: 'change: not settings of ours' };
}

const isSemantics = (given: unknown): boolean => given === undefined || (Number.isSafeInteger(given) && Number(given) >= 1);

const unknownKind = ({ topic, partition, offset }: LogRecord, detail: string): OperatingError =>
  new OperatingError(
    'unknown-kind',
    'never',
    `${topic}/${partition} offset ${offset}: ${detail}. A newer Tripline wrote this record. Run at least that version of the processor; the task goes on from its own state.`,
  );
