import { cauchyCombination } from '../algorithms/multiplicity.js';
import type { FindingStatus, InnocentExplanation } from '../model/finding.js';
import type { Patients } from '../projection/world.js';
import { type Candidate, HOPELESS } from './candidates.js';
import { bestExplanation, provableUnits } from './explanations.js';

/**
 * p of a candidate over both searches; undefined where it is hopeless. Two searches were made, so a group that
 * only one of them found is the better of two looks.
 */
export function searchedP(candidate: Candidate): number | undefined {
  const found = [candidate.meetings?.p, candidate.circles?.p].filter((p) => p !== undefined);
  const p = found.length === 2 ? cauchyCombination(found) : Math.min(1, 2 * (found[0] ?? 1));
  return p > HOPELESS ? undefined : p;
}

/**
 * Status and p of a candidate: side evidence (each p paid for with the number of candidates looked at) may only
 * strengthen it, the best innocent explanation only weaken it. A group that cannot prove `minUnits`
 * unrelated homes is put up for review, without a p.
 */
export function judge(
  candidate: Candidate,
  evidence: {
    readonly searched: number;
    readonly side: readonly number[];
    readonly candidates: number;
    readonly innocent: readonly InnocentExplanation[];
  },
  patients: Patients,
  params: { readonly q: number; readonly minUnits: number; readonly together?: number },
): { status: FindingStatus; p: number | null } {
  const combined = cauchyCombination([
    evidence.searched,
    // What says nothing is left out: a Cauchy sum would let it outweigh everything.
    ...evidence.side.map((p) => p * evidence.candidates).filter((p) => p < 1),
  ]);
  const remaining = bestExplanation(evidence.innocent);
  const unknown = provableUnits(candidate.members, patients, params.together) < params.minUnits;
  return {
    status: remaining > params.q ? 'explained' : unknown ? 'review' : 'finding',
    p: unknown ? null : Math.max(Math.min(combined, evidence.searched), remaining),
  };
}
