/**
 * Upper tail of a Poisson-binomial: the sum of independent trials with chances c_1 … c_n.
 *
 * Purpose: p of a pair over its trials (DETECTORS.md, N1). Formula: the exact recursion
 * f(j) ← f(j)(1 − c) + f(j − 1)c with an absorbing state at k (Barlow & Heidtmann 1984; Hong 2013,
 * "On computing the distribution function for the Poisson binomial distribution"). Only positive
 * terms are added, so the relative error is about n·2⁻⁵³. Tails under 1e-280 are computed after
 * exponential tilting, which puts k in the middle of the distribution.
 */
let scratch = new Float64Array(64);

/** Masses of 0 … size − 1 before any trial. */
function start(size: number): Float64Array {
  if (scratch.length < size) scratch = new Float64Array(size * 2);
  scratch.fill(0, 0, size);
  scratch[0] = 1;
  return scratch;
}

/** One trial more: `top` is the highest index that may be non-zero afterwards. */
function step(f: Float64Array, top: number, c: number): void {
  const miss = 1 - c;
  for (let j = top; j > 0; j--) f[j] = f[j]! * miss + f[j - 1]! * c;
  f[0]! *= miss;
}

/**
 * ln P(S ≥ k) over the first `n` chances. With `stopAbove`, returns a lower bound as soon as the
 * tail is known to exceed it (adding trials only raises it): enough to throw a pair out early.
 */
export function logPoissonBinomialTail(
  chances: ArrayLike<number>,
  n: number,
  k: number,
  stopAbove = 2,
): number {
  if (k <= 0) return 0;
  if (k > n) return -Infinity;
  const f = start(k);
  let tail = 0;
  for (let i = 0; i < n; i++) {
    const c = chances[i]!;
    if (i >= k - 1) {
      tail += f[k - 1]! * c;
      if (tail > stopAbove) return Math.log(tail);
    }
    step(f, i + 1 < k ? i + 1 : k - 1, c);
  }
  return tail > 1e-280 ? Math.min(Math.log(tail), 0) : tiltedTail(chances, n, k);
}

/**
 * ln P(S ≥ k) where chance `chances[g]` is tried `counts[g]` times: one binomial convolution per
 * group, O(groups · k²), instead of one step per trial.
 */
export function logGroupedPoissonBinomialTail(
  chances: ArrayLike<number>,
  counts: ArrayLike<number>,
  groups: number,
  k: number,
): number {
  let n = 0;
  for (let g = 0; g < groups; g++) n += counts[g]!;
  if (k <= 0) return 0;
  if (k > n) return -Infinity;
  let f = new Float64Array(k);
  let next = new Float64Array(k);
  const mass = new Float64Array(k + 1);
  f[0] = 1;
  let tail = 0;
  for (let g = 0; g < groups; g++) {
    const above = binomialMasses(mass, counts[g]!, chances[g]!, k);
    next.fill(0);
    for (let j = 0; j < k; j++) {
      const held = f[j]!;
      if (held === 0) continue;
      // From j, k − j or more hits absorb.
      let absorb = above;
      for (let h = k; h >= k - j; h--) absorb += mass[h]!;
      tail += held * absorb;
      for (let h = 0; h < k - j; h++) next[j + h]! += held * mass[h]!;
    }
    [f, next] = [next, f];
  }
  if (tail > 1e-280) return Math.min(Math.log(tail), 0);
  const flat = new Float64Array(n);
  for (let g = 0, at = 0; g < groups; at += counts[g]!, g++)
    flat.fill(chances[g]!, at, at + counts[g]!);
  return tiltedTail(flat, n, k);
}

/** Fills P(X = 0 … k) of Binomial(n, p); returns P(X > k). */
function binomialMasses(mass: Float64Array, n: number, p: number, k: number): number {
  mass.fill(0);
  mass[0] = 1;
  let above = 0;
  for (let i = 0; i < n; i++) {
    above += mass[k]! * p;
    step(mass, Math.min(i + 1, k), p);
  }
  return above;
}

/**
 * Σ_{j ≥ k} P~(j) e^{−θj} · Π(1 − c + c·e^θ), with θ such that the tilted mean is k (the saddle
 * point; Daniels 1954): the same sum, in numbers that a double can hold.
 */
function tiltedTail(chances: ArrayLike<number>, n: number, k: number): number {
  let possible = 0;
  let certain = 0;
  let logAll = 0;
  for (let i = 0; i < n; i++) {
    const c = chances[i]!;
    if (c > 0) {
      possible++;
      logAll += Math.log(c);
    }
    if (c >= 1) certain++;
  }
  if (possible < k) return -Infinity;
  if (possible === k) return logAll;
  if (certain >= k) return 0;
  let low = 0;
  let high = 800;
  for (let step = 0; step < 200 && high - low > 1e-9; step++) {
    const theta = (low + high) / 2;
    let mean = 0;
    for (let i = 0; i < n; i++) mean += tilted(chances[i]!, theta);
    if (mean < k) low = theta;
    else high = theta;
  }
  const theta = high;
  const size = Math.min(n, k + Math.ceil(45 / Math.max(theta, 1e-3)) + 10) + 1;
  const f = start(size);
  let logScale = 0;
  for (let i = 0; i < n; i++) {
    const c = chances[i]!;
    if (c <= 0) continue;
    logScale += theta + Math.log(c + (1 - c) * Math.exp(-theta));
    step(f, Math.min(i + 1, size - 1), tilted(c, theta));
  }
  let sum = 0;
  for (let j = k; j < size; j++) sum += f[j]! * Math.exp(-theta * (j - k));
  return Math.log(sum) - theta * k + logScale;
}

function tilted(c: number, theta: number): number {
  return c / (c + (1 - c) * Math.exp(-theta));
}
