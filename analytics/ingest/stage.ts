import { type Duck, ident, quote } from '../landing/duck.js';
import { type ColumnKind, landedColumns, TABLES, type TableName } from '../model/tables.js';
import type { ResolvedHeader } from './headers.js';
import { kindOf, mappingSql } from './mapping.js';
import {
  clockAloneSql,
  dateSql,
  hasClockSql,
  intSql,
  mangledSql,
  moneySql,
  numberSql,
  timeSql,
  WRONG,
} from './values.js';

/** Rows of one file on their way into a table. */
export interface StageInput {
  readonly table: TableName;
  /** A relation with the fields as text columns `f0`, `f1` …; and `line` where `numbered`. */
  readonly from: string;
  readonly numbered: boolean;
  /** Number of the first row where rows number themselves: 2 below a CSV header, 1 in Parquet. */
  readonly firstLine: number;
  readonly header: ResolvedHeader;
  /** Fields may have blanks or an apostrophe around them. */
  readonly padded: boolean;
  /** Zone of times that name none, seconds east. */
  readonly utcOffset: number;
}

export interface StageCounts {
  readonly rows: number;
  readonly rejected: number;
  /** Identifiers that a spreadsheet had turned into numbers. */
  readonly mangled: number;
}

/** The name that a time's companion has in landing. */
const clockOf = (column: string) => `${column}_clock`;

/**
 * Makes the temporary table `name` with a row for every row of the file, in order: the landed
 * columns, `bad` (index of the first column that is wrong, else null), `bad_text`, `line`.
 */
export async function stageFile(duck: Duck, name: string, input: StageInput): Promise<StageCounts> {
  await duck.run(`CREATE OR REPLACE TEMP TABLE ${name} AS ${stageSql(input)}`);
  const [row] = await duck.rows<{ rows: number; rejected: number; mangled: number | null }>(
    `SELECT count(*) AS rows, count(bad) AS rejected,
      sum(mangled) FILTER (bad IS NULL)::BIGINT AS mangled FROM ${name}`,
  );
  return { rows: row?.rows ?? 0, rejected: row?.rejected ?? 0, mangled: row?.mangled ?? 0 };
}

/** Rejected rows of a staged file in order: line, column, text, reason. */
export function rejectedSql(name: string, input: StageInput): string {
  const columns = Object.keys(TABLES[input.table].columns);
  const label = (what: (column: string) => string) =>
    `CASE bad ${columns.map((c, i) => `WHEN ${i} THEN ${quote(what(c))}`).join(' ')} END`;
  return `SELECT ${lineOf(input)} AS line, ${label((c) => c)} AS "column",
    coalesce(bad_text, '') AS value,
    CASE WHEN bad_text IS NULL THEN 'empty key'
      ELSE ${label((c) => WRONG[kindOf(input.table, c)])} END AS reason
    FROM ${name} WHERE bad IS NOT NULL ORDER BY line`;
}

/** Accepted rows of a staged file with the landed columns and `file_order`. */
export function acceptedSql(name: string, input: StageInput, file: string, order: number): string {
  const own = landedColumns(input.table)
    .filter((c) => c.name !== 'src_file' && c.name !== 'src_row')
    .map((c) => ident(c.name));
  return `SELECT ${own.join(', ')}, ${quote(file)} AS src_file, ${lineOf(input)} AS src_row,
    ${order} AS file_order FROM ${name} WHERE bad IS NULL`;
}

function lineOf(input: StageInput): string {
  return input.numbered ? 'line' : `rowid + ${input.firstLine}`;
}

/** Text by mapping, then values by kind, then what is wrong: three layers, each computed once. */
export function stageSql(input: StageInput): string {
  const { table, header } = input;
  const columns = Object.entries(TABLES[table].columns) as Array<[string, ColumnKind]>;
  const required = new Set<string>(TABLES[table].required);
  const field = (column: string) => `f${header.fields.get(column)}`;
  const texts = columns.map(([column, kind]) => {
    const mapping = header.columns.get(column);
    const sql =
      mapping === undefined ? 'NULL::VARCHAR' : mappingSql(mapping, field, kind, input.padded);
    return `${sql} AS t_${column}`;
  });
  const values = columns.flatMap(([column, kind]) => valueSql(column, kind, input));
  const wrong = columns.flatMap(([column, kind], i) => [
    ...(required.has(column) ? [`WHEN t_${column} IS NULL THEN ${i}`] : []),
    ...(isText(kind) ? [] : [`WHEN t_${column} IS NOT NULL AND v_${column} IS NULL THEN ${i}`]),
  ]);
  const badText = columns.map(([column], i) => `WHEN ${i} THEN t_${column}`).join(' ');
  const ids = columns.filter(([c, kind]) => kind === 'id' && header.columns.has(c));
  const mangled = ids.map(([c]) => `coalesce(${mangledSql(`t_${c}`)}, false)::INTEGER`).join(' + ');
  const landed = columns.flatMap(([column, kind]) => finalSql(table, column, kind));
  const line = input.numbered ? ', line' : '';
  return `SELECT ${landed.join(', ')}, bad, CASE bad ${badText} END AS bad_text, mangled${line} FROM (
    SELECT *, CASE ${wrong.join(' ')} END AS bad, ${mangled || '0'} AS mangled FROM (
      SELECT *, ${values.join(', ')} FROM (
        SELECT ${texts.join(', ')}${line} FROM ${input.from})))`;
}

function isText(kind: ColumnKind): boolean {
  return kind === 'id' || kind === 'code' || kind === 'text';
}

function valueSql(column: string, kind: ColumnKind, input: StageInput): string[] {
  const t = `t_${column}`;
  if (!input.header.columns.has(column)) {
    const none = `NULL::${landedColumns(input.table).find((c) => c.name === column)?.type} AS v_${column}`;
    return kind === 'time' ? [none, `NULL::BOOLEAN AS k_${column}`] : [none];
  }
  switch (kind) {
    case 'money':
      return [`${moneySql(t)} AS v_${column}`];
    case 'number':
      return [`${numberSql(t)} AS v_${column}`];
    case 'int':
      return [`${intSql(t)} AS v_${column}`];
    case 'date':
      return [`${dateSql(t)} AS v_${column}`];
    case 'time':
      return [
        `${timeSql(t, input.utcOffset, column === 'setl_time')} AS v_${column}`,
        `${hasClockSql(t)} AS k_${column}`,
      ];
    default:
      return [`${t} AS v_${column}`];
  }
}

/** A settlement's clock without a date takes the date of the same row, where it has one. */
function finalSql(table: TableName, column: string, kind: ColumnKind): string[] {
  const v = `v_${column}`;
  const plain = `${v} AS ${ident(column)}`;
  if (kind !== 'time') return [plain];
  const clock = ident(clockOf(column));
  if (table !== 'setl_d' || column !== 'setl_time') return [plain, `k_${column} AS ${clock}`];
  const alone = clockAloneSql(`t_${column}`);
  const day = "(coalesce(v_enddate, v_begndate) - DATE '1970-01-01')";
  return [
    `CASE WHEN ${alone} AND ${day} IS NOT NULL THEN ${day}::BIGINT * 86400 + ${v} ELSE ${v} END AS ${ident(column)}`,
    `(k_${column} OR ${alone}) AS ${clock}`,
  ];
}
