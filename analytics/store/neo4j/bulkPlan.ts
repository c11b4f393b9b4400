import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LedgerVersion } from '../../landing/types.js';
import { invalid } from '../../model/errors.js';

/** What a directory of CSV for `neo4j-admin` holds; written last, so that without it nothing is whole. */
export interface BulkPlan {
  readonly database: string;
  /** The ledger version that the graph will show. */
  readonly version: LedgerVersion;
  /** Whether a code or name goes over several lines. */
  readonly multiline: boolean;
  /** Labels and types, each with its two files. */
  readonly nodes: readonly string[];
  readonly relationships: readonly string[];
}

/** Between the elements of a list: no code or name has it. */
export const BETWEEN = '\u001f';

const PLAN = 'bulk.json';

export function bulkFiles(dir: string, name: string): { heading: string; data: string } {
  return { heading: join(dir, `${name}.header.csv`), data: join(dir, `${name}.csv`) };
}

export function writePlan(dir: string, plan: BulkPlan): void {
  writeFileSync(join(dir, PLAN), `${JSON.stringify(plan, null, 1)}\n`);
}

export function dropPlan(dir: string): void {
  rmSync(join(dir, PLAN), { force: true });
}

/** Throws `invalid` where `dir` holds no whole export. */
export function readPlan(dir: string): BulkPlan {
  try {
    return JSON.parse(readFileSync(join(dir, PLAN), 'utf8')) as BulkPlan;
  } catch {
    throw invalid(
      `${dir} holds no graph for neo4j-admin`,
      'Write it first: ringfence graph export --format neo4j-csv --out DIR.',
    );
  }
}

/**
 * What to run, program first, with the database stopped: everything in it is replaced. A row twice
 * or a relationship without its end is a failure, not a warning.
 */
export function bulkCommand(dir: string, plan: BulkPlan, tool = 'neo4j-admin'): string[] {
  const both = (name: string) => {
    const { heading, data } = bulkFiles(dir, name);
    return `${name}=${heading},${data}`;
  };
  return [
    ...[tool, 'database', 'import', 'full', plan.database, '--overwrite-destination=true'],
    ...['--id-type=string', '--bad-tolerance=0', `--multiline-fields=${plan.multiline}`],
    ...['--delimiter=,', '--array-delimiter=U+001F', '--quote="', '--input-encoding=UTF-8'],
    ...['--trim-strings=false', '--ignore-empty-strings=false', '--legacy-style-quoting=false'],
    `--report-file=${join(dir, 'import.report')}`,
    ...plan.nodes.map((name) => `--nodes=${both(name)}`),
    ...plan.relationships.map((name) => `--relationships=${both(name)}`),
  ];
}
