import type { DetectionRun, Grade, Ring, RiskProfile } from '../../model/finding.js';
import { entityKey } from '../../model/ids.js';
import type { RingFacets, RingFilter, RunReader, RunSummary, Standing } from '../port.js';
import type { Ask, Neo4j } from './connect.js';
import { retryTorn, Torn } from './reading.js';
import { profileKey, type RunTotals } from './runs.js';

interface RunRow {
  seq: number;
  body: string;
  totals: string;
}

interface RunReading extends Omit<RunRow, 'totals'> {
  readonly ask: Ask;
  readonly totals: RunTotals;
}

async function findRun(ask: Ask, id?: string): Promise<RunRow | undefined> {
  const [row] = await ask<RunRow>('run', { id: id ?? null });
  return row;
}

/** Answers from one published run, `empty` when it is not there. */
function readRun<T>(
  server: Neo4j,
  id: string | undefined,
  empty: T,
  work: (reading: RunReading) => Promise<T>,
): Promise<T> {
  return retryTorn(() =>
    server.read(async (ask) => {
      const row = await findRun(ask, id);
      if (!row) return empty;
      const answer = await work({ ask, ...row, totals: JSON.parse(row.totals) });
      // A run that was replaced or pruned meanwhile may have been deleted under the question.
      if ((await findRun(ask, id))?.seq !== row.seq) throw new Torn('the run was replaced');
      return answer;
    }),
  );
}

const noFacets = (): RingFacets => ({ statuses: {}, detectors: {}, regions: {}, changes: {} });
/** The greatest place in a list that Cypher knows. */
const FOR_ALL = 2 ** 31 - 1;

type ProfileRow = Omit<RiskProfile, 'parts'> & { readonly parts: string | null };

const toProfile = ({ kind, id, score, grade, findings, parts }: ProfileRow): RiskProfile => ({
  kind,
  id,
  score,
  grade,
  findings,
  ...(parts === null ? {} : { parts: JSON.parse(parts) }),
});

export function runReader(server: Neo4j): RunReader {
  return {
    runs: () => server.read((ask) => ask<RunSummary>('runs')),
    run: (id) =>
      readRun(server, id, undefined as ReturnType<typeof headOf> | undefined, async (r) =>
        headOf(r.body),
      ),
    rings: (filter, run) =>
      readRun(server, run, { total: 0, rings: [] as readonly Ring[] }, (r) => ringsOf(r, filter)),
    ring: (id, run) =>
      readRun(server, run, undefined as Ring | undefined, async (r) => {
        const [row] = await r.ask<{ body: string }>('ring', { run: r.seq, id });
        return row && JSON.parse(row.body);
      }),
    facets: (run) => readRun(server, run, noFacets(), facetsOf),
    profiles: (kind, page, run) =>
      readRun(server, run, { total: 0, profiles: [] as readonly RiskProfile[] }, async (r) => {
        const total = r.totals.profiles[kind] ?? 0;
        const after = Math.max(0, Math.floor(page.offset ?? 0));
        const last = page.limit === undefined ? total : after + Math.max(0, Math.floor(page.limit));
        const params = { run: r.seq, kind, after, last };
        const rows = last > after ? await r.ask<ProfileRow>('profiles', params) : [];
        return { total, profiles: rows.map(toProfile) };
      }),
    profile: (of, run) =>
      readRun(server, run, undefined as RiskProfile | undefined, async (r) => {
        const [row] = await r.ask<ProfileRow>('profile', { key: profileKey(r.seq, of) });
        return row && toProfile(row);
      }),
    standing: (of, run) =>
      readRun(server, run, undefined as Standing | undefined, async (r) => {
        const [row] = await r.ask<{ rank: number }>('profile', { key: profileKey(r.seq, of) });
        if (!row) return undefined;
        const grades = (r.totals.grades[of.kind] ?? {}) as Partial<Record<Grade, number>>;
        return { rank: row.rank, total: r.totals.profiles[of.kind] ?? 0, grades };
      }),
  };
}

function headOf(body: string): Omit<DetectionRun, 'rings' | 'profiles'> {
  return JSON.parse(body);
}

async function ringsOf(r: RunReading, filter: RingFilter) {
  const offset = Math.max(0, Math.floor(filter.offset ?? 0));
  const limit = filter.limit === undefined ? FOR_ALL : Math.max(0, Math.floor(filter.limit));
  const [row] = await r.ask<{ total: number; bodies: string[] }>('rings', {
    run: r.seq,
    statuses: filter.statuses ?? null,
    detectors: filter.detectors ?? null,
    changes: filter.changes ?? null,
    minFundAtRisk: filter.minFundAtRisk ?? null,
    subject: filter.subject ? entityKey(filter.subject) : null,
    region: filter.region ?? null,
    text: filter.text?.trim().toLowerCase() || null,
    offset,
    end: Math.min(FOR_ALL, offset + limit),
  });
  const bodies = row?.bodies ?? [];
  return { total: row?.total ?? 0, rings: bodies.map((body) => JSON.parse(body) as Ring) };
}

async function facetsOf(r: RunReading): Promise<RingFacets> {
  const facets = noFacets() as unknown as Record<string, Record<string, number>>;
  const rows = await r.ask<{ facet: string; value: string; count: number }>('facets', {
    run: r.seq,
  });
  for (const { facet, value, count } of rows) facets[facet]![value] = count;
  return facets as unknown as RingFacets;
}
