import { labelOf } from '../analytics/ingest/dictionary.js';
import type { SettlementDetail } from '../analytics/landing/settlements.js';
import type { Reason as DomainReason, Ring } from '../analytics/model/finding.js';
import { type EntityRef, entityKey } from '../analytics/model/ids.js';
import { formatFen } from '../analytics/model/money.js';
import { formatTime } from '../analytics/model/time.js';
import type * as port from '../analytics/store/port.js';
import type {
  GraphEdge,
  GraphNode,
  LabelledEntity,
  Reason,
  RingDetail,
  RingSummary,
  Role,
  SettlementRow,
  Subgraph,
} from './contract/index.js';

/**
 * From the domain to the contract. Persons are their codes: a doctor's name stays inside until there
 * are accounts that may see it, and of attributes only those named here leave.
 */
const ATTRIBUTES: Readonly<Record<EntityRef['kind'], readonly string[]>> = {
  patient: ['region', 'sex', 'birthYear'],
  doctor: ['institution', 'department'],
  institution: ['region', 'type', 'level', 'beds', 'dialysisMachines'],
  drug: ['type', 'spec', 'resaleRisk'],
};

const CORE_SHOWN = 5;
const REASONS_SHOWN = 3;
const LINES_SHOWN = 50;

export function publicLabel(node: EntityRef & { readonly label: string }): string {
  return node.kind === 'doctor' || node.kind === 'patient' ? node.id : node.label;
}

export function presentNode(node: port.GraphNode, role?: Role): GraphNode {
  const attributes: GraphNode['attributes'] = {};
  for (const name of ATTRIBUTES[node.kind]) {
    const value = node.attributes[name];
    if (value !== undefined) attributes[name] = value;
  }
  return {
    key: entityKey(node),
    kind: node.kind,
    id: node.id,
    label: publicLabel(node),
    ...(role ? { role } : {}),
    attributes,
    degrees: { ...node.degrees },
  };
}

function presentEdge(edge: port.GraphEdge): GraphEdge {
  const source = entityKey(edge.source);
  const target = entityKey(edge.target);
  return {
    key: `${source}|${target}`,
    source,
    target,
    count: edge.count,
    money: formatFen(edge.fen),
    first: formatTime(edge.first),
    last: formatTime(edge.last),
  };
}

export function presentSubgraph(
  graph: port.Subgraph,
  roles: ReadonlyMap<string, Role> = new Map(),
): Subgraph {
  return {
    nodes: graph.nodes.map((node) => presentNode(node, roles.get(entityKey(node)))),
    edges: graph.edges.map(presentEdge),
    omitted: graph.omitted.map(({ of, ...rest }) => ({ of: entityKey(of), ...rest })),
  };
}

/** Labels and regions of entities by key, as far as the graph has them. */
export type Known = ReadonlyMap<string, port.GraphNode>;

export async function lookUp(graph: port.GraphStore, refs: readonly EntityRef[]): Promise<Known> {
  // A neighbourhood without neighbours: the nodes alone.
  const { nodes } = await graph.neighbourhood(refs, { kinds: [], perKind: 0 });
  return new Map(nodes.map((node) => [entityKey(node), node]));
}

export function labelled(ref: EntityRef, known: Known): LabelledEntity {
  const node = known.get(entityKey(ref));
  return { kind: ref.kind, id: ref.id, label: node ? publicLabel(node) : ref.id };
}

function presentReason(reason: DomainReason, index: number): Reason {
  return {
    index,
    code: reason.code,
    detector: reason.detector,
    measured: reason.measured,
    expected: reason.expected,
    unit: reason.unit,
    p: reason.p ?? null,
    settlements: reason.settlements.length,
  };
}

export function coreOf(ring: Ring): EntityRef[] {
  return ring.subjects.filter((s) => s.role === 'core');
}

export function presentRing(ring: Ring, known: Known): RingSummary {
  const roles: RingSummary['roles'] = {};
  for (const { role } of ring.subjects) roles[role] = (roles[role] ?? 0) + 1;
  const core = coreOf(ring);
  const regions = core.flatMap((ref) => {
    const region = ref.kind === 'institution' && known.get(entityKey(ref))?.attributes.region;
    return region ? [String(region)] : [];
  });
  return {
    id: ring.id,
    ring: ring.ring,
    detector: ring.detector,
    kind: ring.kind,
    status: ring.status,
    score: ring.score,
    q: ring.q,
    change: ring.change,
    period: { from: ring.period.from, to: ring.period.to },
    fundAtRisk: formatFen(ring.fundAtRisk),
    roles,
    core: core.slice(0, CORE_SHOWN).map((ref) => labelled(ref, known)),
    regions: [...new Set(regions)].sort(),
    reasons: ring.reasons.slice(0, REASONS_SHOWN).map(presentReason),
  };
}

export function presentRingDetail(ring: Ring, run: string, known: Known): RingDetail {
  return {
    ...presentRing(ring, known),
    run,
    subjects: ring.subjects.map((s) => ({
      ...labelled(s, known),
      key: entityKey(s),
      role: s.role,
    })),
    reasons: ring.reasons.map(presentReason),
    innocent: ring.innocent.map(({ code, q, weight }) => ({ code, q, weight })),
  };
}

const money = (fen: number | null) => (fen === null ? null : formatFen(fen));
const time = (epochS: number | null) => (epochS === null ? null : formatTime(epochS));

export function presentSettlement(
  s: SettlementDetail,
  medTypes: Readonly<Record<string, string>>,
): SettlementRow {
  return {
    id: s.id,
    time: time(s.time),
    clock: s.hasClock,
    institution: s.institution,
    institutionName: s.institutionName,
    patient: s.patient,
    doctor: s.doctor,
    medType: s.medType,
    medTypeName: (s.medType && labelOf(medTypes, s.medType)) || null,
    begin: s.begin,
    end: s.end,
    disease: s.disease,
    diseaseName: s.diseaseName,
    total: money(s.medfee),
    fund: money(s.fund),
    account: money(s.account),
    cash: money(s.cash),
    refund: s.refund,
    feeLines: s.lines.slice(0, LINES_SHOWN).map((line) => ({
      item: line.item,
      itemName: line.itemName,
      listType: line.listType,
      time: time(line.time),
      count: line.count,
      price: line.price === null ? null : String(line.price),
      amount: money(line.fen),
      doctor: line.doctor,
    })),
    feeLineCount: s.lines.length,
    source: { file: s.file, row: s.row },
  };
}
