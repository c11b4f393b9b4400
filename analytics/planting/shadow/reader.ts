import { existsSync } from 'node:fs';
import { ident, quote } from '../../landing/duck.js';
import type { LandingReader } from '../../landing/types.js';
import { landedColumns, type TableName } from '../../model/tables.js';
import { addedFile, goneFile, SHADOWED } from './rows.js';

/** What tells a row that is gone. */
const KEY: Readonly<Record<(typeof SHADOWED)[number], readonly string[]>> = {
  setl_d: ['setl_id'],
  mdtrt_d: ['mdtrt_id'],
  fee_list_d: ['setl_id'],
  drug_trac_d: ['setl_id'],
  invt_d: [],
  psn_b: ['psn_no'],
  rltn_d: ['src_kind', 'src', 'rltn', 'dst_kind', 'dst'],
};

/**
 * Landing as it would be with what `folder` holds: the same rows but for those that are gone, and the added
 * ones. Views in the reader's own connection; whoever reads through it cannot tell. It is closed with `reader`.
 */
export async function shadowReader(reader: LandingReader, folder: string): Promise<LandingReader> {
  const over = new Set<TableName>();
  for (const table of SHADOWED) {
    if (!reader.has(table) || !existsSync(addedFile(folder, table))) continue;
    over.add(table);
    const columns = landedColumns(table).map((c) => ident(c.name));
    const without =
      KEY[table].length > 0 && existsSync(goneFile(folder, table))
        ? `ANTI JOIN read_parquet(${quote(goneFile(folder, table))}) g
           ON ${KEY[table].map((k) => `g.${k} = a.${k}`).join(' AND ')}`
        : '';
    for (const [name, base] of [
      [`shadow_${table}`, reader.sql(table)],
      [`shadow_latest_${table}`, reader.latest(table)],
    ])
      await reader.run(`CREATE OR REPLACE TEMP VIEW ${name} AS
        SELECT ${columns.map((c) => `a.${c}`).join(', ')} FROM ${base} a ${without}
        UNION ALL SELECT ${columns.join(', ')} FROM read_parquet(${quote(addedFile(folder, table))})`);
  }
  return {
    ...reader,
    sql: (table) => (over.has(table) ? `shadow_${table}` : reader.sql(table)),
    latest: (table) => (over.has(table) ? `shadow_latest_${table}` : reader.latest(table)),
  };
}
