/**
 * From pairs to groups, and what a group is worth (DETECTORS.md §1, Groups and N2).
 *
 * Pairs carry a weight (a log likelihood ratio or a circle score). Leiden by modularity divides the
 * graph; in each community the densest part (greatest Σ weight ÷ members, Charikar 2000: peel whoever
 * is joined least, keep the best prefix) is a group, and what is left is searched again. A group
 * counts units, not people: members of one household are one. Dense parts that are joined to each other
 * almost as they are inside are one group, and so is whoever is joined to most of a group; the score
 * stays that of the densest part. Score = Σ weight ÷ members: the plain
 * sum lets large noise through, density by edges lets triangles through.
 */
import { push } from '../model/multimap.js';
import { buildCsr } from './csr.js';
import { maximumP } from './extremes.js';
import { leiden } from './leiden.js';
import { empiricalP } from './tails.js';

export interface WeightedPairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly weight: Float64Array;
}

export interface Group {
  /** Patients, ascending. */
  readonly members: readonly number[];
  readonly units: number;
  readonly score: number;
}

export interface GroupOptions {
  readonly minUnits: number;
  readonly seed: number;
  /** Household of each patient. */
  readonly household: Int32Array;
}

/** Groups in descending score, then by first member. */
export function groupsOfPairs(pairs: WeightedPairs, options: GroupOptions): Group[] {
  const { household } = options;
  const keep: number[] = [];
  for (let e = 0; e < pairs.a.length; e++)
    if (household[pairs.a[e]!] !== household[pairs.b[e]!]) keep.push(e);
  if (keep.length === 0) return [];
  const people = [...new Set(keep.flatMap((e) => [pairs.a[e]!, pairs.b[e]!]))].sort(
    (x, y) => x - y,
  );
  const at = new Map(people.map((p, i) => [p, i]));
  const csr = buildCsr(
    people.length,
    Int32Array.from(keep, (e) => at.get(pairs.a[e]!)!),
    Int32Array.from(keep, (e) => at.get(pairs.b[e]!)!),
    Float64Array.from(keep, (e) => pairs.weight[e]!),
  );
  const { membership } = leiden(csr, { seed: options.seed });
  const communities = new Map<number, number[]>();
  for (let i = 0; i < people.length; i++) push(communities, membership[i]!, i);
  const parts: Part[] = [];
  for (const community of communities.values()) {
    let rest = community;
    while (rest.length >= 2) {
      const { kept, score } = densestPart(csr, rest);
      if (score <= 0) break;
      parts.push({ nodes: kept, score });
      const taken = new Set(kept);
      rest = rest.filter((i) => !taken.has(i));
    }
    for (const i of rest) parts.push({ nodes: [i], score: 0 });
  }
  return joinParts(csr, parts)
    .map(({ nodes, score }) => {
      const members = nodes.map((i) => people[i]!).sort((x, y) => x - y);
      return { members, units: new Set(members.map((m) => household[m]!)).size, score };
    })
    .filter((g) => g.units >= options.minUnits)
    .sort((x, y) => y.score - x.score || x.members[0]! - y.members[0]!);
}

interface Part {
  readonly nodes: readonly number[];
  readonly score: number;
}

/** Two parts are one group when their mean joint weight is this share of the mean weight inside. */
const JOINED = 0.25;

/** Joins parts, the surest first, to those already kept that they are joined to as if inside. */
function joinParts(csr: Rows, parts: readonly Part[]): Part[] {
  const sorted = [...parts].sort((x, y) => y.score - x.score || x.nodes[0]! - y.nodes[0]!);
  const kept: Array<{ nodes: number[]; score: number; mean: number }> = [];
  const holder = new Map<number, number>();
  for (const part of sorted) {
    const toward = new Map<number, number>();
    for (const i of part.nodes)
      for (let e = csr.offsets[i]!; e < csr.offsets[i + 1]!; e++) {
        const g = holder.get(csr.targets[e]!);
        if (g !== undefined) toward.set(g, (toward.get(g) ?? 0) + csr.weights[e]!);
      }
    let best = -1;
    let most = JOINED;
    for (const [g, weight] of toward) {
      const group = kept[g]!;
      const share = weight / (part.nodes.length * group.nodes.length) / group.mean;
      if (share > most) {
        most = share;
        best = g;
      }
    }
    if (best < 0) {
      best = kept.length;
      const mean = (2 * part.score) / Math.max(1, part.nodes.length - 1);
      kept.push({ nodes: [], score: part.score, mean });
    }
    kept[best]!.nodes.push(...part.nodes);
    for (const i of part.nodes) holder.set(i, best);
  }
  return kept;
}

interface Rows {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  readonly weights: Float64Array;
}

/** Peels the least joined member, one at a time; returns the prefix of greatest Σ weight ÷ members. */
function densestPart(csr: Rows, nodes: readonly number[]): { kept: number[]; score: number } {
  const inside = new Set(nodes);
  const degree = new Map<number, number>();
  let total = 0;
  for (const i of nodes) {
    let sum = 0;
    for (let e = csr.offsets[i]!; e < csr.offsets[i + 1]!; e++)
      if (inside.has(csr.targets[e]!)) sum += csr.weights[e]!;
    degree.set(i, sum);
    total += sum / 2;
  }
  let best = { kept: [...nodes], score: total / nodes.length };
  const order: number[] = [];
  while (inside.size > 2) {
    let weakest = -1;
    let least = Infinity;
    for (const i of inside) {
      const d = degree.get(i)!;
      if (d < least || (d === least && i > weakest)) {
        least = d;
        weakest = i;
      }
    }
    inside.delete(weakest);
    order.push(weakest);
    total -= least;
    for (let e = csr.offsets[weakest]!; e < csr.offsets[weakest + 1]!; e++) {
      const j = csr.targets[e]!;
      if (inside.has(j)) degree.set(j, degree.get(j)! - csr.weights[e]!);
    }
    // Ties go to the larger group: equal joins are equal evidence.
    if (total / inside.size > best.score + 1e-9)
      best = { kept: [...inside], score: total / inside.size };
  }
  return best;
}

/** The best score of each redrawn world; a world without any group scores 0. */
export interface NullTable {
  readonly best: Float64Array;
}

/**
 * p of a group's score against the best groups of redrawn worlds: family-wise already. Empirical
 * inside the table's range; beyond it the Gumbel tail or that of the largest values, whichever is heavier, each with
 * its fit's own uncertainty.
 */
export function groupP(score: number, table: NullTable): number {
  const worlds = table.best.length;
  let exceeding = 0;
  let distinct = false;
  for (const b of table.best) {
    if (b >= score) exceeding++;
    if (b !== table.best[0]) distinct = true;
  }
  const empirical = empiricalP(exceeding, worlds);
  if (exceeding > 0 || !distinct) return empirical;
  return Math.min(empirical, maximumP(table.best, score));
}
