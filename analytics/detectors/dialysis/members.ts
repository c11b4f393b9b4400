import { benjaminiHochberg } from '../../algorithms/multiplicity.js';
import type { PairJudgement } from './judge.js';
import { THIN } from './levels.js';
import type { Parameters } from './parameters.js';

/** Kinds below this are odd enough to count as a second one. */
const ODD = Math.log(0.05);
/** A score of supports below which a record is as full as the others'. */
const FULL = 1;
/** Patients with thin records are all named where at most this share of such would be honest. */
const HONEST_THIN = 0.1;

/**
 * Who of a centre is named: by Benjamini–Hochberg within it, and those with thin records where the
 * peers would have hardly any. Where most of them have thin records, one with full records and a
 * single odd kind is not like them (a date mistyped, a card that another centre bills too, somebody
 * who is dialysed daily) and is not named.
 */
export function membersOf(
  pairs: readonly PairJudgement[],
  honestThin: number,
  parameters: Parameters,
): PairJudgement[] {
  const q = benjaminiHochberg(pairs.map((x) => Math.exp(x.combined)));
  const isThin = (x: PairJudgement) => (x.logP.get('supports') ?? 0) <= THIN;
  const standing = pairs.filter(
    (x, i) => q[i]! <= parameters.memberQ || (honestThin <= HONEST_THIN && isThin(x)),
  );
  if (standing.filter(isThin).length * 2 < standing.length) return standing;
  return standing.filter((x) => {
    const isFull = x.supports !== undefined && x.supports.score < FULL;
    return !isFull || [...x.logP.values()].filter((p) => p <= ODD).length > 1;
  });
}
