/**
 * Weight of evidence of repeated trials as a Bayes factor.
 *
 * Alternative: with chance θ the two act together, else the trial falls as it would anyway, so a hit
 * has chance θ + (1 − θ)c. LLR = ln [ mean over θ ∈ {.2, .5, .8} of Π p₁/p₀ ]: one prior for rings
 * that always move together and for those that hide between honest visits. E₀[e^LLR] = 1 (Kass &
 * Raftery 1995; e-values: Vovk & Wang 2021).
 */
const THETA = [0.2, 0.5, 0.8] as const;

/** LLR of the first n trials with chances `chance` and outcomes `hit` (1 or 0), in nats. */
export function logBayesFactor(
  chance: ArrayLike<number>,
  hit: ArrayLike<number>,
  n: number,
): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let misses = 0;
  for (let i = 0; i < n; i++) {
    if (hit[i] === 0) {
      misses++;
      continue;
    }
    const c = chance[i]!;
    s0 += Math.log(THETA[0] / c + (1 - THETA[0]));
    s1 += Math.log(THETA[1] / c + (1 - THETA[1]));
    s2 += Math.log(THETA[2] / c + (1 - THETA[2]));
  }
  // A miss has chance (1 − θ)(1 − c) against 1 − c, whatever c is.
  s0 += misses * Math.log(1 - THETA[0]);
  s1 += misses * Math.log(1 - THETA[1]);
  s2 += misses * Math.log(1 - THETA[2]);
  const top = Math.max(s0, s1, s2);
  return top + Math.log((Math.exp(s0 - top) + Math.exp(s1 - top) + Math.exp(s2 - top)) / 3);
}
