/**
 * Random numbers of the distributions that null worlds are simulated from.
 *
 * Normal by Box & Muller (1958); gamma by Marsaglia & Tsang (2000); Poisson by inversion, in pieces
 * of at most 20; negative binomial by inversion while small, else as a gamma mixture of Poissons.
 */
import type { Rng } from '../model/rng.js';

export function drawNormal(rng: Rng): number {
  const u = 1 - rng.next();
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * rng.next());
}

/** Gamma with the given shape and scale 1. */
export function drawGamma(shape: number, rng: Rng): number {
  if (shape < 1) return drawGamma(shape + 1, rng) * (1 - rng.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(rng);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    const u = 1 - rng.next();
    if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

export function drawPoisson(mean: number, rng: Rng): number {
  let rest = mean;
  let sum = 0;
  while (rest > 0) {
    const part = Math.min(rest, 20);
    let p = Math.exp(-part);
    let u = rng.next();
    let k = 0;
    while (u > p && k < 400) {
      u -= p;
      k++;
      p *= part / k;
    }
    sum += k;
    rest -= part;
  }
  return sum;
}

/** Mean `mean`, variance mean + mean²/size; size = Infinity is the Poisson. */
export function drawNegativeBinomial(mean: number, size: number, rng: Rng): number {
  if (mean <= 0) return 0;
  if (!(size < 1e6)) return drawPoisson(mean, rng);
  if (mean > 30) return drawPoisson((drawGamma(size, rng) * mean) / size, rng);
  const q = mean / (size + mean);
  let p = Math.exp(-size * Math.log1p(mean / size));
  let u = rng.next();
  let k = 0;
  while (u > p && k < 100_000) {
    u -= p;
    p *= ((k + size) / (k + 1)) * q;
    k++;
  }
  return k;
}
