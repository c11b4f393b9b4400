/** A share with its interval; `share` is null where nothing was counted. */
export interface Share {
  readonly share: number | null;
  readonly low: number;
  readonly high: number;
}

const Z_95 = 1.959963984540054;

/**
 * `hits` of `n` with the score interval of Wilson 1927 ("Probable inference, the law of succession, and
 * statistical inference"), 95 %: it stays inside [0, 1] and says something of few trials, too.
 */
export function wilson(hits: number, n: number): Share {
  if (n === 0) return { share: null, low: 0, high: 1 };
  const p = hits / n;
  const z2 = Z_95 * Z_95;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z_95 / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return {
    share: p,
    low: hits === 0 ? 0 : Math.max(0, centre - half),
    high: hits === n ? 1 : Math.min(1, centre + half),
  };
}
