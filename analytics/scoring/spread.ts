import { buildCsr, type Csr, strengths } from '../algorithms/csr.js';
import { pageRankFrom } from '../algorithms/pageRank.js';
import { ENTITY_KINDS, type EntityKind, type EntityRef, entityKey } from '../model/ids.js';
import type { KnownVerdict } from '../model/verdict.js';
import type { World } from '../projection/world.js';

/**
 * Half as close as the confirmed are to each other, or it says nothing. When every other member of a ring was given
 * in two worlds of unlike make, 91 of the 93 others reached this, and at most one in 200 patients did.
 */
const CLOSENESS_MIN = 0.5;
/** At most this share of a kind, the closest: more than anybody looks at is no help. */
const KEPT_SHARE = 0.01;
const KEPT_MIN = 20;
/** First three digits of `list_type`: drugs. Services and registration fees join everybody. */
const DRUGS: ReadonlySet<number> = new Set([101, 102]);
const TOLERANCE = 1e-7;

export interface Spread {
  readonly of: EntityRef;
  /** Beside the middle one of those confirmed, at most 1. */
  readonly closeness: number;
  /** The neighbour through whom most of it came. */
  readonly via: EntityRef;
}

interface Numbering {
  readonly nodes: number;
  /** First node of each kind. */
  readonly first: Readonly<Record<EntityKind, number>>;
  readonly ids: Readonly<Record<EntityKind, readonly string[]>>;
}

function numbering(world: World): Numbering {
  const ids = {
    patient: world.patients.ids,
    doctor: world.doctors,
    institution: world.institutions.ids,
    drug: world.items.ids,
  };
  const doctor = ids.patient.length;
  const institution = doctor + ids.doctor.length;
  const drug = institution + ids.institution.length;
  return {
    nodes: drug + ids.drug.length,
    first: { patient: 0, doctor, institution, drug },
    ids,
  };
}

/**
 * The graph of patients, doctors, institutions and drugs of a period. A relationship of n settlements weighs
 * ln(1 + n): who comes each week is nearer than who came once, but not fifty times.
 */
function aggregated(world: World, { nodes, first }: Numbering): Csr {
  const { settlements: s, lines, items } = world;
  let size = s.count * 3 + lines.count * 3;
  const from = new Int32Array(size);
  const to = new Int32Array(size);
  size = 0;
  const join = (a: number, b: number) => {
    from[size] = a;
    to[size++] = b;
  };
  for (let i = 0; i < s.count; i++) {
    if (s.cancelled[i]) continue;
    const patient = first.patient + s.patient[i]!;
    const institution = first.institution + s.institution[i]!;
    join(patient, institution);
    if (s.doctor[i]! < 0) continue;
    join(patient, first.doctor + s.doctor[i]!);
    join(first.doctor + s.doctor[i]!, institution);
  }
  for (let l = 0, before = -1; l < lines.count; l++) {
    const i = lines.settlement[l]!;
    const item = lines.item[l]!;
    // Lines stand by settlement and item: the same drug twice on a bill counts once.
    const repeated = before >= 0 && lines.settlement[before] === i && lines.item[before] === item;
    before = l;
    if (repeated || item < 0 || s.cancelled[i] || !DRUGS.has(items.listType[item]!)) continue;
    join(first.patient + s.patient[i]!, first.drug + item);
    join(first.institution + s.institution[i]!, first.drug + item);
    if (s.doctor[i]! >= 0) join(first.doctor + s.doctor[i]!, first.drug + item);
  }
  const graph = buildCsr(nodes, from.subarray(0, size), to.subarray(0, size));
  return { ...graph, weights: graph.weights.map(Math.log1p) };
}

/**
 * Who is close to confirmed rings, by entity key: personalised PageRank from their people and places (each
 * ring alike) over the PageRank from anywhere, so that size alone brings nothing, beside the same of the
 * confirmed themselves. `looked` are those who were looked at already and get nothing.
 */
export function spreadFrom(
  world: World,
  confirmed: readonly KnownVerdict[],
  looked: ReadonlySet<string>,
  signal?: AbortSignal,
): ReadonlyMap<string, Spread> {
  const numbers = numbering(world);
  const out = new Map<string, Spread>();
  if (confirmed.length === 0) return out;
  const graph = aggregated(world, numbers);
  const seeds = seedsOf(numbers, graph, confirmed);
  if (seeds.size === 0) return out;
  const restart = new Float64Array(graph.n);
  for (const [node, weight] of seeds) restart[node] = weight;
  const { near, came, anywhere } = pageRankFrom(graph, restart, { tolerance: TOLERANCE, signal });
  const lift = overSize(numbers, graph, came, anywhere);
  const strength = strengths(graph);
  const own = [...seeds.keys()].map((node) => lift[node]!).sort((a, b) => a - b);
  const middle = own[own.length >> 1]!;
  for (const kind of ENTITY_KINDS) {
    const at = numbers.first[kind];
    const ids = numbers.ids[kind];
    const close: number[] = [];
    let present = 0;
    for (let i = 0; i < ids.length; i++) {
      const node = at + i;
      if (graph.offsets[node] === graph.offsets[node + 1]) continue;
      present++;
      if (lift[node]! < CLOSENESS_MIN * middle || seeds.has(node)) continue;
      if (!looked.has(entityKey({ kind, id: ids[i]! }))) close.push(node);
    }
    close.sort((a, b) => lift[b]! - lift[a]! || a - b);
    const kept = Math.max(KEPT_MIN, Math.floor(present * KEPT_SHARE));
    for (const node of close.slice(0, kept)) {
      const of = { kind, id: ids[node - at]! };
      out.set(entityKey(of), {
        of,
        closeness: Math.min(1, lift[node]! / middle),
        via: entityOf(numbers, strongestNeighbour(graph, near, strength, node)),
      });
    }
  }
  return out;
}

/**
 * How often the walker came over what size explains. The size of a usual patient is added to each: who was hardly
 * seen, and once with one of the ring, is not as close as its members.
 */
function overSize(
  { first, ids }: Numbering,
  graph: Csr,
  came: Float64Array,
  anywhere: Float64Array,
): Float64Array {
  const sizes: number[] = [];
  for (let i = first.patient; i < first.patient + ids.patient.length; i++)
    if (graph.offsets[i] !== graph.offsets[i + 1]) sizes.push(anywhere[i]!);
  sizes.sort((a, b) => a - b);
  const usual = sizes[sizes.length >> 1] ?? 0;
  return came.map((x, i) => x / (anywhere[i]! + usual));
}

/** Nodes to begin at: each ring weighs 1, shared by its people and places that the period has. */
function seedsOf({ first, ids }: Numbering, graph: Csr, confirmed: readonly KnownVerdict[]) {
  const index = (kind: EntityKind) => new Map(ids[kind].map((id, i) => [id, first[kind] + i]));
  const nodes = {
    patient: index('patient'),
    doctor: index('doctor'),
    institution: index('institution'),
  };
  const seeds = new Map<number, number>();
  for (const { seen } of confirmed) {
    const own = seen.subjects.flatMap(({ kind, id }) => {
      const node = kind === 'drug' ? undefined : nodes[kind].get(id);
      const there = node !== undefined && graph.offsets[node] !== graph.offsets[node + 1];
      return there ? [node] : [];
    });
    for (const node of own) seeds.set(node, (seeds.get(node) ?? 0) + 1 / own.length);
  }
  return seeds;
}

function strongestNeighbour(
  graph: Csr,
  near: Float64Array,
  strength: Float64Array,
  node: number,
): number {
  let best = -1;
  let most = -1;
  for (let e = graph.offsets[node]!; e < graph.offsets[node + 1]!; e++) {
    const other = graph.targets[e]!;
    const came = (graph.weights[e]! * near[other]!) / strength[other]!;
    if (came > most) {
      most = came;
      best = other;
    }
  }
  return best;
}

function entityOf({ first, ids }: Numbering, node: number): EntityRef {
  const kind = (['drug', 'institution', 'doctor'] as const).find((k) => node >= first[k]);
  const of = kind ?? 'patient';
  return { kind: of, id: ids[of][node - first[of]]! };
}
