/**
 * Times are epoch seconds (UTC instants); the calendar is Asia/Shanghai, which has had a constant
 * offset of +08:00 since 1991, so conversion is arithmetic. Days are counted from 1970-01-01 of the
 * local calendar. Periods are half-open `[from, to)`.
 */
export const SHANGHAI_OFFSET_S = 8 * 3600;
export const DAY_S = 86_400;

export interface Period {
  /** First local day, `YYYY-MM-DD`. */
  readonly from: string;
  /** The local day after the last, `YYYY-MM-DD`. */
  readonly to: string;
}

/** Local day number of an epoch second. */
export function dayOf(epochS: number): number {
  return Math.floor((epochS + SHANGHAI_OFFSET_S) / DAY_S);
}

/** Seconds since local midnight, 0 … 86399. */
export function secondOfDay(epochS: number): number {
  const s = (epochS + SHANGHAI_OFFSET_S) % DAY_S;
  return s < 0 ? s + DAY_S : s;
}

/** Epoch second at which a local day begins. */
export function startOfDay(day: number): number {
  return day * DAY_S - SHANGHAI_OFFSET_S;
}

/** Monday 0 … Sunday 6; 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** `YYYY-MM-DD` of a local day number. */
export function formatDay(day: number): string {
  return new Date(day * DAY_S * 1000).toISOString().slice(0, 10);
}

/** Local day number of `YYYY-MM-DD`, or undefined when it is no date of the calendar. */
export function parseDay(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text) return undefined;
  return ms / (DAY_S * 1000);
}

/** ISO text with the Shanghai offset, e.g. `2025-01-31T08:05:00+08:00`. */
export function formatTime(epochS: number): string {
  return `${new Date((epochS + SHANGHAI_OFFSET_S) * 1000).toISOString().slice(0, 19)}+08:00`;
}
