import { ENTITY_KINDS, type EntityKind } from '../../model/ids.js';
import type { Progress, WorkContext } from '../../model/progress.js';
import { pinyinInitials } from '../initials.js';
import type { Neo4j } from './connect.js';
import { drain } from './drain.js';
import { type Lease, leaseLost } from './lease.js';
import { hubsSql } from './plan.js';
import { fromKind, JOINTS, type Joint, jointOf, ofJoint, ofKind, type Query } from './queries.js';
import type { Row, Stage } from './stage.js';

/** Connections that write at once. */
export const LANES = 2;
/** The heaviest neighbours written down of a node with many: what one question may ask for. */
export const HUB_LISTED = 500;
const HUBS_AT_ONCE = 10;

export interface Writing {
  readonly server: Neo4j;
  readonly stage: Stage;
  readonly lease: Lease;
  readonly work: WorkContext;
  /** The generation that becomes visible. */
  readonly generation: number;
  /** Nobody reads yet: written in place. */
  readonly direct: boolean;
  /** There is nothing at all: relationships need not be looked for before they are made. */
  readonly fresh: boolean;
}

/** Sends a table in lanes that run at once; each lane's rows are in `sql(lane)`. */
async function inLanes(
  w: Writing,
  name: Query,
  sql: (lane: number) => string,
  row: (values: Row) => unknown[],
  done: (rows: number) => void,
  part = 0,
): Promise<void> {
  const lane = async (i: number) => {
    let chunks = 0;
    for await (const batch of w.stage.batches(sql(i))) {
      await w.lease.check();
      const rows = batch.map(row);
      const chunk = `${w.lease.owner} ${name} ${part} ${i} ${chunks++}`;
      const params = { owner: w.lease.owner, generation: w.generation, rows, chunk };
      const [answer] = await w.server.patientWrite(
        (ask) => ask<{ written: number }>(name, params),
        w.work.signal,
      );
      if (answer?.written !== rows.length) throw leaseLost();
      done(rows.length);
    }
  };
  const results = await Promise.allSettled(Array.from({ length: LANES }, (_, i) => lane(i)));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function counted(w: Writing, table: string, phase: string) {
  const [row] = await w.stage.rows<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
  const progress: Progress = { phase: `graph: ${phase}`, done: 0, total: row?.n ?? 0 };
  w.work.progress?.(progress);
  let done = 0;
  return (rows: number) => {
    done += rows;
    w.work.progress?.({ ...progress, done });
  };
}

/**
 * What is stored of a node, from id, label, attributes, four degrees and whether it is gone: id,
 * label, attributes, code, name, initials, region, degrees, gone.
 */
export async function nodeValues(kind: EntityKind): Promise<(values: Row) => unknown[]> {
  const initials = await pinyinInitials();
  return (values) => {
    const [id, label, attributes, p, d, i, x, gone] = values as [
      string,
      string,
      string,
      ...number[],
    ];
    const named = kind !== 'patient' && !gone;
    const region = attributes ? JSON.parse(attributes).region : undefined;
    return [
      id,
      label,
      attributes,
      id.toLowerCase(),
      named ? label.toLowerCase() : null,
      named ? initials(label) : null,
      region === undefined ? null : String(region),
      [p, d, i, x].map((degree) => BigInt(degree ?? 0)),
      Boolean(gone),
    ];
  };
}

interface Part {
  kind: EntityKind;
  gone: boolean;
}

/** Two lanes never have the same node. */
export async function writeNodes(w: Writing): Promise<void> {
  const done = await counted(w, 'w_nodes', 'nodes');
  const parts = await w.stage.rows<Part>('SELECT DISTINCT kind, gone FROM w_nodes ORDER BY ALL');
  for (const { kind, gone } of parts) {
    if (gone && w.direct) continue;
    const rows = (lane: number) =>
      `SELECT id, label, attributes, patients, doctors, institutions, drugs, gone FROM w_nodes
       WHERE kind = '${kind}' AND gone = ${gone} AND hash(id) % ${LANES} = ${lane} ORDER BY id`;
    const write = ofKind(w.direct ? 'writeNodes' : 'stageNodes', kind);
    await inLanes(w, write, rows, await nodeValues(kind), done);
  }
}

/** In place only: nodes that no longer are, after their relationships went. */
export async function deleteNodes(w: Writing): Promise<void> {
  if (!w.direct) return;
  const parts = await w.stage.rows<Part>('SELECT DISTINCT kind FROM w_nodes WHERE gone');
  for (const { kind } of parts)
    await inLanes(
      w,
      ofKind('deleteNodes', kind),
      (lane) =>
        `SELECT id FROM w_nodes WHERE kind = '${kind}' AND gone AND hash(id) % ${LANES} = ${lane}`,
      (values) => [...values],
      () => undefined,
    );
}

/**
 * A relationship locks both its ends. In each round every lane has a part of the sources and a part
 * of the targets that no other lane has, so that no two transactions wait for each other.
 */
export async function writeEdges(w: Writing): Promise<void> {
  const done = await counted(w, 'w_edges', 'relationships');
  const parts = await w.stage.rows<{ sk: string; tk: string; round: number; gone: boolean }>(
    'SELECT DISTINCT sk, tk, round, count = 0 AS gone FROM w_edges ORDER BY sk, tk, gone DESC, round',
  );
  for (const { sk, tk, round, gone } of parts) {
    const joint = jointOf(sk as EntityKind, tk as EntityKind)!;
    const rows = (lane: number) =>
      `SELECT source, target, count, fen, "first", "last" FROM w_edges
       WHERE sk = '${sk}' AND tk = '${tk}' AND round = ${round} AND lane = ${lane}
         AND (count = 0) = ${gone} ORDER BY source`;
    const made = w.fresh ? 'createRelationships' : 'writeRelationships';
    const inPlace = gone ? 'deleteRelationships' : made;
    const write = ofJoint(w.direct ? inPlace : 'stageRelationships', joint);
    await inLanes(w, write, rows, (values) => [...values], done, round);
  }
}

/** Lists the heaviest neighbours of the nodes with very many. */
export async function writeHubs(w: Writing): Promise<void> {
  const hubs = await w.stage.rows<{ kind: EntityKind; id: string; other: EntityKind }>(
    hubsSql(!w.direct),
  );
  for (let at = 0; at < hubs.length; ) {
    await w.lease.check();
    w.work.progress?.({ phase: 'graph: hubs', done: at, total: hubs.length });
    const { kind, other } = hubs[at]!;
    const some = hubs.slice(at, at + HUBS_AT_ONCE);
    const ids = some.filter((h) => h.kind === kind && h.other === other).map((h) => h.id);
    const params = { ids, kind, other, generation: w.generation, limit: HUB_LISTED };
    await w.server.patientWrite(
      (ask) => ask(fromKind('writeHubs', kind, other), params),
      w.work.signal,
    );
    at += ids.length;
  }
}

/** The parts of a graph that a load staged; all of them, where nobody knows. */
export interface Staged {
  readonly joints: readonly Joint[];
  readonly kinds: readonly EntityKind[];
}

/** What this load wrote beside what readers see: nothing when it wrote in place. */
export async function stagedParts(w: Writing): Promise<Staged> {
  if (w.direct) return { joints: [], kinds: [] };
  const edges = await w.stage.rows<{ sk: string; tk: string }>(
    'SELECT DISTINCT sk, tk FROM w_edges',
  );
  const nodes = await w.stage.rows<{ kind: EntityKind }>('SELECT DISTINCT kind FROM w_nodes');
  return {
    joints: JOINTS.filter((j) => edges.some((e) => e.sk === j.source && e.tk === j.target)),
    kinds: nodes.map((n) => n.kind),
  };
}

/** Takes away what a load that ended before its switch left beside the graph. */
export async function clearTraces(server: Neo4j, generation: number, check: () => Promise<void>) {
  await drain(server, 'unstageHubs', { generation }, check);
  await drain(server, 'deleteChunks', {}, check);
}

/** `settle` after a switch, `unstage` when there was none: afterwards nothing has a `next`. */
export async function clearStaged(
  how: 'settle' | 'unstage',
  server: Neo4j,
  generation: number,
  check: () => Promise<void>,
  parts: Staged = { joints: JOINTS, kinds: ENTITY_KINDS },
): Promise<void> {
  for (const joint of parts.joints)
    await drain(server, ofJoint(`${how}Relationships`, joint), {}, check);
  for (const kind of parts.kinds) await drain(server, ofKind(`${how}Nodes`, kind), {}, check);
  await drain(server, `${how}Hubs`, { generation }, check);
}
