import { cauchyCombination, fisherCombination, sidak } from '../../algorithms/multiplicity.js';
import { type PeerTest, testPeers } from '../../algorithms/peerCounts.js';
import type { World } from '../../projection/world.js';
import { type Again, againTests } from './again.js';
import type { Clash, Stay } from './clashes.js';

/** What a view takes from the detector's parameters. */
interface PeerParameters {
  readonly recordError: number;
  readonly spread: number;
}

/** A hospital, or one of its departments. */
interface Ward {
  readonly hospital: number;
  readonly stratum: number;
  readonly stays: Stay[];
  exposure: number;
}

/** Share of the houses that may stand apart before the others are taken for the rule. */
const ASIDE = 0.1;
/** p below which they do: four houses that hang beds among sixty hide each other from a stricter line. */
const APART = 0.005;
const unexplained = (c: Clash) => !c.relative && !c.weekend;
/** What a view weighs in which nothing accounts for the clashes, and one that asks for a second clash besides. */
const LEFT_WEIGHT = 3;
const AGAIN_WEIGHT = 6;

/** Hospitals or departments, and the clashes that are looked at. */
export interface View {
  readonly wards: readonly Ward[];
  readonly counts: (clash: Clash) => boolean;
  readonly test: PeerTest;
  /** In the combination of all views. */
  readonly weight: number;
  /** Of each hospital's stays with a clash those with two, where both are judged together. */
  readonly again?: readonly Again[];
}

interface Judged {
  readonly hospital: number;
  /** Where it stands out most. */
  readonly view: View;
  readonly at: number;
  /** p of the hospital, all views together. */
  readonly together: number;
}

export function viewsOf(
  hospitals: readonly Ward[],
  departments: readonly Ward[],
  params: PeerParameters,
): View[] {
  const view = (wards: readonly Ward[], counts: View['counts'], weight: number): View => ({
    ...{ wards, counts, weight },
    test: clashTest(wards, params, counts),
  });
  // Leave and relatives differ from house to house; what they leave differs little and weighs more.
  const left = view(hospitals, unexplained, LEFT_WEIGHT);
  return [
    view(hospitals, () => true, 1),
    left,
    { ...left, weight: AGAIN_WEIGHT, again: againTests(hospitals, unexplained) },
    view(departments, () => true, 1),
    view(departments, unexplained, LEFT_WEIGHT),
  ];
}

/** The same view of those clashes that are not accounted for. */
export function viewWithout(
  { wards, counts, weight, again }: View,
  accounts: (clash: Clash) => boolean,
  params: PeerParameters,
): View {
  const left = (c: Clash) => counts(c) && !accounts(c);
  return {
    ...{ wards, weight, counts: left, test: clashTest(wards, params, left) },
    ...(again ? { again: againTests(wards, left) } : {}),
  };
}

/** How many clash and, given that, how many do so twice are independent in an honest world (Fisher's rule). */
export function chanceOf({ test, again }: View, at: number): number {
  const p = Math.exp(test.logP[at]!);
  return again ? fisherCombination([p, again[at]!.p]) : p;
}

/**
 * Every hospital in every view, whole and by its most striking department, by the Cauchy rule. A view
 * that shows less than usual says nothing against another that shows more (Fang et al. 2023, truncated).
 */
export function hospitalsOf(views: readonly View[]): Judged[] {
  const found = new Map<number, Array<{ view: View; at: number; p: number }>>();
  for (const view of views) {
    const own = new Map<number, number[]>();
    view.wards.forEach((ward, at) => {
      if (ward.exposure <= 0) return;
      own.set(ward.hospital, [...(own.get(ward.hospital) ?? []), at]);
    });
    for (const [hospital, wards] of own) {
      const at = wards.reduce((x, y) => (view.test.logP[y]! < view.test.logP[x]! ? y : x));
      const p = sidak(chanceOf(view, at), wards.length);
      found.set(hospital, [...(found.get(hospital) ?? []), { view, at, p }]);
    }
  }
  return [...found].map(([hospital, list]) => {
    const best = list.reduce((x, y) => (y.p < x.p ? y : x));
    const together = cauchyCombination(
      list.map((x) => Math.min(x.p, 0.5)),
      list.map((x) => x.view.weight),
    );
    return { hospital, ...best, together };
  });
}

/** Stays with a clash that counts, against those of the peers. */
function clashTest(
  wards: readonly Ward[],
  params: PeerParameters,
  counts: (clash: Clash) => boolean,
): PeerTest {
  return testPeers(
    wards.map((w) => ({
      k: w.stays.filter((x) => x.clashes.some(counts)).length,
      exposure: w.exposure,
      stratum: w.stratum,
    })),
    {
      ...{ prior: params.recordError, priorExposure: 1 / params.recordError },
      ...{ spread: params.spread, aside: ASIDE, apart: APART },
    },
  );
}

export function wardsOf(world: World, stays: readonly Stay[], byDepartment: boolean): Ward[] {
  const wards = new Map<string, Ward>();
  for (const stay of stays) {
    if (byDepartment && stay.department < 0) continue;
    const key = byDepartment ? `${stay.hospital}|${stay.department}` : `${stay.hospital}`;
    const known = wards.get(key);
    const ward: Ward = known ?? {
      hospital: stay.hospital,
      stratum: byDepartment ? stay.department : world.institutions.level[stay.hospital]!,
      stays: [],
      exposure: 0,
    };
    if (!known) wards.set(key, ward);
    ward.stays.push(stay);
    ward.exposure += stay.exposure;
  }
  return [...wards.values()];
}
