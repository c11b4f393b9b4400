/**
 * From pairs to groups, and what a group is worth (DETECTORS.md §1, Groups and N2).
 *
 * Pairs carry a weight (a log likelihood ratio or a circle score). Leiden by modularity divides the
 * graph; in each community the densest part (greatest Σ weight ÷ members, Charikar 2000: peel whoever
 * is joined least, keep the best prefix) is a group, and what is left is searched again. A group
 * counts units, not people: members of one household are one. Score = Σ weight ÷ members: the plain
 * sum lets large noise through, density by edges lets triangles through.
 */
import { buildCsr } from './csr.js';
import { gumbelPredictiveP } from './extremes.js';
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
  if (keep.length < 2) return [];
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
  for (let i = 0; i < people.length; i++) {
    const list = communities.get(membership[i]!);
    if (list) list.push(i);
    else communities.set(membership[i]!, [i]);
  }
  const groups: Group[] = [];
  for (const community of communities.values()) {
    let rest = community;
    while (rest.length >= options.minUnits) {
      const { kept, score } = densestPart(csr, rest);
      if (score <= 0) break;
      const members = kept.map((i) => people[i]!).sort((x, y) => x - y);
      const units = new Set(members.map((m) => household[m]!)).size;
      if (units >= options.minUnits) groups.push({ members, units, score });
      const taken = new Set(kept);
      rest = rest.filter((i) => !taken.has(i));
    }
  }
  return groups.sort((x, y) => y.score - x.score || x.members[0]! - y.members[0]!);
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
 * inside the table's range; beyond it the Gumbel tail with the fit's own uncertainty.
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
  return Math.min(empirical, gumbelPredictiveP(table.best, score));
}
