import type { LedgerVersion } from '../landing/types.js';
import type { DetectionRun, Grade, Ring, RiskProfile } from '../model/finding.js';
import type { EntityKind, EntityRef } from '../model/ids.js';
import type { Fen } from '../model/money.js';
import type { WorkContext } from '../model/progress.js';

/** A node as people see it: never a person's name or number (those stay in landing). */
export interface GraphNode extends EntityRef {
  /** Name of an institution, a doctor or an item; for a patient the id. */
  readonly label: string;
  /** An institution's `region` is its six-digit region; the rest is for the eye. */
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Number of neighbours by kind in the whole graph. */
  readonly degrees: Readonly<Partial<Record<EntityKind, number>>>;
}

/** An aggregated relationship, source kind strictly before target kind in ENTITY_KINDS order. */
export interface GraphEdge {
  readonly source: EntityRef;
  readonly target: EntityRef;
  /** Settlements behind it. */
  readonly count: number;
  readonly fen: Fen;
  /** Epoch seconds. */
  readonly first: number;
  readonly last: number;
}

/**
 * Nodes: those asked for in the order of asking, once each and only where the graph has them, then
 * the others by kind in ENTITY_KINDS order and id. Edges by source (kind, id), then target.
 */
export interface Subgraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Neighbours not returned because of the limit: by asked node, then by asked kind. */
  readonly omitted: ReadonlyArray<{
    of: EntityRef;
    kind: EntityKind;
    shown: number;
    total: number;
  }>;
}

export interface NeighbourLimit {
  readonly kinds: readonly EntityKind[];
  /** Per asked node and kind: the relationships of greatest count are kept, of equals the smallest id. */
  readonly perKind: number;
}

/** From one end to the other, both included. */
export interface Path {
  readonly nodes: readonly EntityRef[];
}

/** Entities further apart than this have no path. */
export const PATH_STEPS_MAX = 6;

export interface SearchHit extends EntityRef {
  readonly label: string;
  readonly match: 'code' | 'name' | 'pinyin';
}

export interface RunSummary {
  readonly id: string;
  readonly publishedAt: string;
  readonly ledgerVersion: LedgerVersion;
  readonly findings: number;
}

export interface RingFilter {
  readonly statuses?: readonly Ring['status'][];
  readonly detectors?: readonly string[];
  readonly changes?: ReadonlyArray<Ring['change']>;
  /** Six-digit (or shorter prefix) region of a core institution. */
  readonly region?: string;
  /** Inside the id of the line, ring or a subject, or an institution's or item's label; any case. */
  readonly text?: string;
  readonly minFundAtRisk?: Fen;
  readonly subject?: EntityRef;
  readonly offset?: number;
  readonly limit?: number;
}

/** Rings of a run counted by value; a ring counts once for every region of its core institutions. */
export interface RingFacets {
  readonly statuses: Readonly<Record<string, number>>;
  readonly detectors: Readonly<Record<string, number>>;
  readonly regions: Readonly<Record<string, number>>;
  readonly changes: Readonly<Record<string, number>>;
}

/** A profile's place among those of its kind: `rank` 1 is the riskiest, equals by id. */
export interface Standing {
  readonly rank: number;
  readonly total: number;
  readonly grades: Readonly<Partial<Record<Grade, number>>>;
}

/**
 * Reads a published run; without `run` the one published last. Order: score descending, then id.
 * A run that is not there has no rings and no profiles.
 */
export interface RunReader {
  /** Newest first. */
  runs(): Promise<readonly RunSummary[]>;
  /** Everything of a run but its rings and profiles; undefined when nothing is published. */
  run(id?: string): Promise<Omit<DetectionRun, 'rings' | 'profiles'> | undefined>;
  rings(filter: RingFilter, run?: string): Promise<{ total: number; rings: readonly Ring[] }>;
  /** By the id of the line or the id of the ring. */
  ring(id: string, run?: string): Promise<Ring | undefined>;
  facets(run?: string): Promise<RingFacets>;
  profiles(
    kind: EntityKind,
    page: { offset?: number; limit?: number },
    run?: string,
  ): Promise<{ total: number; profiles: readonly RiskProfile[] }>;
  profile(of: EntityRef, run?: string): Promise<RiskProfile | undefined>;
  standing(of: EntityRef, run?: string): Promise<Standing | undefined>;
}

/**
 * What changed between two ledger versions, as absolute values: nodes and relationships to set (a
 * later load of the same rows changes nothing) and those that no longer have any row behind them.
 */
export interface GraphDelta {
  /** Everything is replaced: `from` is 0 or the old rows could not be told apart. */
  readonly full: boolean;
  nodes(): AsyncIterable<readonly GraphNodeRow[]>;
  edges(): AsyncIterable<readonly GraphEdgeRow[]>;
  removedEdges(): AsyncIterable<ReadonlyArray<Pick<GraphEdgeRow, 'source' | 'target'>>>;
  /** Nodes that go, once their edges have gone (each of them is among `removedEdges`). */
  removedNodes?(): AsyncIterable<readonly EntityRef[]>;
  /**
   * The whole graph at `to` as Parquet files where the caller has them: a store that reads Parquet
   * faster than rows may take it instead of the rows, also when these are a change. Columns of
   * `nodes`: kind, id, label VARCHAR, attributes VARCHAR (a JSON object); of `edges`: source_kind,
   * source_id, target_kind, target_id VARCHAR, count, fen, first, last BIGINT. Each node and each
   * pair once.
   */
  readonly parquet?: { readonly nodes: string; readonly edges: string };
}

export interface GraphNodeRow extends EntityRef {
  readonly label: string;
  readonly attributes: Readonly<Record<string, string | number>>;
}
export type GraphEdgeRow = GraphEdge;

/** Everything is asynchronous and may be called at once; readers never wait for a load or a publish. */
export interface GraphStore {
  /**
   * All or nothing: after a crash `version()` is `from` and the load can be repeated, or `to`.
   * Nothing happens when the graph already shows `to` or later. A delta that is not full and does
   * not begin at `version()` is a conflict. Both ends of every edge are nodes of the delta or the
   * graph. A node stays when its last edge goes, unless it is among those that go.
   */
  load(from: LedgerVersion, to: LedgerVersion, rows: GraphDelta, work?: WorkContext): Promise<void>;
  /** The ledger version that the graph shows; 0 when empty. */
  version(): Promise<LedgerVersion>;
  neighbourhood(of: readonly EntityRef[], limit: NeighbourLimit): Promise<Subgraph>;
  /** The nodes and every relationship among them. */
  induced(nodes: readonly EntityRef[]): Promise<Subgraph>;
  /**
   * All shortest paths by number of steps, the first `limit` when ordered by their nodes' keys
   * (`entityKey`) from the start on; none beyond PATH_STEPS_MAX steps. From a node to itself: that
   * node alone.
   */
  paths(from: EntityRef, to: EntityRef, limit: number): Promise<readonly Path[]>;
  /**
   * Exact code, code prefix, name part, part of the pinyin initials of a name, in that order; then
   * in the order of `kinds`, then by id in lower case, then by id. Any case. Patients match by code
   * only.
   */
  search(text: string, kinds: readonly EntityKind[], limit: number): Promise<readonly SearchHit[]>;
  /** Atomic: readers see the old run or the new. A run published again is replaced and current. */
  publish(run: DetectionRun, work?: WorkContext): Promise<void>;
  /** Deletes runs other than the newest `keep` and those named. */
  pruneRuns(keep: number, pinned: readonly string[]): Promise<void>;
  readonly read: RunReader;
  close(): Promise<void>;
}
