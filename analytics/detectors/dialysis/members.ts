import { benjaminiHochberg } from '../../algorithms/multiplicity.js';
import { KINDS, type Kind } from './combine.js';
import type { ErrorRates } from './errors.js';
import type { PairJudgement } from './judge.js';
import { evidenceOf, namingLevel, THIN } from './levels.js';
import type { Parameters } from './parameters.js';

/** Kinds below this are odd enough to count as a second one. */
const ODD = Math.log(0.05);
/** A score of supports below which a record is as full as the others'. */
const FULL = 1;
/** A course alone names nobody: it may have ended for reasons that no table has. */
const NAMING = [...KINDS.filter((kind) => kind !== 'course'), 'joint'] as const;
/** Patients suspicious by one kind are all named where at most this share of such would be honest. */
const HONEST_SHARE = 0.1;

/**
 * Who of a centre is named: by Benjamini–Hochberg within it, and those suspicious by a kind of which
 * the peers would have hardly any (`honest`, the share of honest ones by kind). Where most of them
 * have thin records, one with full records and a single odd kind is not like them (a date mistyped, a
 * card that another centre bills too, somebody who is dialysed daily) and is not named.
 */
export function membersOf(
  pairs: readonly PairJudgement[],
  honest: ReadonlyMap<Kind | 'joint', number>,
  rates: ErrorRates,
  parameters: Parameters,
): PairJudgement[] {
  const q = benjaminiHochberg(pairs.map((x) => Math.exp(x.combined)));
  const telling = NAMING.filter((kind) => (honest.get(kind) ?? 1) <= HONEST_SHARE);
  const standing = pairs.filter(
    (x, i) =>
      q[i]! <= parameters.memberQ ||
      telling.some((kind) => (evidenceOf(x, kind) ?? 0) <= namingLevel(kind, rates).logP),
  );
  const isThin = (x: PairJudgement) => (x.logP.get('supports') ?? 0) <= THIN;
  if (standing.filter(isThin).length * 2 < standing.length) return standing;
  return standing.filter((x) => {
    const isFull = x.supports !== undefined && x.supports.score < FULL;
    return !isFull || [...x.logP.values()].filter((p) => p <= ODD).length > 1;
  });
}
