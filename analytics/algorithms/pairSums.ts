import { logPoissonTail } from './tails.js';

/** What a pair test leaves of a world: pairs a < b, ascending in (a, b), one array a quantity. */
export interface PairScreen {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly hits: Int32Array;
  /** Σ of the chances of the trials. */
  readonly expected: Float64Array;
  /** ln of the tail probability. */
  readonly logP: Float64Array;
  /** Weight of evidence, nats; adds over places. */
  readonly llr: Float64Array;
}

export const NO_PAIRS: PairScreen = {
  a: new Int32Array(),
  b: new Int32Array(),
  hits: new Int32Array(),
  expected: new Float64Array(),
  logP: new Float64Array(),
  llr: new Float64Array(),
};

/**
 * Sums the screens of several counties world by world: hits, expectations and weights of one pair
 * add. Its tail is then that of a Poisson variable with the summed mean, which bounds the
 * Poisson-binomial one from k ≥ E + 1 on (Hoeffding 1956). A county that was screened with fewer worlds than another is a fault of the caller.
 */
export function addScreens(counties: ReadonlyArray<readonly PairScreen[]>): PairScreen[] {
  const worlds = Math.max(0, ...counties.map((c) => c.length));
  return Array.from({ length: worlds }, (_, w) =>
    sum(counties.flatMap((c) => (c[w] ? [c[w]] : []))),
  );
}

function sum(parts: readonly PairScreen[]): PairScreen {
  if (parts.length === 1) return parts[0]!;
  const total = parts.reduce((n, p) => n + p.a.length, 0);
  const part = new Int32Array(total);
  const at = new Int32Array(total);
  let k = 0;
  parts.forEach((p, i) => {
    for (let e = 0; e < p.a.length; e++) {
      part[k] = i;
      at[k++] = e;
    }
  });
  const a = (e: number) => parts[part[e]!]!.a[at[e]!]!;
  const b = (e: number) => parts[part[e]!]!.b[at[e]!]!;
  const order = Int32Array.from(part, (_, e) => e).sort(
    (x, y) => a(x) - a(y) || b(x) - b(y) || part[x]! - part[y]!,
  );
  const out = {
    a: new Int32Array(total),
    b: new Int32Array(total),
    hits: new Int32Array(total),
    expected: new Float64Array(total),
    logP: new Float64Array(total),
    llr: new Float64Array(total),
  };
  let size = 0;
  for (const e of order) {
    const from = parts[part[e]!]!;
    const joined = size > 0 && out.a[size - 1] === a(e) && out.b[size - 1] === b(e);
    const row = joined ? size - 1 : size++;
    out.a[row] = a(e);
    out.b[row] = b(e);
    out.hits[row]! += from.hits[at[e]!]!;
    out.expected[row]! += from.expected[at[e]!]!;
    out.llr[row]! += from.llr[at[e]!]!;
    out.logP[row] = joined
      ? logPoissonTail(out.hits[row]!, out.expected[row]!)
      : from.logP[at[e]!]!;
  }
  return {
    a: out.a.slice(0, size),
    b: out.b.slice(0, size),
    hits: out.hits.slice(0, size),
    expected: out.expected.slice(0, size),
    logP: out.logP.slice(0, size),
    llr: out.llr.slice(0, size),
  };
}
