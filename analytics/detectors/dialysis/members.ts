import { benjaminiHochberg } from '../../algorithms/multiplicity.js';
import { weightedMedian } from '../../algorithms/robust.js';
import { KINDS, type Kind } from './combine.js';
import type { ErrorRates } from './errors.js';
import type { PairJudgement } from './judge.js';
import { evidenceOf, namingLevel, THIN } from './levels.js';
import type { Parameters } from './parameters.js';

/** Kinds below this are odd enough to count as a second one. */
const ODD = Math.log(0.05);
/** A score of supports below which a record is as full as the others'. */
const FULL = 1;
/** Patients suspicious by one kind are all named where at most this share of such would be honest. */
const HONEST_SHARE = 0.1;
/** An odd course names where the records of odd courses are this surely thinner than the others'. */
const CONTRAST = 0.005;
/** Fewer sessions are a visit, not a course. */
const FEWEST_SESSIONS = 4;

/**
 * Who of a centre is named: by Benjamini–Hochberg within it, and those suspicious by a kind of which
 * the peers would have hardly any (`honest`, the share of honest ones by kind). A course alone names
 * only where `contrast` says that such records are thinner: it may have ended for reasons that no
 * table has.
 *
 * Where most of them have thin records, one whose only odd kind leaves the record half as thin as
 * theirs is not like them (a date mistyped, a card that another centre bills too, somebody who is
 * dialysed daily, a patient without heparin) and is not named.
 */
export function membersOf(
  pairs: readonly PairJudgement[],
  honest: ReadonlyMap<Kind | 'joint', number>,
  contrast: number,
  rates: ErrorRates,
  parameters: Parameters,
): PairJudgement[] {
  const q = benjaminiHochberg(pairs.map((x) => Math.exp(x.combined)));
  const telling = ([...KINDS, 'joint'] as const).filter(
    (kind) =>
      (honest.get(kind) ?? 1) <= HONEST_SHARE && (kind !== 'course' || contrast <= CONTRAST),
  );
  const standing = pairs.filter(
    (x, i) =>
      x.pair.sessions.length >= FEWEST_SESSIONS &&
      (q[i]! <= parameters.memberQ ||
        telling.some((kind) => (evidenceOf(x, kind) ?? 0) <= namingLevel(kind, rates).logP)),
  );
  const thin = standing.filter((x) => (x.logP.get('supports') ?? 0) <= THIN);
  if (thin.length * 2 < standing.length) return standing;
  const scores = thin.map((x) => x.supports!.score);
  const typical = weightedMedian(
    scores,
    scores.map(() => 1),
  );
  return standing.filter((x) => {
    const odd = [...x.logP.values()].filter((p) => p <= ODD).length;
    return odd > 1 || !x.supports || x.supports.score >= Math.max(FULL, typical / 2);
  });
}
