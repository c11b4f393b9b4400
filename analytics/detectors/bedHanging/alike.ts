import { cauchyCombination } from '../../algorithms/multiplicity.js';
import { testPeers } from '../../algorithms/peerCounts.js';
import { rowsOf } from '../../projection/indexes.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';
import type { Stay } from './clashes.js';

/** What a hospital has of stays of the same few nights by people who never come there otherwise. */
export interface Alike {
  readonly hospital: number;
  /** Its band: fewest nights. */
  readonly nights: number;
  /** In order of time; a patient's stays within a month of each other are one. */
  readonly stays: readonly Stay[];
  readonly expected: number;
  readonly p: number;
}

/** A band holds so many lengths, and begins with one of these. */
const BAND = 3;
const BANDS = [3, 4, 5, 6, 7, 8, 9, 10] as const;
/** A patient's stays at one hospital with fewer days between them are one illness. */
const SPELL_DAYS = 30;
/** Visits elsewhere from which on it tells something that somebody was never seen here. */
const SEEN_ELSEWHERE = 3;
/** Share of strangers before looking, in stays, and overdispersion φ that honest hospitals have at least. */
const PRIOR = { prior: 0.4, priorExposure: 5, spread: 0.15 };
/** Share of the hospitals that may stand apart before the others are taken for the rule, and the p below which they do. */
const APART = { aside: 0.1, apart: 0.005 };

/**
 * Papers are written to a pattern, and their holders are not the house's own patients: of each hospital the stays whose nights
 * lie within one band of three, by people who are seen at other places and at this one only in its beds.
 *
 * Formula: k such stays against the peers of the level (N3, `testPeers`), exposure Σ s(d) over the stays of people who are seen
 * elsewhere, s(d) the share of the other hospitals' stays for the diagnosis d that lie in the band; over all bands by the truncated Cauchy rule.
 * A patient who comes back within the month is one, so that cycles are.
 */
export function alikeStays(world: World, stays: readonly Stay[]): Map<number, Alike> {
  const own = spells(stays);
  const hospitals = [...new Set(own.map((x) => x.hospital))].sort((x, y) => x - y);
  const index = new Map(hospitals.map((h, at) => [h, at]));
  const kinds = own.map((x) => acquaintance(world, x));
  const found = hospitals.map(() => [] as Alike[]);
  for (const nights of BANDS) {
    const inBand = (x: Stay) => x.end - x.begin >= nights && x.end - x.begin < nights + BAND;
    const share = bandShares(world, own, inBand);
    const units = hospitals.map((hospital) => ({
      ...{ hospital, k: 0, exposure: 0, stratum: world.institutions.level[hospital]! },
      stays: [] as Stay[],
    }));
    own.forEach((x, i) => {
      if (!kinds[i]!.elsewhere) return;
      const unit = units[index.get(x.hospital)!]!;
      unit.exposure += share(x);
      if (!inBand(x) || !kinds[i]!.stranger) return;
      unit.k++;
      unit.stays.push(x);
    });
    const test = testPeers(units, { ...PRIOR, ...APART });
    units.forEach(({ hospital, exposure, stays: such }, at) => {
      const p = exposure > 0 ? Math.exp(test.logP[at]!) : 1;
      found[at]!.push({ hospital, nights, stays: such, expected: test.expected[at]!, p });
    });
  }
  return new Map(
    found.map((list) => {
      const best = list.reduce((x, y) => (y.p < x.p ? y : x));
      return [
        best.hospital,
        { ...best, p: cauchyCombination(list.map((x) => Math.min(x.p, 0.5))) },
      ];
    }),
  );
}

/** Stays in order of time without those that begin within a month of the one before of the patient at the hospital. */
function spells(stays: readonly Stay[]): Stay[] {
  const last = new Map<string, number>();
  return [...stays]
    .sort((x, y) => x.begin - y.begin || x.index - y.index)
    .filter((x) => {
      const key = `${x.patient}|${x.hospital}`;
      const before = last.get(key) ?? -Infinity;
      last.set(key, Math.max(before, x.end));
      return x.begin > before + SPELL_DAYS;
    });
}

/** Whether the patient goes to other places without a bed, and never to the hospital of the stay. */
function acquaintance(world: World, { patient, hospital }: Stay) {
  const s = world.settlements;
  let [here, elsewhere] = [0, 0];
  for (const i of rowsOf(world, patient)) {
    if (s.cancelled[i] || s.class[i] === CLASS_INPATIENT) continue;
    if (s.institution[i] === hospital) here++;
    else elsewhere++;
  }
  return { elsewhere: elsewhere >= SEEN_ELSEWHERE, stranger: here === 0 };
}

/** The share of the stays at other hospitals that lie in the band, by diagnosis; shrunk to that of all by one stay. */
function bandShares(
  world: World,
  stays: readonly Stay[],
  inBand: (x: Stay) => boolean,
): (x: Stay) => number {
  const s = world.settlements;
  const counts = new Map<string, { n: number; k: number }>();
  const add = (key: string, k: number) => {
    const known = counts.get(key) ?? { n: 0, k: 0 };
    counts.set(key, { n: known.n + 1, k: known.k + k });
  };
  let all = 0;
  for (const x of stays) {
    const k = inBand(x) ? 1 : 0;
    all += k;
    add(`${s.diagnosis[x.row]}`, k);
    add(`${s.diagnosis[x.row]}|${x.hospital}`, k);
  }
  const usual = all / Math.max(1, stays.length);
  return (x) => {
    const every = counts.get(`${s.diagnosis[x.row]}`)!;
    const own = counts.get(`${s.diagnosis[x.row]}|${x.hospital}`)!;
    return (every.k - own.k + usual) / (every.n - own.n + 1);
  };
}
