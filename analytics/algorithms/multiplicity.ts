/**
 * Many looks at once.
 *
 * - `benjaminiHochberg`: q_(i) = min_{j ≥ i} p_(j)·m/j (Benjamini & Hochberg 1995). `looks` is m, the
 *   number of tests *made*, which may exceed the number of p-values handed in: unseen ones are 1.
 * - `cauchyCombination`: p of T = Σ w·tan((½ − p)π), valid under dependence in the tail (Liu & Xie
 *   2020, "Cauchy combination test").
 * - `selectiveQ`: q of findings whose p is corrected for the looks inside their own family (detector), over
 *   families (Benjamini & Bogomolov 2014, "Selective inference on multiple families of hypotheses"), which may
 *   weigh unequally (Genovese, Roeder & Wasserman 2006, "False discovery control with p-value weighting").
 * - `fisherCombination`: P(−2 Σ ln p ≥ what was seen) of independent p's (Fisher 1932).
 * - `sidak`: family-wise p of the smallest of m independent p's.
 */

/** q-values in the order of `p`. m = max(looks, p.length). */
export function benjaminiHochberg(p: ArrayLike<number>, looks = p.length): Float64Array {
  const n = p.length;
  const m = Math.max(looks, n);
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  order.sort((a, b) => p[a]! - p[b]! || a - b);
  const q = new Float64Array(n);
  let least = 1;
  for (let rank = n; rank > 0; rank--) {
    const i = order[rank - 1]!;
    least = Math.min(least, (p[i]! * m) / rank);
    q[i] = least;
  }
  return q;
}

/** ln q from ln p, the same rule for p-values below the smallest double. */
export function logBenjaminiHochberg(logP: ArrayLike<number>, looks = logP.length): Float64Array {
  const n = logP.length;
  const logM = Math.log(Math.max(looks, n));
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  order.sort((a, b) => logP[a]! - logP[b]! || a - b);
  const q = new Float64Array(n);
  let least = 0;
  for (let rank = n; rank > 0; rank--) {
    const i = order[rank - 1]!;
    least = Math.min(least, logP[i]! + logM - Math.log(rank));
    q[i] = least;
  }
  return q;
}

/**
 * q-values in the order of `p`, each already corrected inside its family. `weights` has every family, those
 * without a finding included, and what it weighs beside the others; weights are chosen before the data are seen.
 * With p' = p·mean weight/weight: at a level α Benjamini–Hochberg over the families' smallest p' selects R of
 * them, and inside these what has p' ≤ R·α/families is found. q is the smallest such α.
 */
export function selectiveQ(
  p: ArrayLike<number>,
  family: readonly string[],
  weights: ReadonlyMap<string, number>,
): Float64Array {
  const families = weights.size;
  const mean = [...weights.values()].reduce((sum, w) => sum + w, 0) / families;
  const weighted = Float64Array.from(p, (own, i) => (own * mean) / weights.get(family[i]!)!);
  const smallest = new Map<string, number>();
  for (const [i, f] of family.entries())
    smallest.set(f, Math.min(smallest.get(f) ?? 1, weighted[i]!));
  const least = [...smallest.values()].sort((x, y) => x - y);
  // From this level on at least r + 1 families are selected.
  const level = new Float64Array(least.length);
  for (let r = least.length - 1; r >= 0; r--)
    level[r] = Math.min((least[r]! * families) / (r + 1), level[r + 1] ?? 1);
  return weighted.map((own) => {
    let q = Math.min(1, own * families);
    for (let r = 0; r < level.length; r++)
      q = Math.min(q, Math.max(level[r]!, (own * families) / (r + 1)));
    return q;
  });
}

/** One p of several dependent ones; weights default to equal and need not sum to 1. */
export function cauchyCombination(p: ArrayLike<number>, weights?: ArrayLike<number>): number {
  let total = 0;
  let statistic = 0;
  for (let i = 0; i < p.length; i++) {
    const w = weights ? weights[i]! : 1;
    // A p of exactly 0 or 1 would be an infinity that no other part could answer.
    const value = Math.min(Math.max(p[i]!, 1e-300), 1 - 1e-15);
    total += w;
    // tan((½ − p)π) = cot(pπ), which for small p is 1/(pπ) and keeps its digits.
    statistic += w * (value < 1e-8 ? 1 / (value * Math.PI) : 1 / Math.tan(value * Math.PI));
  }
  if (total <= 0) return 1;
  const t = statistic / total;
  // P(Cauchy > t) = ½ − atan(t)/π, written so that a large t keeps its digits.
  return t > 1 ? Math.atan(1 / t) / Math.PI : 0.5 - Math.atan(t) / Math.PI;
}

/** 1 − (1 − p)^m, exact for tiny p. */
export function sidak(p: number, m: number): number {
  return p >= 1 ? 1 : -Math.expm1(m * Math.log1p(-p));
}

/** One p of several independent ones: x·Σ_{j<n} (−ln x)^j / j!, x the product. */
export function fisherCombination(p: readonly number[]): number {
  const minusLog = -p.reduce((sum, x) => sum + Math.log(Math.max(x, 1e-300)), 0);
  let term = 1;
  let sum = 0;
  for (let j = 0; j < p.length; j++) {
    sum += term;
    term *= minusLog / (j + 1);
  }
  return Math.min(1, Math.exp(-minusLog) * sum);
}
