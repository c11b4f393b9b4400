import type { DuckDBAppender } from '@duckdb/node-api';
import type { DetectionRun } from '../../model/finding.js';
import type { WorkContext } from '../../model/progress.js';
import { formatTime } from '../../model/time.js';
import { appendRows } from '../append.js';
import { CATALOG, type Pool, type Session } from './pool.js';
import { kindCode } from './schema.js';

const RUN_TABLES = ['runs', 'rings', 'subjects', 'profiles'] as const;

/** The whole run in one transaction: its sequence number makes it the current one. */
export async function publishRun(pool: Pool, run: DetectionRun, work: WorkContext): Promise<void> {
  await pool.write(async (s) => {
    await deleteRuns(s, 'id = ?', [run.id]);
    const [{ seq } = { seq: 1 }] = await s.rows<{ seq: number }>(
      'SELECT coalesce(max(seq), 0) + 1 AS seq FROM runs',
    );
    const { rings, profiles, ...head } = run;
    await s.run('INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?)', [
      seq,
      run.id,
      formatTime(Math.floor(Date.now() / 1000)),
      run.ledgerVersion,
      rings.filter((r) => r.status === 'finding').length,
      JSON.stringify(head),
    ]);
    work.progress?.({ phase: 'publish', done: 0, total: rings.length + profiles.length });
    await append(s, 'rings', rings, work, (a, ring) => {
      a.appendInteger(seq);
      for (const text of [ring.id, ring.ring, ring.detector, ring.status, ring.change])
        a.appendVarchar(text);
      a.appendDouble(ring.score);
      a.appendBigInt(BigInt(ring.fundAtRisk));
      a.appendVarchar(JSON.stringify(ring));
    });
    const subjects = rings.flatMap((ring) => ring.subjects.map((subject) => ({ ring, subject })));
    await append(s, 'subjects', subjects, work, (a, { ring, subject }) => {
      a.appendInteger(seq);
      a.appendVarchar(ring.id);
      a.appendUTinyInt(kindCode(subject.kind));
      a.appendVarchar(subject.id);
      a.appendVarchar(subject.role);
    });
    await s.run('CREATE OR REPLACE TEMP TABLE st_profiles AS FROM main.profiles LIMIT 0');
    await append(s, 'st_profiles', profiles, work, (a, profile) => {
      a.appendInteger(seq);
      a.appendUTinyInt(kindCode(profile.kind));
      a.appendInteger(0);
      a.appendVarchar(profile.id);
      a.appendDouble(profile.score);
      a.appendVarchar(profile.grade);
      a.appendVarchar(JSON.stringify(profile.findings));
      if (profile.parts) a.appendVarchar(JSON.stringify(profile.parts));
      else a.appendNull();
    });
    await s.run(`
      INSERT INTO main.profiles
      SELECT seq, k, row_number() OVER (PARTITION BY k ORDER BY score DESC, id), id, score, grade,
        findings, parts
      FROM temp.st_profiles ORDER BY k, score DESC, id;
      DROP TABLE temp.st_profiles;`);
  }, work.signal);
}

async function append<T>(
  s: Session,
  table: string,
  values: readonly T[],
  work: WorkContext,
  row: (appender: DuckDBAppender, value: T) => void,
): Promise<void> {
  const catalog = table.startsWith('st_') ? 'temp' : CATALOG;
  const appender = await s.connection.createAppender(table, 'main', catalog);
  await appendRows(appender, [values], row, work.signal);
}

async function deleteRuns(s: Session, where: string, params: readonly string[]): Promise<void> {
  const rows = await s.rows<{ seq: number }>(`SELECT seq FROM runs WHERE ${where}`, params);
  if (rows.length === 0) return;
  const list = rows.map((r) => r.seq).join(', ');
  for (const table of RUN_TABLES) await s.run(`DELETE FROM ${table} WHERE seq IN (${list})`);
}

export async function pruneRuns(
  pool: Pool,
  keep: number,
  pinned: readonly string[],
): Promise<void> {
  await pool.write(async (s) => {
    const newest = `SELECT id FROM runs ORDER BY seq DESC LIMIT ${Math.max(0, Math.floor(keep))}`;
    await deleteRuns(
      s,
      `id NOT IN (${newest}) AND id NOT IN (SELECT unnest(from_json(?, '["VARCHAR"]')))`,
      [JSON.stringify(pinned)],
    );
  });
}
