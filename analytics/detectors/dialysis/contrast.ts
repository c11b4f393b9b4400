/**
 * P(U ≥ u) of Mann and Whitney's U for samples of `m` and `n` without ties, exact by the recursion
 * f(u; m, n) = f(u − n; m − 1, n) + f(u; m, n − 1) (Mann & Whitney 1947). `u` counts the pairs in
 * which the one of the first sample is the larger.
 */
export function mannWhitneyTail(u: number, m: number, n: number): number {
  // ways[i][x]: orders of i of the first and j of the second sample with U = x, for growing j.
  const most = m * n;
  let ways = Array.from({ length: m + 1 }, () => {
    const row = new Float64Array(most + 1);
    row[0] = 1;
    return row;
  });
  for (let j = 1; j <= n; j++) {
    const next = [new Float64Array(most + 1)];
    next[0]![0] = 1;
    for (let i = 1; i <= m; i++) {
      const row = new Float64Array(most + 1);
      for (let x = 0; x <= i * j; x++) row[x] = (x >= j ? next[i - 1]![x - j]! : 0) + ways[i]![x]!;
      next.push(row);
    }
    ways = next;
  }
  let above = 0;
  let all = 0;
  ways[m]!.forEach((count, x) => {
    all += count;
    if (x >= u) above += count;
  });
  return above / all;
}

/** Larger samples are cut to this: no more is needed to tell. */
const MOST = 60;

/** P that the first sample's values lie as far above the second's by chance; ties count half, down. */
export function rankSumP(first: readonly number[], second: readonly number[]): number {
  const a = first.slice(0, MOST);
  const b = second.slice(0, MOST);
  let u = 0;
  for (const x of a) for (const y of b) u += x > y ? 1 : x === y ? 0.5 : 0;
  return mannWhitneyTail(Math.floor(u), a.length, b.length);
}
