/**
 * Draws from many urns at once, all of them tilted alike by a factor that nobody knows.
 *
 * Model: urn i is drawn from n times; the share of its hits is beta of mean c and concentration s (Pólya 1931), so that
 * the draws from one urn go together: a habit. With n = 1 it is one trial of chance c. The odds of every c are
 * multiplied by one factor, gamma of mean 1 and variance `spread` (honest doctors differ from any model). Formula: exact
 * convolution of the beta-binomials with an absorbing state at k, the mean of it over the factor by the
 * trapezoidal rule. For small chances and n = 1 it is the negative binomial of size 1/`spread`; unlike that it never expects
 * more than all.
 */
export interface Urn {
  /** n ≥ 1. */
  readonly draws: number;
  /** c in [0, 1]. */
  readonly chance: number;
  /** s > 0; of no account for one draw. */
  readonly ties: number;
}

/** Points of the factor that are weighed, and how many deviations beyond 1 they reach. */
const POINTS = 32;
const REACH = 12;
const LEAST = 1e-300;

/** ln P(k hits or more). */
export function logUrnTail(urns: readonly Urn[], k: number, spread: number): number {
  if (k <= 0) return 0;
  let sum = 0;
  for (const { factor, weight } of factors(spread)) sum += weight * tailOf(urns, k, factor);
  return Math.log(Math.min(1, Math.max(LEAST, sum)));
}

function factors(spread: number): ReadonlyArray<{ factor: number; weight: number }> {
  if (spread <= 0) return [{ factor: 1, weight: 1 }];
  const shape = 1 / spread;
  const most = 1 + REACH * Math.sqrt(spread);
  const points = Array.from({ length: POINTS }, (_, i) => {
    const factor = ((i + 0.5) / POINTS) * most;
    // Density of the gamma law up to a factor, 1 at the mean.
    return { factor, weight: Math.exp((shape - 1) * Math.log(factor) - shape * (factor - 1)) };
  });
  const all = points.reduce((sum, x) => sum + x.weight, 0);
  return points.map(({ factor, weight }) => ({ factor, weight: weight / all }));
}

function tailOf(urns: readonly Urn[], k: number, factor: number): number {
  let held = new Float64Array(k);
  let next = new Float64Array(k);
  held[0] = 1;
  let tail = 0;
  let top = 0;
  for (const { draws, chance, ties } of urns) {
    const c = (factor * chance) / (1 - chance + factor * chance);
    const masses = betaBinomial(draws, Math.min(c, 1 - 1e-9), ties);
    next.fill(0);
    for (let j = 0; j <= top; j++) {
      const h = held[j]!;
      if (h === 0) continue;
      for (let x = 0; x <= draws; x++)
        if (j + x < k) next[j + x]! += h * masses[x]!;
        else tail += h * masses[x]!;
    }
    [held, next] = [next, held];
    top = Math.min(k - 1, top + draws);
  }
  return tail;
}

/** P(X = 0 … n). */
function betaBinomial(n: number, c: number, ties: number): Float64Array {
  const out = new Float64Array(n + 1);
  const [a, b] = [c * ties, (1 - c) * ties];
  let mass = 1;
  for (let i = 0; i < n; i++) mass *= (b + i) / (ties + i);
  out[0] = mass;
  for (let x = 0; x < n; x++) {
    mass *= ((n - x) / (x + 1)) * ((a + x) / (b + n - x - 1));
    out[x + 1] = mass;
  }
  return out;
}
