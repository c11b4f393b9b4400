import { invalid } from '../model/errors.js';
import { TABLES, type TableName } from '../model/tables.js';
import { columnsRead, type Dialect, type Mapping, type SourceSpec } from './dialect.js';

/** What to make of one file's header. */
export interface ResolvedHeader {
  /** Index of each source column that is read, by the name that the mapping uses. */
  readonly fields: ReadonlyMap<string, number>;
  /** How each of our columns is made; those not here are empty. */
  readonly columns: ReadonlyMap<string, Mapping>;
  readonly warnings: readonly string[];
}

/** Case, width, quotes and blanks do not tell two headings apart. */
export function headingKey(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/^\uFEFF/, '')
    .replace(/[\s'"`“”]+/g, '')
    .toLowerCase();
}

/**
 * Finds our columns in a header, in any order. Refuses a heading that is there twice (also under two
 * names) and a missing column that a row cannot do without; names what is not read.
 */
export function resolveHeader(
  header: readonly string[],
  table: TableName,
  source: SourceSpec,
  dialect: Dialect,
  file: string,
): ResolvedHeader {
  return source.columns
    ? resolveMapped(header, table, source.columns, file)
    : resolveNamed(header, table, source, dialect, file);
}

function resolveNamed(
  header: readonly string[],
  table: TableName,
  source: SourceSpec,
  dialect: Dialect,
  file: string,
): ResolvedHeader {
  const known = new Map<string, string>();
  const columns = Object.keys(TABLES[table].columns);
  for (const column of columns) {
    for (const name of [...(dialect.names?.[column] ?? []), ...(source.names?.[column] ?? [])])
      known.set(headingKey(name), column);
  }
  // What a table's own file says stands before what the dialect says for all tables.
  for (const [column, list] of Object.entries(source.names ?? {}))
    for (const name of list) known.set(headingKey(name), column);
  for (const column of columns) known.set(column, column);

  const unread = new Set((dialect.unread ?? []).map(headingKey));
  const fields = new Map<string, number>();
  const strangers: string[] = [];
  const seen = new Map<string, string>();
  header.forEach((heading, i) => {
    const key = headingKey(heading);
    if (key === '') return;
    const column = known.get(key);
    const identity = column ?? key;
    const before = seen.get(identity);
    if (before !== undefined) throw twice(file, before, heading, column);
    seen.set(identity, heading);
    if (column !== undefined) fields.set(column, i);
    else if (!unread.has(key)) strangers.push(heading.trim());
  });
  const warnings = strangers.map((heading) => {
    const near = nearest(headingKey(heading), [...known.keys()]);
    const hint = near === undefined ? '' : `; nearest known: ${near}`;
    return `${file}: column ${heading} is not known and not read${hint}`;
  });
  requireColumns(table, fields, file, strangers, dialect);
  return { fields, columns: new Map([...fields.keys()].map((c) => [c, c])), warnings };
}

function requireColumns(
  table: TableName,
  fields: ReadonlyMap<string, number>,
  file: string,
  strangers: readonly string[],
  dialect: Dialect,
): void {
  const missing = TABLES[table].required.filter((c) => !fields.has(c));
  if (missing.length === 0) return;
  const titles = missing.map((c) => {
    const title = dialect.names?.[c]?.[0];
    return title ? `${c} (${title})` : c;
  });
  const seen = strangers.length > 0 ? `; not recognised: ${strangers.join(', ')}` : '';
  throw invalid(
    `${file} has no column ${titles.join(', ')}${seen}`,
    'Name the columns as in the platform, or map them in a dialect file',
  );
}

function resolveMapped(
  header: readonly string[],
  table: TableName,
  columns: Readonly<Record<string, Mapping>>,
  file: string,
): ResolvedHeader {
  const at = new Map<string, number>();
  header.forEach((heading, i) => {
    const key = headingKey(heading);
    if (key === '') return;
    const before = at.get(key);
    if (before !== undefined) throw twice(file, header[before] as string, heading, undefined);
    at.set(key, i);
  });
  const fields = new Map<string, number>();
  const made = new Map<string, Mapping>();
  const warnings: string[] = [];
  for (const [column, mapping] of Object.entries(columns)) {
    const needed = columnsRead(mapping);
    const missing = needed.filter((c) => !at.has(headingKey(c)));
    if (missing.length > 0) {
      const text = `${file} has no column ${missing.join(', ')}, from which the dialect makes ${column}`;
      const required = (TABLES[table].required as readonly string[]).includes(column);
      if (required) throw invalid(text, 'Correct the dialect file, or the export');
      warnings.push(`${text}; it stays empty`);
      continue;
    }
    for (const c of needed) fields.set(c, at.get(headingKey(c)) as number);
    made.set(column, mapping);
  }
  const lacking = TABLES[table].required.filter((c) => !made.has(c));
  if (lacking.length > 0)
    throw invalid(
      `The dialect does not say how ${lacking.join(', ')} of ${table} is made from ${file}`,
      'Add it to the dialect file',
    );
  return { fields, columns: made, warnings };
}

function twice(file: string, first: string, second: string, column: string | undefined) {
  const both = first === second ? `column ${second} twice` : `columns ${first} and ${second}`;
  const why = column !== undefined && first !== second ? `, which both mean ${column}` : '';
  return invalid(
    `${file} has ${both}${why}`,
    'Leave one of them out, so that it is clear which counts',
  );
}

/** The known name that the fewest edits away, when they are few for its length. */
export function nearest(text: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const distance = editDistance(text, name);
    if (distance < least || (distance === least && best !== undefined && name < best)) {
      least = distance;
      best = name;
    }
  }
  return least <= Math.max(1, Math.ceil(text.length / 2)) ? best : undefined;
}

/** Levenshtein (1965): insertions, deletions and substitutions. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (row[j] as number) + 1,
          (next[j - 1] as number) + 1,
          (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] as number;
}
