import { randomUUID } from 'node:crypto';
import type { DetectionRun, Ring, RiskProfile } from '../../model/finding.js';
import { ENTITY_KINDS, type EntityKind, entityKey } from '../../model/ids.js';
import type { WorkContext } from '../../model/progress.js';
import { formatTime } from '../../model/time.js';
import type { Neo4j } from './connect.js';
import { drain } from './drain.js';
import { leaseLost, withLease } from './lease.js';
import { ofKind } from './queries.js';

const RINGS_AT_ONCE = 100;
const ROWS_AT_ONCE = 5_000;
const RINGS_DELETED_AT_ONCE = 200;

/** Counts of a run's profiles, kept with it: `profiles` by kind, `grades` by kind and grade. */
export interface RunTotals {
  readonly profiles: Partial<Record<EntityKind, number>>;
  readonly grades: Partial<Record<EntityKind, Record<string, number>>>;
}

export const profileKey = (seq: number, of: { kind: EntityKind; id: string }) =>
  `${seq}/${entityKey(of)}`;

/**
 * A run is written in batches while nobody sees it, and shown by one transaction. What a crash left
 * unseen is swept by the next.
 */
export async function publishRun(server: Neo4j, run: DetectionRun, work: WorkContext) {
  await withLease(
    server,
    'runs',
    async (lease) => {
      const write = async (query: string, params: Record<string, unknown>) => {
        await lease.check();
        return server.patientWrite((ask) => ask<{ seq: number }>(query, params), work.signal);
      };
      await sweep(server, lease.check);
      const { rings, profiles, ...head } = run;
      const [made] = await write('newRun', {
        token: randomUUID(),
        id: run.id,
        publishedAt: formatTime(Math.floor(Date.now() / 1000)),
        ledgerVersion: run.ledgerVersion,
        findings: rings.filter((r) => r.status === 'finding').length,
        body: JSON.stringify(head),
        totals: JSON.stringify(totalsOf(profiles)),
      });
      const seq = made!.seq;
      const total = rings.length + profiles.length;
      let done = 0;
      const progress = (more: number) => {
        done += more;
        work.progress?.({ phase: 'publish', done, total });
      };
      progress(0);
      for (const batch of inBatches(rings, RINGS_AT_ONCE)) {
        await write('writeRings', { run: seq, rows: batch.map((ring) => ringRow(seq, ring)) });
        progress(batch.length);
      }
      for (const kind of ENTITY_KINDS) {
        for (const rows of inBatches(subjectRows(seq, rings, kind), ROWS_AT_ONCE))
          await write(ofKind('linkSubjects', kind), { rows });
        for (const batch of inBatches(ranked(profiles, kind), ROWS_AT_ONCE)) {
          const keyed = batch.map(({ profile: p, rank }) => ({ key: profileKey(seq, p), p, rank }));
          const rows = keyed.map(({ key, p, rank }) => [
            key,
            p.id,
            rank,
            p.score,
            p.grade,
            p.findings,
            p.parts ? JSON.stringify(p.parts) : null,
          ]);
          await write('writeProfiles', { run: seq, kind, rows });
          const said = keyed.filter(({ p }) => p.score > 0).map(({ key, p }) => [key, p.id]);
          if (said.length > 0) await write(ofKind('linkProfiles', kind), { rows: said });
          progress(batch.length);
        }
      }
      const shown = await write('showRun', { owner: lease.owner, run: seq });
      if (shown.length === 0) throw leaseLost();
      await sweep(server, lease.held);
    },
    work.signal,
  );
}

export async function pruneRuns(server: Neo4j, keep: number, pinned: readonly string[]) {
  await withLease(server, 'runs', async (lease) => {
    const params = { keep: Math.max(0, Math.floor(keep)), pinned };
    await server.patientWrite((ask) => ask('hideRuns', params));
    await sweep(server, lease.check);
  });
}

/** Deletes runs that are not visible, and the settlements that only they rested on. */
async function sweep(server: Neo4j, check: () => Promise<void>): Promise<void> {
  const hidden = await server.read((ask) => ask<{ seq: number }>('hiddenRuns'));
  if (hidden.length === 0) return;
  for (const { seq } of hidden) {
    await drain(server, 'deleteRings', { run: seq }, check, RINGS_DELETED_AT_ONCE);
    await drain(server, 'deleteProfiles', { run: seq }, check);
    await server.patientWrite((ask) => ask('deleteRun', { run: seq }));
  }
  await drain(server, 'deleteSettlements', {}, check);
}

function* inBatches<T>(values: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size);
}

function totalsOf(profiles: readonly RiskProfile[]): RunTotals {
  const counted: Partial<Record<EntityKind, number>> = {};
  const grades: Partial<Record<EntityKind, Record<string, number>>> = {};
  for (const { kind, grade } of profiles) {
    counted[kind] = (counted[kind] ?? 0) + 1;
    const of = grades[kind] ?? {};
    of[grade] = (of[grade] ?? 0) + 1;
    grades[kind] = of;
  }
  return { profiles: counted, grades };
}

/** Profiles of a kind with their places: score descending, then id. */
function ranked(profiles: readonly RiskProfile[], kind: EntityKind) {
  return profiles
    .filter((p) => p.kind === kind)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    .map((profile, i) => ({ profile, rank: i + 1 }));
}

const ringKey = (seq: number, ring: Ring) => `${seq}/${ring.id}`;

function ringRow(seq: number, ring: Ring) {
  const { id, detector, status, change, score, subjects } = ring;
  return {
    key: ringKey(seq, ring),
    fen: ring.fundAtRisk,
    properties: {
      ...{ id, ring: ring.ring, detector, status, change, score },
      subjects: subjects.map(entityKey),
      cores: subjects.filter((s) => s.role === 'core').map((s) => s.id),
      words: [id, ring.ring, ...subjects.map((s) => s.id)].map((word) => word.toLowerCase()),
      body: JSON.stringify(ring),
    },
    reasons: ring.reasons.map(({ settlements, ...reason }, place) => ({
      place,
      properties: reason,
      settlements: settlements.map((settlement, rank) => ({ id: settlement, rank: rank + 1 })),
    })),
  };
}

function subjectRows(seq: number, rings: readonly Ring[], kind: EntityKind) {
  return rings.flatMap((ring) =>
    ring.subjects.filter((s) => s.kind === kind).map((s) => [ringKey(seq, ring), s.id, s.role]),
  );
}
