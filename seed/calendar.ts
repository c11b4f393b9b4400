import { formatDay, parseDay, startOfDay, weekdayOf } from '../analytics/model/time.js';

/**
 * The year that the synthetic world lives through. Inside the seed, days count from the first of
 * January (0 … 364) and times are seconds from that midnight; only writing turns them into dates.
 */
export const FIRST_DAY = parseDay('2025-01-01') as number;
export const DAYS = 365;
export const DAY = 86_400;
/** Epoch second of time 0. */
export const EPOCH = startOfDay(FIRST_DAY);

/** What kind of day it is for opening hours. */
export const WORKDAY = 0;
export const SATURDAY = 1;
export const SUNDAY = 2;
export const HOLIDAY = 3;
export const DAY_CLASSES = 4;

const holidays: ReadonlyArray<readonly [string, string]> = [
  ['2025-01-01', '2025-01-01'],
  ['2025-01-28', '2025-02-04'],
  ['2025-04-04', '2025-04-06'],
  ['2025-05-01', '2025-05-05'],
  ['2025-05-31', '2025-06-02'],
  ['2025-10-01', '2025-10-08'],
];
/** Week-end days worked in exchange for the long holidays. */
const madeUp = ['2025-01-26', '2025-02-08', '2025-04-27', '2025-09-28', '2025-10-11'];

const dayIndex = (text: string) => (parseDay(text) as number) - FIRST_DAY;

export const weekday = (day: number) => weekdayOf(FIRST_DAY + day);

const classes = Uint8Array.from({ length: DAYS + 60 }, (_, i) => {
  const w = weekday(i);
  return w === 5 ? SATURDAY : w === 6 ? SUNDAY : WORKDAY;
});
for (const day of madeUp) classes[dayIndex(day)] = WORKDAY;
for (const [from, to] of holidays) classes.fill(HOLIDAY, dayIndex(from), dayIndex(to) + 1);

export const dayClass = (day: number) => (day < 0 ? WORKDAY : (classes[day] as number));

const spring = [dayIndex('2025-01-28'), dayIndex('2025-02-04')] as const;

/** The days around New Year's Eve of the old calendar, when small places stay shut. */
export const isSpringFestival = (day: number) => day >= spring[0] && day <= spring[1];

/** Illness by season: respiratory winters, a small summer peak of the gut. */
export function season(day: number): number {
  const winter = Math.cos(((day - 15) / 365) * 2 * Math.PI);
  const summer = Math.exp(-(((day - 205) / 25) ** 2));
  return 1 + 0.28 * winter + 0.12 * summer;
}

/** How many people go out for their health on a day, by kind of place. */
export function busyness(day: number, place: 'hospital' | 'pharmacy'): number {
  if (isSpringFestival(day)) return place === 'hospital' ? 0.3 : 0.4;
  const base = [
    [1.18, 1.05, 1, 0.98, 0.97],
    [1.0, 0.98, 0.98, 1, 1.05],
  ][place === 'hospital' ? 0 : 1] as number[];
  switch (dayClass(day)) {
    case WORKDAY:
      return base[Math.min(4, weekday(day))] as number;
    case SATURDAY:
      return place === 'hospital' ? 0.72 : 1.08;
    case SUNDAY:
      return place === 'hospital' ? 0.55 : 1.0;
    default:
      return place === 'hospital' ? 0.5 : 0.72;
  }
}

/** Day of the month, 1 … 31. */
export const dayOfMonth: ReadonlyArray<number> = Array.from({ length: DAYS }, (_, i) =>
  Number(formatDay(FIRST_DAY + i).slice(8)),
);

const dayTexts = new Map<number, string>();
/** `YYYY-MM-DD`. */
export function dayText(day: number): string {
  let text = dayTexts.get(day);
  if (text === undefined) {
    text = formatDay(FIRST_DAY + day);
    dayTexts.set(day, text);
  }
  return text;
}

const clocks: string[] = [];
const two = (n: number) => (n < 10 ? `0${n}` : `${n}`);

/** `YYYY-MM-DD HH:MM:SS` of a time. */
export function timeText(time: number): string {
  const day = Math.floor(time / DAY);
  const s = time - day * DAY;
  let clock = clocks[s];
  if (clock === undefined) {
    clock = ` ${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
    clocks[s] = clock;
  }
  return dayText(day) + clock;
}

export const dayOfTime = (time: number) => Math.floor(time / DAY);
