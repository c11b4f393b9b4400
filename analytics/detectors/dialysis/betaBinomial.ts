import { log1mExp, logChoose, logGamma, logNormalTail } from '../../algorithms/gamma.js';

const logBeta = (a: number, b: number) => logGamma(a) + logGamma(b) - logGamma(a + b);

/**
 * Normal score of a beta-binomial count: the z whose upper tail is the mid-p P(X > k) + ½P(X = k).
 * X counts successes of n whose chance is drawn once a patient, with mean `p` and intraclass
 * correlation `rho` (Crowder 1978). Tails are summed by the ratio of neighbouring terms.
 */
export function betaBinomialScore(k: number, n: number, p: number, rho: number): number {
  const mean = Math.min(Math.max(p, 1e-4), 1 - 1e-4);
  const weight = 1 / rho - 1;
  const a = mean * weight;
  const b = (1 - mean) * weight;
  const at = logChoose(n, k) + logBeta(k + a, n - k + b) - logBeta(a, b);
  // Terms beyond k, in units of the term at k; the shorter way round where k is below the mean.
  const up = k >= mean * n;
  let sum = 0.5;
  let term = 1;
  if (up)
    for (let x = k; x < n; x++) {
      term *= ((n - x) / (x + 1)) * ((x + a) / (n - x - 1 + b));
      sum += term;
    }
  else
    for (let x = k; x > 0; x--) {
      term *= (x / (n - x + 1)) * ((n - x + b) / (x - 1 + a));
      sum += term;
    }
  const tail = Math.min(at + Math.log(sum), -1e-12);
  return up ? upperQuantile(tail) : -upperQuantile(tail);
}

/** z with ln P(Z ≥ z) = `logP`. */
export function upperQuantile(logP: number): number {
  if (logP > -Math.LN2) return -upperQuantile(log1mExp(logP));
  let z = Math.sqrt(Math.max(0, -2 * logP - Math.log(2 * Math.PI)));
  for (let i = 0; i < 50; i++) {
    const tail = logNormalTail(z);
    // Newton on the log scale: d ln P / dz = −φ(z) / P.
    const step = (tail - logP) / Math.exp(-0.5 * z * z - 0.9189385332046727 - tail);
    z = Math.max(0, z + step);
    if (Math.abs(step) < 1e-9) break;
  }
  return z;
}
