import type { LandingReader } from '../landing/types.js';
import { invalid, RingfenceError } from '../model/errors.js';
import { formatDay, type Period, parseDay } from '../model/time.js';

/** A week's rebuild looks at so many days. */
export const REBUILD_DAYS = 365;

/** A day is compared with so many days before it that have settlements. */
const LOOK_BACK = 28;
/** Fewer settlements a day than this say nothing about how full a day is. */
const JUDGED_FROM = 20;
/** A last day with less than this share of the usual is a stray date, not a day. */
const THIN = 0.1;
/** A last day whose last settlement comes this long before any usual day's was cut off. */
const CUT_S = 3_600;

interface DayRow extends Record<string, unknown> {
  day: number;
  n: number;
  /** Second of the day of its last settlement with a clock time, −1 without any. */
  last: number;
}

/**
 * The last complete local day of `days` (ascending). A day counts as complete unless the days
 * before it show otherwise: it has hardly any settlements beside them (a mistyped date far ahead),
 * or it ends much earlier than any of them (the export was drawn in its middle).
 */
export function lastCompleteDay(days: readonly DayRow[]): number | undefined {
  for (let i = days.length - 1; i > 0; i--) {
    const here = days[i] as DayRow;
    const before = days.slice(Math.max(0, i - LOOK_BACK), i);
    const counts = before.map((d) => d.n).sort((a, b) => a - b);
    const usual = counts[counts.length >> 1] ?? 0;
    if (usual < JUDGED_FROM) return here.day;
    const ends = before.map((d) => d.last).filter((last) => last >= 0);
    const cut = here.last >= 0 && ends.length > 0 && here.last < Math.min(...ends) - CUT_S;
    if (here.n >= usual * THIN && !cut) return here.day;
  }
  return days[0]?.day;
}

const DAYS_SQL = (reader: LandingReader) => `
  SELECT day::INTEGER AS day, count(*)::INTEGER AS n, max(second)::INTEGER AS last FROM (
    SELECT coalesce(CASE WHEN setl_time >= 57600 OR setl_time < -28800
        THEN floor((setl_time + 28800) / 86400) END,
        enddate - DATE '1970-01-01', begndate - DATE '1970-01-01')::INTEGER AS day,
      CASE WHEN setl_time_clock THEN ((setl_time + 28800) % 86400)::INTEGER ELSE -1 END AS second
    FROM ${reader.sql('setl_d')})
  WHERE day IS NOT NULL GROUP BY 1 ORDER BY 1 DESC LIMIT 400`;

/** The asked period, with what was not asked filled in from the data. */
export async function periodOf(
  reader: LandingReader,
  asked: { from?: string | undefined; to?: string | undefined },
): Promise<Period> {
  let to = asked.to === undefined ? undefined : parseDay(asked.to);
  if (asked.to === undefined) {
    const days = reader.has('setl_d') ? await reader.rows<DayRow>(DAYS_SQL(reader)) : [];
    const last = lastCompleteDay(days.reverse());
    if (last === undefined)
      throw new RingfenceError(
        'conflict',
        'No settlements have been imported',
        'Run `ringfence import DIR` first.',
      );
    to = last + 1;
  }
  const from = asked.from === undefined ? (to ?? 0) - REBUILD_DAYS : parseDay(asked.from);
  if (to === undefined || from === undefined)
    throw invalid(`${asked.from} to ${asked.to} is no period`, 'Write days as YYYY-MM-DD.');
  if (from >= to)
    throw invalid(
      `The period ${formatDay(from)} to ${formatDay(to)} is empty`,
      'Let --from stand before --to.',
    );
  return { from: formatDay(from), to: formatDay(to) };
}
