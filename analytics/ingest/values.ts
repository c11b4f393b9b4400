import { quote } from '../landing/duck.js';
import type { ColumnKind } from '../model/tables.js';

/**
 * SQL that turns one text value of a bureau's file into what landing stores. Every expression takes
 * a column of text, null when empty, and is null when the text is not of its kind: a text that is
 * there with a value that is not is a rejected row.
 */

/** White space that exports put around values: ASCII, no-break, ideographic, byte-order mark. */
const BLANKS = ' \t\r\n\v\f\u00a0\u3000\ufeff';

/** What databases print for nothing. */
const NOTHING = ['', 'NULL', 'null', '\\N'];

/** The text of a field without what surrounds it. `trim` is false where no field of the file needs it. */
export function textOf(field: string, kind: ColumnKind, trim: boolean): string {
  // A ' or TAB before an identifier is how spreadsheets keep it text; names keep their apostrophes.
  const around = kind === 'text' ? BLANKS : `${BLANKS}'`;
  const bare = trim ? `trim(${field}, ${quote(around)})` : field;
  return NOTHING.reduce((sql, nothing) => `nullif(${sql}, ${quote(nothing)})`, bare);
}

/**
 * An optional sign, at most 13 digits before the point and at most two that count after it;
 * thousands may be parted by commas. Fen.
 */
export function moneySql(t: string): string {
  const plain = `regexp_full_match(${t}, '[+-]?([0-9]{1,13}(\\.[0-9]{0,2}0*)?|\\.[0-9]{1,2}0*)')`;
  const grouped = `regexp_full_match(${t}, '[+-]?[0-9]{1,3}(,[0-9]{3}){1,4}(\\.[0-9]{0,2}0*)?')`;
  const fen = (x: string) => `(TRY_CAST(${x} AS DECIMAL(18,2)) * 100)::BIGINT`;
  return `CASE WHEN ${plain} THEN ${fen(t)} WHEN ${grouped} THEN ${fen(`replace(${t}, ',', '')`)} END`;
}

export function numberSql(t: string): string {
  return `CASE WHEN regexp_full_match(${t}, '[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,2})?')
    THEN TRY_CAST(${t} AS DOUBLE)
    WHEN regexp_full_match(${t}, '[+-]?[0-9]{1,3}(,[0-9]{3})+(\\.[0-9]+)?')
    THEN TRY_CAST(replace(${t}, ',', '') AS DOUBLE) END`;
}

export function intSql(t: string): string {
  return `CASE WHEN regexp_full_match(${t}, '[+-]?[0-9]+(\\.0*)?')
    THEN TRY_CAST(regexp_replace(${t}, '\\..*', '') AS INTEGER) END`;
}

const DATE_PARTS = '([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?';
const CLOCK_PARTS = '([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.][0-9]{1,9})?)?';
const ZONE = 'Z|z|[+-][0-9]{2}(?::?[0-9]{2})?';
const LONG = `(?s)^${DATE_PARTS}(?:[ T]+${CLOCK_PARTS})? *(${ZONE})?$`;
const CLOCK_ALONE = `^${CLOCK_PARTS}$`;

/** A date and perhaps a clock as DuckDB reads it, from any of the accepted forms; null otherwise. */
function timestampSql(t: string): string {
  const at = (from: number, length: number) => `substr(${t}, ${from}, ${length})`;
  const day = `${at(1, 4)} || '-' || ${at(5, 2)} || '-' || ${at(7, 2)}`;
  const part = (name: string) => `lpad(p.${name}, 2, '0')`;
  const parts = `regexp_extract(${t}, ${quote(LONG)}, ['y', 'm', 'd', 'h', 'i', 's', 'z'])`;
  const long = `list_transform([${parts}], lambda p: p.y || '-' || ${part('m')} || '-' || ${part('d')} ||
    CASE WHEN p.h = '' THEN '' ELSE ' ' || ${part('h')} || ':' || ${part('i')} || ':' || ${part('s')} END)[1]`;
  return `TRY_CAST(CASE
    WHEN regexp_full_match(${t}, '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?)?') THEN ${t}
    WHEN regexp_full_match(${t}, '[0-9]{8}') THEN ${day}
    WHEN regexp_full_match(${t}, '[0-9]{14}')
      THEN ${day} || ' ' || ${at(9, 2)} || ':' || ${at(11, 2)} || ':' || ${at(13, 2)}
    WHEN regexp_full_match(${t}, '[0-9]{12}') THEN ${day} || ' ' || ${at(9, 2)} || ':' || ${at(11, 2)} || ':00'
    WHEN regexp_matches(${t}, ${quote(LONG)}) THEN ${long} END AS TIMESTAMP)`;
}

/** Seconds to take from a local time: its own zone where it names one, else the dialect's. */
function offsetSql(t: string, utcOffset: number): string {
  const zone = `regexp_extract(${t}, '[0-9] *(${ZONE})$', 1)`;
  const named = `CASE WHEN upper(${zone}) = 'Z' THEN 0 ELSE
    (CASE WHEN ${zone} LIKE '-%' THEN -1 ELSE 1 END) * (substr(${zone}, 2, 2)::INTEGER * 3600 +
      coalesce(TRY_CAST(right(replace(substr(${zone}, 4), ':', ''), 2) AS INTEGER), 0) * 60) END`;
  return `CASE WHEN regexp_matches(${t}, ':[0-9.]+ *(${ZONE})$') THEN ${named} ELSE ${utcOffset} END`;
}

/** A time of day without a date. */
export function clockAloneSql(t: string): string {
  return `coalesce(regexp_matches(${t}, ${quote(CLOCK_ALONE)}), false)`;
}

/**
 * Epoch seconds. A date alone is its local midnight in Shanghai, whatever the dialect's zone; so is
 * a clock alone, on 1970-01-01 (where `clockAlone` allows it).
 */
export function timeSql(t: string, utcOffset: number, clockAlone: boolean): string {
  const stamp = timestampSql(t);
  const clock = `regexp_extract(${t}, ${quote(CLOCK_ALONE)}, ['h', 'i', 's'])`;
  const alone = `list_transform([${clock}], lambda p: CASE
    WHEN p.h::INTEGER < 24 AND p.i::INTEGER < 60 AND coalesce(nullif(p.s, ''), '0')::INTEGER < 60
    THEN p.h::BIGINT * 3600 + p.i::BIGINT * 60 + coalesce(nullif(p.s, ''), '0')::BIGINT - 28800 END)[1]`;
  return `CASE
    ${clockAlone ? `WHEN ${clockAloneSql(t)} THEN ${alone}` : ''}
    WHEN ${hasClockSql(t)} THEN floor(epoch(${stamp}))::BIGINT - (${offsetSql(t, utcOffset)})
    ELSE floor(epoch(${stamp}))::BIGINT - 28800 END`;
}

/**
 * Whether the text says a time of day. Midnight to the second says none: that is how a date looks
 * after passing through a column that has a clock.
 */
export function hasClockSql(t: string): string {
  return `(length(${t}) > 10 AND NOT regexp_matches(${t}, '[ T]0{1,2}:0{1,2}(:0{1,2}([.]0+)?)?$')
    AND NOT regexp_full_match(${t}, '[0-9]{8}0000(00)?')
    AND regexp_matches(${t}, '[0-9]:[0-9]|^[0-9]{12}'))`;
}

/** DATE of the local calendar; a clock with a zone is moved to Shanghai first. */
export function dateSql(t: string): string {
  const stamp = timestampSql(t);
  return `CASE WHEN regexp_matches(${t}, ':[0-9.]+ *(${ZONE})$')
    THEN (${stamp} + to_seconds(28800 - (${offsetSql(t, 28_800)})))::DATE ELSE ${stamp}::DATE END`;
}

/** An identifier that a spreadsheet turned into a number: digits are lost, the row is kept. */
export function mangledSql(t: string): string {
  return `(contains(${t}, 'E+') AND regexp_full_match(${t}, '[0-9](\\.[0-9]+)?E\\+[0-9]+'))`;
}

/** What a value that is there but not of its kind is called in the reject file. */
export const WRONG: Readonly<Record<ColumnKind, string>> = {
  id: 'empty key',
  code: 'empty key',
  text: 'empty key',
  money: 'not an amount of money with at most two decimal places',
  time: 'not a date or time of the calendar',
  date: 'not a date of the calendar',
  number: 'not a number',
  int: 'not a whole number',
};
