/** What clocks on the wall of some zones showed, walked through minute by minute; of the years before any data set disputes it. */
export const FROM = Date.parse('2015-12-01T00:00:00Z');
export const UNTIL = Date.parse('2017-03-20T00:00:00Z');
export const ZONES = [
  ...['Europe/Berlin', 'America/New_York', 'Australia/Sydney', 'Australia/Lord_Howe', 'America/Sao_Paulo'],
  ...['Pacific/Auckland', 'Asia/Tokyo', 'Asia/Kolkata', 'UTC'],
];
export const MINUTE = 60_000;
export const DAY = 1_440;
/** Offsets change on the half hour in all of them. */
const LOOK_MINUTES = 30;

export type Wall = {
  /** The wall's minute (since 1970, as if it were UTC) at a minute of the world. */
  readonly shownAt: (minute: number) => number;
  /** The instant at which the wall shows that minute for the first time, or passes over it. */
  readonly firstShown: (wall: number) => number | undefined;
};

const walls = new Map<string, Wall>();

export function wallOf(zone: string): Wall {
  const known = walls.get(zone);
  if (known !== undefined) return known;
  const base = FROM / MINUTE - 2 * DAY;
  const first = new Float64Array((UNTIL - FROM) / MINUTE + 4 * DAY);
  const offsets: number[] = [];
  const begin = FROM / MINUTE;
  let highest = begin - 2 * DAY;
  for (let minute = begin; minute < UNTIL / MINUTE; minute++) {
    const index = Math.floor((minute - begin) / LOOK_MINUTES);
    offsets[index] ??= offsetAt(zone, minute);
    const shown = minute + offsets[index];
    if (minute === begin) highest = shown - 1;
    for (let each = highest + 1; each <= shown; each++) first[each - base] = minute * MINUTE;
    highest = Math.max(highest, shown);
  }
  const shownAt = (minute: number): number => minute + (offsets[Math.floor((minute - begin) / LOOK_MINUTES)] as number);
  const wall = { shownAt, firstShown: (at: number) => first[at - base] || undefined };
  walls.set(zone, wall);
  return wall;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetAt(timeZone: string, minute: number): number {
  const fields = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...fields });
  formats.set(timeZone, format);
  const parts = new Map(format.formatToParts(minute * MINUTE).map(({ type, value }) => [type, Number(value)]));
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute')) / MINUTE - minute;
}

/** Day after day on the calendar, by walking. */
export function calendarDays(): readonly {
  readonly day: number;
  readonly iso: string;
  readonly weekday: string;
  readonly isLast: boolean;
}[] {
  const days = [];
  const names = new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: 'UTC' });
  for (let day = FROM / MINUTE / DAY - 1; day <= UNTIL / MINUTE / DAY; day++) {
    const iso = isoOf(day);
    days.push({ day, iso, weekday: names.format(day * DAY * MINUTE).toLowerCase(), isLast: isoOf(day + 1).endsWith('-01') });
  }
  return days;
}

export const isoOf = (day: number): string => new Date(day * DAY * MINUTE).toISOString().slice(0, 10);
export const dayOf = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / MINUTE / DAY;
