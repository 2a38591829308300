/** Reason codes in a reader's words; one that is not here is shown as it is. */
const REASONS = {
  stopped: 'stopped by hand',
  'trigger-withdrawn': 'the trigger was withdrawn',
  recalled: 'taken back before it went',
  expired: 'came too late to be of use',
  'trigger-paused': 'the trigger is paused',
  stale: 'came later than the trigger’s grace',
  'attempts-exhausted': 'tried too often',
  'profile-behind': 'waits for the person’s profile',
  'no-address': 'no address on this channel',
  'no-consent': 'no consent for this purpose',
  suppressed: 'this address must not be written to',
  'handed-over': 'handed to the channel',
  deferred: 'put off by the provider',
  silent: 'the provider never answered',
  exit: 'they did what ends it',
  violated: 'it happened after all',
  withdrawn: 'the trigger was withdrawn',
};
export const reasonInWords = (code) => (code === undefined ? '' : (REASONS[code] ?? code.replaceAll('-', ' ')));

/** `u:ada` is ada; `a:4f…` is a visitor without a name. */
export function personInWords(person) {
  const id = String(person).slice(2);
  return String(person).startsWith('a:') ? `visitor ${id}` : id;
}

const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const minute = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

const isInstant = (at) => Number.isFinite(at) && Math.abs(at) <= 8.64e15;
/** Milliseconds of an instant that came as a number or as text. */
export const instantOf = (at) => (typeof at === 'number' || /^-?\d+$/.test(at) ? Number(at) : Date.parse(at));

export const clockTime = (at) => (isInstant(at) ? timeOfDay.format(at) : '');
/** The time of day for what is of the day of `now`, with the day before it for the rest. */
export function when(at, now) {
  if (!isInstant(at)) return '';
  return day.format(at) === day.format(now) ? minute.format(at) : `${day.format(at)}, ${minute.format(at)}`;
}
export const fullTime = (at) => (isInstant(at) ? full.format(at) : '');
export const dayAndTime = (at) => (isInstant(at) ? `${day.format(at)}, ${timeOfDay.format(at)}` : '');
