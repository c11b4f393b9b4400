import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type Duck, ident, quote } from '../landing/duck.js';
import { invalid } from '../model/errors.js';
import type { TableName } from '../model/tables.js';
import type { ResolvedHeader } from './headers.js';
import { kindOf } from './mapping.js';

export interface ParquetColumn {
  readonly name: string;
  readonly type: string;
}

export async function parquetHeader(
  duck: Duck,
  path: string,
  name: string,
): Promise<ParquetColumn[]> {
  try {
    const rows = await duck.rows<{ column_name: string; column_type: string }>(
      `DESCRIBE SELECT * FROM read_parquet(${quote(path)})`,
    );
    return rows.map((r) => ({ name: r.column_name, type: r.column_type }));
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw invalid(`${name} cannot be read as Parquet: ${why}`, 'Export the table again');
  }
}

/** The columns that are read, as the text that a CSV export would have, named f0, f1 … by place. */
export function parquetRelation(
  path: string,
  columns: readonly ParquetColumn[],
  header: ResolvedHeader,
  table: TableName,
): string {
  const money = new Set<string>();
  for (const [column, mapping] of header.columns)
    if (typeof mapping === 'string' && kindOf(table, column) === 'money') money.add(mapping);
  const fields = [...header.fields].map(([name, i]) => {
    const column = columns[i] as ParquetColumn;
    return `${textSql(ident(column.name), column.type, money.has(name))} AS f${i}`;
  });
  return `(SELECT ${fields.join(', ')} FROM read_parquet(${quote(path)}))`;
}

function textSql(column: string, type: string, money: boolean): string {
  if (type === 'DOUBLE' || type === 'FLOAT') {
    const whole = `${column} = trunc(${column}) AND abs(${column}) < 1e15`;
    // Binary fractions: what is less than a thousandth of a fen is not meant.
    const other = money ? `printf('%.5f', ${column}::DOUBLE)` : `${column}::VARCHAR`;
    return `CASE WHEN ${whole} THEN ${column}::BIGINT::VARCHAR ELSE ${other} END`;
  }
  if (type === 'TIMESTAMP WITH TIME ZONE')
    return `(${column} AT TIME ZONE 'Asia/Shanghai')::VARCHAR`;
  if (type === 'BOOLEAN') return `CASE WHEN ${column} THEN '1' WHEN NOT ${column} THEN '0' END`;
  return `${column}::VARCHAR`;
}

export async function digestParquet(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
