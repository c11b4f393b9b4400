import type { DetectionRun, Grade, Ring, RiskProfile } from '../../model/finding.js';
import type { EntityKind, EntityRef } from '../../model/ids.js';
import type { RingFacets, RingFilter, RunReader, RunSummary, Standing } from '../port.js';
import type { Pool, Session } from './pool.js';
import { kindCode, kindOf } from './schema.js';

interface ProfileRow {
  k: number;
  id: string;
  score: number;
  grade: string;
  findings: string;
  parts: string | null;
}

const PROFILE_COLUMNS = 'k, id, score, grade, findings, parts';

function toProfile(row: ProfileRow): RiskProfile {
  return {
    kind: kindOf(row.k),
    id: row.id,
    score: row.score,
    grade: row.grade as Grade,
    findings: JSON.parse(row.findings),
    ...(row.parts === null ? {} : { parts: JSON.parse(row.parts) }),
  };
}

/** The sequence number of a run, the newest one's without an id; undefined when there is none. */
async function seqOf(s: Session, run?: string): Promise<number | undefined> {
  const rows =
    run === undefined
      ? await s.rows<{ seq: number }>('SELECT seq FROM runs ORDER BY seq DESC LIMIT 1')
      : await s.rows<{ seq: number }>('SELECT seq FROM runs WHERE id = ?', [run]);
  return rows[0]?.seq;
}

export function runReader(pool: Pool): RunReader {
  return {
    runs: () =>
      pool.read(async (s) => {
        const rows = await s.rows<{ id: string; at: string; v: number; findings: number }>(
          `SELECT id, published_at AS at, ledger_version AS v, findings FROM runs ORDER BY seq DESC`,
        );
        return rows.map(
          (r): RunSummary => ({
            id: r.id,
            publishedAt: r.at,
            ledgerVersion: r.v,
            findings: r.findings,
          }),
        );
      }),
    run: (id) =>
      pool.read(async (s) => {
        const seq = await seqOf(s, id);
        if (seq === undefined) return undefined;
        const [row] = await s.rows<{ body: string }>('SELECT body FROM runs WHERE seq = ?', [seq]);
        return row && (JSON.parse(row.body) as Omit<DetectionRun, 'rings' | 'profiles'>);
      }),
    rings: (filter, run) =>
      pool.read(async (s) => {
        const seq = await seqOf(s, run);
        return seq === undefined ? { total: 0, rings: [] } : ringsOf(s, seq, filter);
      }),
    ring: (id, run) =>
      pool.read(async (s) => {
        const seq = await seqOf(s, run);
        if (seq === undefined) return undefined;
        const [row] = await s.rows<{ body: string }>(
          `SELECT body FROM rings WHERE seq = ?1 AND (id = ?2 OR ring = ?2)
           ORDER BY id = ?2 DESC, score DESC, id LIMIT 1`,
          [seq, id],
        );
        return row && (JSON.parse(row.body) as Ring);
      }),
    facets: (run) =>
      pool.read(async (s) => {
        const seq = await seqOf(s, run);
        return facetsOf(s, seq ?? -1);
      }),
    profiles: (kind, page, run) =>
      pool.read(async (s) => {
        const seq = await seqOf(s, run);
        return seq === undefined ? { total: 0, profiles: [] } : profilesOf(s, seq, kind, page);
      }),
    profile: (of, run) =>
      pool.read(async (s) => {
        const seq = await seqOf(s, run);
        if (seq === undefined) return undefined;
        const [row] = await s.rows<ProfileRow>(
          `SELECT ${PROFILE_COLUMNS} FROM profiles WHERE seq = ? AND k = ? AND id = ?`,
          [seq, kindCode(of.kind), of.id],
        );
        return row && toProfile(row);
      }),
    standing: (of, run) =>
      pool.read(async (s) => {
        const seq = await seqOf(s, run);
        return seq === undefined ? undefined : standingOf(s, seq, of);
      }),
  };
}

/** Conditions over `rings AS r`; `?1` is the run. Values are bound, never written into the text. */
function conditions(filter: RingFilter) {
  const where = ['r.seq = ?1'];
  const params: Array<string | number> = [];
  const bind = (value: string | number) => `?${params.push(value) + 1}`;
  const among = (column: string, values: readonly string[]) =>
    where.push(
      `${column} IN (SELECT unnest(from_json(${bind(JSON.stringify(values))}, '["VARCHAR"]')))`,
    );
  if (filter.statuses) among('r.status', filter.statuses);
  if (filter.detectors) among('r.detector', filter.detectors);
  if (filter.changes) among('r.change', filter.changes);
  if (filter.minFundAtRisk !== undefined) where.push(`r.fen >= ${bind(filter.minFundAtRisk)}`);
  const subject = (test: string) =>
    where.push(`r.id IN (SELECT s.ring FROM subjects AS s ${test})`);
  if (filter.subject)
    subject(
      `WHERE s.seq = ?1 AND s.k = ${kindCode(filter.subject.kind)} AND s.id = ${bind(filter.subject.id)}`,
    );
  if (filter.region !== undefined)
    subject(
      `JOIN nodes AS n USING (k, id) WHERE s.seq = ?1 AND s.role = 'core'
         AND n.k = ${kindCode('institution')} AND starts_with(n.region, ${bind(filter.region)})`,
    );
  const text = filter.text?.trim().toLowerCase();
  if (text) {
    const t = bind(text);
    where.push(`(contains(lower(r.id), ${t}) OR contains(lower(r.ring), ${t}) OR r.id IN (
      SELECT s.ring FROM subjects AS s LEFT JOIN nodes AS n USING (k, id)
      WHERE s.seq = ?1 AND (contains(lower(s.id), ${t}) OR (contains(n.name, ${t}) AND n.k <> ${kindCode('doctor')}))))`);
  }
  return { where: where.join(' AND '), params };
}

async function ringsOf(s: Session, seq: number, filter: RingFilter) {
  const { where, params } = conditions(filter);
  const bound = [seq, ...params];
  const [{ total } = { total: 0 }] = await s.rows<{ total: number }>(
    `SELECT count(*) AS total FROM rings AS r WHERE ${where}`,
    bound,
  );
  const page = filter.limit === undefined ? '' : `LIMIT ${Math.max(0, Math.floor(filter.limit))}`;
  const rows = await s.rows<{ body: string }>(
    `SELECT r.body FROM rings AS r WHERE ${where} ORDER BY r.score DESC, r.id
     ${page} OFFSET ${Math.max(0, Math.floor(filter.offset ?? 0))}`,
    bound,
  );
  return { total, rings: rows.map((row) => JSON.parse(row.body) as Ring) };
}

async function facetsOf(s: Session, seq: number): Promise<RingFacets> {
  const rows = await s.rows<{ facet: keyof RingFacets; value: string; count: number }>(
    `SELECT 'statuses' AS facet, status AS value, count(*) AS count FROM rings WHERE seq = ?1 GROUP BY 2
     UNION ALL SELECT 'detectors', detector, count(*) FROM rings WHERE seq = ?1 GROUP BY 2
     UNION ALL SELECT 'changes', change, count(*) FROM rings WHERE seq = ?1 GROUP BY 2
     UNION ALL SELECT 'regions', n.region, count(DISTINCT s.ring) FROM subjects AS s
       JOIN nodes AS n USING (k, id)
       WHERE s.seq = ?1 AND s.role = 'core' AND n.k = ${kindCode('institution')}
         AND n.region IS NOT NULL GROUP BY 2
     ORDER BY 1, 2`,
    [seq],
  );
  const facets = { statuses: {}, detectors: {}, regions: {}, changes: {} };
  for (const { facet, value, count } of rows)
    (facets[facet] as Record<string, number>)[value] = count;
  return facets;
}

async function profilesOf(
  s: Session,
  seq: number,
  kind: EntityKind,
  page: { offset?: number; limit?: number },
) {
  const bound = [seq, kindCode(kind)];
  const [{ total } = { total: 0 }] = await s.rows<{ total: number }>(
    'SELECT count(*) AS total FROM profiles WHERE seq = ? AND k = ?',
    bound,
  );
  const offset = Math.max(0, Math.floor(page.offset ?? 0));
  const last = page.limit === undefined ? total : offset + Math.max(0, Math.floor(page.limit));
  const rows = await s.rows<ProfileRow>(
    `SELECT ${PROFILE_COLUMNS} FROM profiles
     WHERE seq = ? AND k = ? AND rank > ${offset} AND rank <= ${last} ORDER BY rank`,
    bound,
  );
  return { total, profiles: rows.map(toProfile) };
}

async function standingOf(s: Session, seq: number, of: EntityRef): Promise<Standing | undefined> {
  const bound = [seq, kindCode(of.kind)];
  const [own] = await s.rows<{ rank: number }>(
    'SELECT rank FROM profiles WHERE seq = ? AND k = ? AND id = ?',
    [...bound, of.id],
  );
  if (!own) return undefined;
  const rows = await s.rows<{ grade: Grade; count: number }>(
    'SELECT grade, count(*) AS count FROM profiles WHERE seq = ? AND k = ? GROUP BY 1 ORDER BY 1',
    bound,
  );
  const grades: Partial<Record<Grade, number>> = {};
  let total = 0;
  for (const { grade, count } of rows) {
    grades[grade] = count;
    total += count;
  }
  return { rank: own.rank, total, grades };
}
