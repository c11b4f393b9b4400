import { RingfenceError } from '../../model/errors.js';
import type { EntityKind } from '../../model/ids.js';
import { ENTITY_KINDS } from '../../model/ids.js';
import { CATALOG, type Session } from './pool.js';

/** Raised with every change of the tables; an older file is migrated, a newer one refused. */
const SCHEMA_VERSION = 2;

/** Takes the tables from the version before to the key's. */
const MIGRATIONS: Readonly<Record<number, string>> = {
  2: 'ALTER TABLE profiles ADD COLUMN parts VARCHAR',
};

/**
 * `nodes.n` numbers the nodes by (kind, id), so that its order is the port's order. `adjacent` holds
 * every relationship twice, once from either end, sorted by (n, kind of the other end, count
 * descending, m): the neighbours of one kind stand together, heaviest first. Both are only ever
 * replaced whole, so row ids are positions. `nodes.body` is what a reader gets, packed into one
 * column because a scattered row costs a block for each column: a JSON array of label, attributes,
 * the number of neighbours of each kind, and where each kind begins in `adjacent`.
 */
const CREATE = `
CREATE TABLE store (schema_version INTEGER, ledger_version BIGINT);
INSERT INTO store VALUES (${SCHEMA_VERSION}, 0);
CREATE TABLE nodes (
  n INTEGER, k UTINYINT, id VARCHAR, body VARCHAR, degree BIGINT,
  label VARCHAR, attributes VARCHAR, code VARCHAR, name VARCHAR, initials VARCHAR, region VARCHAR);
CREATE TABLE adjacent (
  n INTEGER, mk UTINYINT, count INTEGER, m INTEGER, fen BIGINT, "first" BIGINT, "last" BIGINT);
CREATE TABLE runs (
  seq INTEGER, id VARCHAR, published_at VARCHAR, ledger_version BIGINT, findings INTEGER,
  body VARCHAR);
CREATE TABLE rings (
  seq INTEGER, id VARCHAR, ring VARCHAR, detector VARCHAR, status VARCHAR, change VARCHAR,
  score DOUBLE, fen BIGINT, body VARCHAR);
CREATE TABLE subjects (seq INTEGER, ring VARCHAR, k UTINYINT, id VARCHAR, role VARCHAR);
CREATE TABLE profiles (
  seq INTEGER, k UTINYINT, rank INTEGER, id VARCHAR, score DOUBLE, grade VARCHAR,
  findings VARCHAR, parts VARCHAR);
`;

/** Makes the tables of a new file and migrates older ones; refuses one that a newer program wrote. */
export async function prepareSchema(s: Session): Promise<void> {
  const [found] = await s.rows<{ there: number }>(
    `SELECT count(*) AS there FROM duckdb_tables()
     WHERE database_name = '${CATALOG}' AND table_name = 'store'`,
  );
  if (!found?.there) {
    await s.run(CREATE);
    return;
  }
  const [{ schema_version: version } = { schema_version: 0 }] = await s.rows<{
    schema_version: number;
  }>('SELECT schema_version FROM store');
  if (version > SCHEMA_VERSION)
    throw new RingfenceError(
      'conflict',
      `The graph store has schema ${version}, this program knows ${SCHEMA_VERSION}`,
      'Use the newer program, or move the file away and import again.',
    );
  for (let next = version + 1; next <= SCHEMA_VERSION; next++) {
    await s.run(MIGRATIONS[next]!);
    await s.run(`UPDATE store SET schema_version = ${next}`);
  }
}

export function kindCode(kind: EntityKind): number {
  return ENTITY_KINDS.indexOf(kind);
}

export function kindOf(code: number): EntityKind {
  return ENTITY_KINDS[code] as EntityKind;
}

/** SQL that turns a column of kind names into codes; an unknown kind is an error, not a null. */
export function kindCodeSql(column: string): string {
  const cases = ENTITY_KINDS.map((kind, i) => `WHEN '${kind}' THEN ${i}`).join(' ');
  return `(CASE ${column} ${cases} ELSE error('unknown kind ' || coalesce(${column}, 'null')) END)::UTINYINT`;
}
