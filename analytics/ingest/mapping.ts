import { quote } from '../landing/duck.js';
import { type ColumnKind, TABLES, type TableName } from '../model/tables.js';
import type { Lookup, Mapping } from './dialect.js';
import { textOf } from './values.js';

/** SQL of a mapped column over the fields of a file: text, null when empty. */
export function mappingSql(
  mapping: Mapping,
  field: (column: string) => string,
  kind: ColumnKind,
  trim: boolean,
): string {
  const text = (column: string) => textOf(field(column), kind, trim);
  const inner = (m: Mapping) => mappingSql(m, field, kind, trim);
  if (typeof mapping === 'string') return text(mapping);
  if ('constant' in mapping) return `${quote(mapping.constant)}`;
  if ('take' in mapping) return `left(${text(mapping.from)}, ${mapping.take})`;
  if ('lookup' in mapping) {
    const found = `(SELECT l.value FROM ${lookupTable(mapping.lookup)} l WHERE l.key = ${text(mapping.from)})`;
    return mapping.else === undefined ? found : `coalesce(${found}, ${inner(mapping.else)})`;
  }
  if ('map' in mapping) {
    const cases = Object.entries(mapping.map)
      .map(([from, to]) => `WHEN ${quote(from)} THEN ${quote(to)}`)
      .join(' ');
    const other = mapping.else === undefined ? text(mapping.from) : inner(mapping.else);
    return `CASE ${text(mapping.from)} ${cases} ELSE ${other} END`;
  }
  if ('first' in mapping) return `coalesce(${mapping.first.map(inner).join(', ')})`;
  if ('concat' in mapping)
    return `nullif(concat_ws(${quote(mapping.separator ?? '')}, ${mapping.concat.map(inner).join(', ')}), '')`;
  const parts = mapping.hash.map((m) => `coalesce(${inner(m)}, '')`).join(', chr(31), ');
  return `md5(concat(${parts}))`;
}

/** Name of the temporary table (key, value) that a lookup reads, one row a key. */
export function lookupTable(lookup: Lookup): string {
  return `lookup_${lookup.table}_${lookup.key}_${lookup.value}`;
}

export function kindOf(table: TableName, column: string): ColumnKind {
  return (TABLES[table].columns as Record<string, ColumnKind>)[column] as ColumnKind;
}
