import type { LedgerVersion } from '../landing/types.js';
import type { DetectionRun, Ring, RiskProfile } from '../model/finding.js';
import type { EntityKind, EntityRef } from '../model/ids.js';
import type { Fen } from '../model/money.js';

/** A node as people see it: never a person's name or number (those stay in landing). */
export interface GraphNode extends EntityRef {
  /** Name of an institution, a doctor or an item; for a patient the id. */
  readonly label: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Number of neighbours by kind in the whole graph. */
  readonly degrees: Readonly<Partial<Record<EntityKind, number>>>;
}

/** An aggregated relationship, source kind before target kind in ENTITY_KINDS order. */
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

export interface Subgraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Neighbours not returned because of the limit: by asked node, then by kind. */
  readonly omitted: ReadonlyArray<{
    of: EntityRef;
    kind: EntityKind;
    shown: number;
    total: number;
  }>;
}

export interface NeighbourLimit {
  readonly kinds: readonly EntityKind[];
  /** Per asked node and kind; the heaviest relationships (count, then id) are kept. */
  readonly perKind: number;
}

export interface Path {
  readonly nodes: readonly EntityRef[];
}

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
  /** Six-digit (or shorter prefix) region of a core institution. */
  readonly region?: string;
  readonly minFundAtRisk?: Fen;
  readonly subject?: EntityRef;
  readonly offset?: number;
  readonly limit?: number;
}

/** Reads a published run; without `run` the current one. Order: score descending, then id. */
export interface RunReader {
  runs(): Promise<readonly RunSummary[]>;
  /** Everything of a run but its rings and profiles; undefined when nothing is published. */
  run(id?: string): Promise<Omit<DetectionRun, 'rings' | 'profiles'> | undefined>;
  rings(filter: RingFilter, run?: string): Promise<{ total: number; rings: readonly Ring[] }>;
  /** By the id of the line or the id of the ring. */
  ring(id: string, run?: string): Promise<Ring | undefined>;
  profiles(
    kind: EntityKind,
    page: { offset?: number; limit?: number },
    run?: string,
  ): Promise<{ total: number; profiles: readonly RiskProfile[] }>;
  profile(of: EntityRef, run?: string): Promise<RiskProfile | undefined>;
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
}

export interface GraphNodeRow extends EntityRef {
  readonly label: string;
  readonly attributes: Readonly<Record<string, string | number>>;
}
export type GraphEdgeRow = GraphEdge;

export interface GraphStore {
  load(from: LedgerVersion, to: LedgerVersion, rows: GraphDelta): Promise<void>;
  /** The ledger version that the graph shows; 0 when empty. */
  version(): Promise<LedgerVersion>;
  neighbourhood(of: readonly EntityRef[], limit: NeighbourLimit): Promise<Subgraph>;
  /** The nodes and every relationship among them. */
  induced(nodes: readonly EntityRef[]): Promise<Subgraph>;
  /** Shortest paths by number of steps, at most `limit`, ordered by their node keys. */
  paths(from: EntityRef, to: EntityRef, limit: number): Promise<readonly Path[]>;
  /** Exact code, code prefix, name part, pinyin initials, in that order. */
  search(text: string, kinds: readonly EntityKind[], limit: number): Promise<readonly SearchHit[]>;
  /** Atomic: readers see the old run or the new. */
  publish(run: DetectionRun): Promise<void>;
  /** Deletes runs other than the newest `keep` and those named. */
  pruneRuns(keep: number, pinned: readonly string[]): Promise<void>;
  readonly read: RunReader;
  close(): Promise<void>;
}
