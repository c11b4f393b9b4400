import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { invalid } from '../model/errors.js';
import { TABLE_NAMES, type TableName } from '../model/tables.js';
import type { Dialect, SourceSpec } from './dialect.js';

/** A file that feeds a table in one way; one file may feed several tables. */
export interface SourceUse {
  readonly name: string;
  readonly table: TableName;
  readonly source: SourceSpec;
  /** Place of the source in its table's list: later ones win over earlier ones. */
  readonly order: number;
}

const READABLE = /\.(csv|csv\.gz|parquet)$/i;

/** `*` stands for anything; case does not matter. */
function matcher(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`, 'i');
}

/** The tables that a file of this name feeds, whatever kind of file it is. */
function fitting(name: string, dialect: Dialect): Array<SourceUse & { weight: number }> {
  const base = READABLE.test(name) ? name.replace(READABLE, '') : name.replace(/\..*$/, '');
  const fits: Array<SourceUse & { weight: number }> = [];
  for (const table of TABLE_NAMES)
    (dialect.tables[table] ?? []).forEach((source, order) => {
      const weights = source.files.filter((p) => matcher(p).test(base)).map((p) => p.length);
      if (weights.length > 0)
        fits.push({ name, table, source, order, weight: Math.max(...weights) });
    });
  return fits;
}

function remedyFor(names: readonly string[], sealed: readonly string[]): string {
  if (sealed.length > 0) return `Save ${sealed.slice(0, 10).join(', ')} as .csv`;
  if (names.length === 0) return 'Name the directory that holds the tables';
  return `It has ${names.slice(0, 10).join(', ')}; name another directory or another --dialect`;
}

/**
 * Which files of a directory feed which tables, in name order. Of the patterns that a file fits the
 * longest counts (`setl_d*` before `s*`). Refuses a directory without settlements.
 */
export function findSources(
  dir: string,
  shown: string,
  dialect: Dialect,
): { uses: SourceUse[]; warnings: string[] } {
  const all = readdirSync(dir)
    .filter((n) => !n.startsWith('.'))
    .filter((n) => statSync(join(dir, n), { throwIfNoEntry: false })?.isFile() === true)
    .sort();
  const names = all.filter((n) => READABLE.test(n));
  const uses: SourceUse[] = [];
  // A workbook or an archive of a table is a table that its owner believes to be read.
  const sealed = all.filter((n) => !READABLE.test(n) && fitting(n, dialect).length > 0);
  const warnings = sealed.map((n) => `${n} is not read: only .csv, .csv.gz and .parquet are`);
  for (const name of names) {
    const fits = fitting(name, dialect);
    const best = Math.max(...fits.map((f) => f.weight));
    if (fits.length === 0)
      warnings.push(`${name} is no table of the dialect ${dialect.name}: not read`);
    for (const { weight, ...use } of fits) if (weight === best) uses.push(use);
  }
  if (!uses.some((u) => u.table === 'setl_d')) {
    const wanted = (dialect.tables.setl_d ?? []).flatMap((s) => s.files).join(', ');
    throw invalid(
      `${shown} has no settlements: no file ${wanted} (.csv, .csv.gz or .parquet)`,
      remedyFor(
        names,
        sealed.filter((n) => fitting(n, dialect).some((f) => f.table === 'setl_d')),
      ),
    );
  }
  return { uses, warnings };
}
