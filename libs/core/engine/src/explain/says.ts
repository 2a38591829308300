import { isJsonObject, type Json, type JsonObject } from '@tripline/kernel';
import type { TraceEntry } from './trace.js';

/** Characters of one value in a sentence; the whole is in the entry. */
const VALUE_LENGTH_MAX = 80;

/** What a trace entry says, in a sentence for people. A name without words of its own is said as it is written. */
export function says({ what, detail = {} }: TraceEntry): string {
  const words = Object.hasOwn(WORDS, what) ? WORDS[what] : undefined;
  return words === undefined ? what.replaceAll(/[-.]/g, ' ') : typeof words === 'string' ? words : words(detail);
}

/** Has this name words of its own? */
export const hasWords = (what: string): boolean => Object.hasOwn(WORDS, what);

type Words = string | ((detail: JsonObject) => string);

/** An instant as `2026-01-01 01:00:00`, with milliseconds where there are some. */
const time = (value: Json | undefined): string =>
  text(value)
    .replace('T', ' ')
    .replace(/(\.000)?Z$/, '');
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));
const list = (value: Json | undefined, join = ', '): string => (Array.isArray(value) ? value.map(text).join(join) : text(value));
const short = (value: Json | undefined): string => {
  const whole = JSON.stringify(value ?? null);
  return whole.length <= VALUE_LENGTH_MAX ? whole : `${whole.slice(0, VALUE_LENGTH_MAX)}…`;
};
const valuesIn = (value: Json | undefined): string =>
  isJsonObject(value) ? Object.entries(value).map(([name, each]) => `${name} = ${short(each)}`).join(', ') : ''; // prettier-ignore

const ANSWERS = new Map<Json | undefined, string>([
  [true, 'yes'],
  [false, 'no'],
]);

/** `where value >= 20 says no: value = 5`. */
const asked =
  (name: string, after: { readonly [answer: string]: string } = {}): Words =>
  ({ text: written, values, answer }) => {
    const said = ANSWERS.get(answer) ?? 'unknown';
    const read = valuesIn(values);
    return `${name} ${text(written)} says ${said}${read === '' ? '' : `: ${read}`}${after[said] ?? ''}`;
  };

const keyed = (key: Json | undefined): string => (key === '' || key === undefined ? '' : ` for key ${text(key)}`);
const another = ({ key, other }: JsonObject): string => `its key is ${text(other)}, that of this attempt ${text(key)}`;
const causedBy = (cause: Json | undefined): string => (cause === undefined ? '' : `, by messages of ${text(cause)}`);
const SCHEDULED = ({ until, decidedAt }: JsonObject): string => `until ${time(until)}, decided at ${time(decidedAt)}`;

const ENDINGS: Readonly<Record<string, string>> = {
  exit: 'left by an exit',
  violated: 'broken by what must not happen',
  withdrawn: 'its version was withdrawn',
  unpublished: 'its version was not published here in time',
  'date-changed': 'its date is another now',
};

const REPEATS: Readonly<Record<string, string>> = {
  restart: 'the attempt begins anew if this event is newer',
  extend: 'the deadline moves on if this event is later',
  keepFirst: 'the first one stays',
};

/** By the name of what is told. */
const WORDS: Readonly<Record<string, Words>> = {
  where: asked('where'),
  guard: asked('if', { no: '; nothing is sent', unknown: '; nothing is sent' }),
  branch: asked('if', { yes: '; goes on with do', no: '; goes on with else', unknown: '; runs neither branch' }),
  'exit.is': asked('exit is', { yes: '; ends the run' }),
  look: ({ as, after, to, found }) =>
    `looks back for ${text(as).replace(/^no /, '')} from ${time(after)} to ${time(to)}: ${found === 'unknown' ? 'not known so far back' : found === true ? 'there was one' : 'there was none'}`,
  limit: ({ runs, per, counted, reserved, answer }) =>
    `limit ${text(runs)} run${runs === 1 ? '' : 's'} ${per === undefined ? 'ever' : `per ${text(per)}`}: ${text(counted)} counted, ${text(reserved)} under way; ${answer === true ? 'no more' : 'room for one'}`,
  key: ({ by }) => `no key at ${text(by)}: it belongs to no attempt`,
  'attempt.opened': ({ key, silentSince, of, day }) =>
    silentSince !== undefined
      ? `silent since ${time(silentSince)}: a spell`
      : of === undefined
        ? `opens an attempt${keyed(key)}`
        : `${text(of)} has come: opens the attempt of ${text(day)}`,
  'attempt.taken': ({ as }) => `counts as ${list(as)}`,
  'attempt.passed': (detail) => `is not the ${text(detail['as']).replace(/^no /, '')} of this attempt: ${another(detail)}`,
  'attempt.waits': (detail) => `waits for ${list(detail['for'])} ${SCHEDULED(detail)}`,
  'attempt.complete': ({ at }) => `the condition is complete, at ${time(at)}`,
  'attempt.failed': ({ unknown }) =>
    unknown === true ? 'ends: it cannot be known whether the condition holds' : 'ends: the condition cannot come about any more',
  'attempt.repeated': ({ onRepeat, phase }) =>
    phase === 'matching'
      ? `a further first event, onRepeat ${text(onRepeat)}: ${REPEATS[text(onRepeat)] ?? ''}`
      : 'a further first event, while this run still acts: changes nothing',
  'attempt.cancelled': ({ absence, when }) =>
    when === 'within'
      ? `${text(absence)}: it happened after all`
      : `${text(absence)}: happened after its time, takes back what has not gone`,
  'date.awaited': ({ of, day, until, decidedAt }) =>
    of === undefined
      ? 'awaits no date any more'
      : until === undefined
        ? `${text(of)} was told`
        : `awaits ${text(of)}: its ${text(day)} comes at ${time(until)}, decided at ${time(decidedAt)}`,
  'date.changed': 'the date is another: what came of the one before is taken back',
  membership: (detail) => `is in ${text(detail['in'])}: ${ANSWERS.get(detail['answer']) ?? 'unknown'}`,
  'segment.entered': ({ segment, values, cause }) => `enters ${text(segment)}: ${valuesIn(values)}${causedBy(cause)}`,
  'segment.left': ({ segment, values, cause }) => `leaves ${text(segment)}: ${valuesIn(values)}${causedBy(cause)}`,
  'segment.known': ({ segment, member }) =>
    `is known to be in ${text(segment)}: ${ANSWERS.get(member) ?? 'unknown'}; told to nobody`,
  'silence.begins': (detail) => `silence begins ${SCHEDULED(detail)}`,
  fired: ({ step, channel, template, expires }) =>
    `asks for ${text(step)}: ${text(channel)} ${text(template)}, expires ${time(expires)}`,
  split: ({ split, arm }) => `split ${text(split)}: arm ${text(arm)}`,
  'wait.begins': (detail) => `waits ${detail['for'] === undefined ? '' : `for ${text(detail['for'])} `}${SCHEDULED(detail)}`,
  'wait.met': 'is what a wait that may come next waits for',
  'page.turned': 'the page is gone: takes back what was bound to it',
  'wait.over': ({ at }) => `the wait is over, at ${time(at)}`,
  outcome: ({ step, status }) => `${text(step)} is ${text(status)}`,
  exit: ({ key }) => (key === null ? 'exit: it does not say of which key, and ends every run' : 'exit: ends the run'),
  'exit.passed': (detail) => `is no exit of this run: ${another(detail)}`,
  'run.ended': ({ reason, recalls }) =>
    `${ENDINGS[text(reason)] ?? text(reason)}${Array.isArray(recalls) && recalls.length > 0 ? `; takes back ${list(recalls)}` : ''}`,
  'run.over': 'the run is over',
  'cause-own': 'is about a message of this trigger, and opens nothing of it',
  'event-historical': 'is historical: it is remembered, opens nothing and sends nothing',
  'event-repeated': 'came before under this messageId: counts once',
  'event-unknown': 'something that decides is unknown: it neither opens nor moves on',
  'event-ahead': 'waits: something is due before it',
  linked: 'this anonymous id is a user from here on: all that is known is handed over',
  'link-moved': 'this anonymous id is another user from here on',
  'handoff-cut': 'too much to hand over: a part gives way',
  'handoff-taken': 'what was known under an anonymous id is taken over',
  'handoff-repeated': 'was handed over before',
  'devices-full': 'too many anonymous ids: the oldest is not asked any more',
  forwarded: 'goes on to the user',
  'person-set-aside': 'cannot be applied: this person is set aside, and what was not sent is recalled',
  'person-aside': 'is kept for later: this person is set aside',
  'person-released': 'this person is released: nothing is known of the time in between',
  probed: 'the anonymous ids are asked whether more is under way',
  answered: 'no more is under way under any of the ids',
  'answer-repeated': 'answers what is not asked',
  'attempt.met': 'meets an attempt that began under another id: they are one',
  'ahead-full': 'too many events wait: the oldest is applied at once',
  'event-late': 'came too late to open or to move on',
  'late-cancel': 'would have prevented a message that is gone already',
  'cause-too-deep': 'is too many messages deep: opens nothing',
  'condition-unknown': 'the condition is unknown: nothing is sent',
  'opening-unknown': 'opens nothing: whether an exit has happened since is not remembered any more',
  'opening-exited': 'opens nothing: an exit has happened since',
  'run-exited': 'nothing is sent: an exit state holds',
  'run-limited': 'nothing is sent: the limit is reached',
  'run-withdrawn': 'its version is no longer in force',
  'run-awaits': 'its version is not published here yet: nothing of it is decided until it is',
  'run-published': 'its version is published here now: it goes on',
  'run-unpublished': 'its version was not published here in time: what was not sent is recalled',
  'trigger-paused': 'opens nothing: the trigger is paused, with entries closed',
  'runs-full': 'opens nothing: this person has as many runs as there may be',
  'guard-false': 'nothing is sent: the guard says no',
  'guard-unknown': 'nothing is sent: the guard is unknown',
  'branch-unknown': 'neither branch: the test is unknown',
  'held-out': 'held out: nothing more is sent, its goal is watched',
  'goal-reached': 'reached its goal',
  'goal-value-unknown': 'the value of the goal is unknown',
  'goals-full': 'no longer watched for its goal: too many are',
  'since-unknown': 'the wait counts from the step before: what it is since never happened',
  'aggregate-unknown': 'a value that is counted for a segment is unknown and left out',
  'aggregate-late': 'too old to count for a segment',
  'aggregate-coarse': 'so many values that a segment counts the older ones by the day',
  'distinct-full': 'so many different values that a segment keeps only the newest',
  'historical-past': 'is history: the silence after it was over when it came, and is not told',
  'date-past': 'the date is over: it opens nothing',
  'round-passed': 'by the new default zone a day of the schedule is over already: it is passed over',
  'date-unknown': 'the trait is no date',
  'dates-full': 'awaits as many dates as there may be: this one is not awaited',
  'member-unknown': 'not known to be in the segment: the schedule passes',
  'zone-unknown': "the person's zone is not known: the default counts",
  'data-unknown': 'a value of the message is unknown and left out',
  'data-too-large': 'a value of the message is too large and left out',
  'item-unknown': 'a value of a list item is unknown',
  'kept-too-large': 'the event is too large to be kept',
  'list-too-large': 'the list is too large: its oldest items give way',
  'history-forgotten': 'is not counted: it is history so old that it may have been counted before',
  'remembered-full': 'too much is remembered: what would end first gives way; how far is kept',
  'happened-full': 'a wait or a goal of another id may not hear of an event: too many are kept, or it is too large',
  'messages-forgotten': 'too many message ids: the oldest are forgotten early',
  'traits-too-large': 'the traits are too large: nothing of this was taken',
  'action-silent': 'nothing was heard of the message: taken as unknown',
};
