import { logNegativeBinomialTail } from '../../algorithms/tails.js';

/**
 * How often honest peers show what a centre shows (N3). Purpose: `k` of `n` looks at one centre came
 * out suspicious; is that more than at the others? Formula: the rate of the others is estimated on
 * those that agree with each other — from the half with the lowest rates on, adding whoever is not
 * above them at the .01 level (a forward search, Atkinson & Riani 2000), since guilty centres are
 * among the peers — and the tail is the predictive negative binomial of a Gamma(1, 1/prior) prior, so
 * that few peers make a cautious p.
 */
export interface Count {
  /** Suspicious ones. */
  readonly k: number;
  /** Looks; a real number where looks have a weight. */
  readonly n: number;
}

/** What the search itself leans on the prior with, at most: a few odd peers are still peers. */
const PRIOR_LOOKS = 100;

/** Suspicious and looks of those peers that agree with each other. */
export function agreeing(peers: readonly Count[], prior: number): Count {
  const weight = Math.min(1 / prior, PRIOR_LOOKS);
  const order = peers.filter((c) => c.n > 0).sort((a, b) => a.k / a.n - b.k / b.n || b.n - a.n);
  let k = 0;
  let n = 0;
  let taken = 0;
  for (const c of order) {
    const agrees =
      taken * 2 < order.length ||
      logNegativeBinomialTail(c.k, ((k + 1) / (n + weight)) * c.n, k + 1) > Math.log(0.01);
    if (!agrees) break;
    k += c.k;
    n += c.n;
    taken++;
  }
  return { k, n };
}

/** ln P(k or more of `n`) for an honest centre, as a function of k; `prior` is the rate expected before looking. */
export function logPeerTail(
  n: number,
  peers: readonly Count[],
  prior: number,
): (k: number) => number {
  const honest = agreeing(peers, prior);
  const size = 1 + honest.k;
  const mean = (size / (honest.n + 1 / prior)) * n;
  return (k) => (k === 0 ? 0 : logNegativeBinomialTail(k, mean, size));
}

/** A count of `n` looks, and ln P(k or more) of an honest centre. */
export interface Tested extends Count {
  readonly tail: (k: number) => number;
}

/**
 * P that any of several counts of an honest centre is as unlikely as the least likely of the observed ones: the sum, over
 * the counts, of the largest tail that can be reached and is no larger (Tarone 1990). Few looks reach few tails, so this is
 * less than the number of counts times the smallest p. At most ½: counts of nothing say nothing.
 */
export function anyTail(counts: readonly Tested[]): number {
  const least = Math.min(...counts.map(({ k, tail }) => tail(k)));
  let sum = 0;
  for (const { k, n, tail } of counts) {
    // The observed one's tail is no smaller than the least, so what reaches it lies from there on.
    let at = k;
    while (at <= n && tail(at) > least) at++;
    if (at <= n) sum += Math.exp(tail(at));
  }
  return Math.min(0.5, sum);
}

/** The rate that `logPeerTail` expects. */
export function peerRate(peers: readonly Count[], prior: number): number {
  const honest = agreeing(peers, prior);
  return (1 + honest.k) / (honest.n + 1 / prior);
}
