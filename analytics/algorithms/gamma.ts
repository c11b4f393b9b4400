/**
 * Special functions that the tails are made of.
 *
 * - `logGamma`: Lanczos approximation, g = 7, nine terms (Lanczos 1964; coefficients of P. Godfrey),
 *   relative error about 1e-14 for x > 0.
 * - `logNormalTail`: erfc by the series of erf near 0 and Lentz's continued fraction beyond
 *   (Abramowitz & Stegun 7.1.6, 7.1.14), so that it is exact on the log scale for any z.
 * - `logChi2Tail`: upper regularised incomplete gamma by series or continued fraction
 *   (Press et al., Numerical Recipes §6.2).
 */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];
const HALF_LOG_2PI = 0.9189385332046727;

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < 9; i++) sum += LANCZOS[i]! / (z + i);
  const t = z + 7.5;
  return HALF_LOG_2PI + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

const logFactorials = new Float64Array(256);
for (let i = 2; i < 256; i++) logFactorials[i] = logFactorials[i - 1]! + Math.log(i);

/** ln n! for an integer n ≥ 0. */
export function logFactorial(n: number): number {
  return n < 256 ? logFactorials[n]! : logGamma(n + 1);
}

/** ln C(n, k). */
export function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** ln(1 − e^x) for x ≤ 0 (Mächler 2012). */
export function log1mExp(x: number): number {
  return x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x));
}

/** ln of the upper regularised incomplete gamma Q(a, x), a > 0. */
export function logGammaQ(a: number, x: number): number {
  if (x <= 0) return 0;
  const front = a * Math.log(x) - x - logGamma(a);
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < 100_000; n++) {
      term *= x / (a + n);
      sum += term;
      if (term < sum * 1e-17) break;
    }
    return log1mExp(Math.min(front + Math.log(sum), 0));
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 100_000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = an * d + b;
    if (Math.abs(d) < 1e-300) d = 1e-300;
    c = b + an / c;
    if (Math.abs(c) < 1e-300) c = 1e-300;
    d = 1 / d;
    const delta = d * c;
    h *= delta;
    if (Math.abs(delta - 1) < 1e-16) break;
  }
  return front + Math.log(h);
}

/** ln P(χ²_df ≥ x). */
export function logChi2Tail(x: number, df: number): number {
  return logGammaQ(df / 2, x / 2);
}

/** ln P(Z ≥ z) of a standard normal. */
export function logNormalTail(z: number): number {
  if (z < 0) return log1mExp(logNormalTail(-z));
  return z === 0 ? -Math.LN2 : logGammaQ(0.5, (z * z) / 2) - Math.LN2;
}
