/** How many gaps an honest institution has, and how much these differ: variance is mean + spread·mean². */
export interface CountLaw {
  readonly mean: number;
  readonly spread: number;
}

/** What is left out of the sum is less than this share of it. */
const PRECISION = 1e-9;
const TERMS = 10_000;

/**
 * P(T ≥ t) of the evidence T = c·K + E₁ + … + E_K of `count` events and their sizes, where K is negative binomial and
 * each E exponential with mean 1 (−ln of a p-value): number and size in one (the truncated product of p-values, Zaykin
 * et al. 2002, for a number that is not binomial). c = ln((1 + φμ)/φμ) is what one event more costs far out
 * in the tail of K. `sizes` is the sum of the observed E. 1 without events.
 *
 *   P(T ≥ t) = Σ_k P(K = k)·P(Γ(k) ≥ t − c·k)
 */
export function compoundTail(count: number, sizes: number, law: CountLaw): number {
  if (count === 0) return 1;
  const odds = law.spread * law.mean;
  if (odds <= 0) return 0;
  const size = 1 / law.spread;
  const ratio = odds / (1 + odds);
  const cost = -Math.log(ratio);
  const t = cost * count + sizes;
  // P(K = 0), then each from the one before.
  let mass = (1 - ratio) ** size;
  let sum = 0;
  for (let k = 1; k < TERMS; k++) {
    mass *= ((k - 1 + size) / k) * ratio;
    const part = mass * gammaTail(k, t - cost * k);
    sum += part;
    if (cost * k > t && part < sum * PRECISION * (1 - ratio)) break;
  }
  return Math.min(1, sum);
}

/** P(Γ(k) ≥ t) of a gamma variable with whole shape k: e^{−t} Σ_{j<k} t^j/j!. */
function gammaTail(k: number, t: number): number {
  if (t <= 0) return 1;
  let term = Math.exp(-t);
  let sum = term;
  for (let j = 1; j < k; j++) {
    term *= t / j;
    sum += term;
  }
  return Math.min(1, sum);
}
