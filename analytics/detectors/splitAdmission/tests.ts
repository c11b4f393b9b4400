import { type PeerTest, testPeers } from '../../algorithms/peerCounts.js';
import { logPoissonBinomialTail } from '../../algorithms/poissonBinomial.js';
import { push } from '../../model/multimap.js';
import type { World } from '../../projection/world.js';
import type { Discharge, Return } from './returns.js';

/** Discharges of the stratum's rate that a stratum with few of them is shrunk with. */
const SHRINK = 20;
/** Discharges of a diagnosis at other hospitals, to know what is usual. */
const ELSEWHERE_MIN = 15;
/** Share of the houses that may stand apart before the others are taken for the rule. */
const ASIDE = 0.1;
/** p below which they do: several houses that split hide each other from a stricter line. */
const APART = 0.005;
/** A return counts among the chain of returns up to here. */
const CHAIN_MAX = 5;
const CHAIN_PRIOR = 2;
/** Patients weigh at most so many trials at a link, and no link is taken for surer than this: rings are among them. */
const CHAIN_WEIGHT = 3;
const CHAIN_CEILING = 0.6;

export interface Hospital {
  readonly hospital: number;
  readonly discharges: Discharge[];
}

/**
 * Discharges by hospital, of those diagnoses that enough is known of from other hospitals: of an
 * illness that one place alone treats nobody can say what is usual.
 */
export function byHospital(all: readonly Discharge[]): Hospital[] {
  const ofCategory = new Map<number, number>();
  const here = new Map<string, number>();
  const known = all.filter((d) => d.stratum >= 0);
  for (const d of known) {
    const key = `${d.hospital}|${d.category}`;
    ofCategory.set(d.category, (ofCategory.get(d.category) ?? 0) + 1);
    here.set(key, (here.get(key) ?? 0) + 1);
  }
  const out = new Map<number, Hospital>();
  for (const d of known) {
    if (ofCategory.get(d.category)! - here.get(`${d.hospital}|${d.category}`)! < ELSEWHERE_MIN)
      continue;
    const hospital = out.get(d.hospital);
    if (hospital) hospital.discharges.push(d);
    else out.set(d.hospital, { hospital: d.hospital, discharges: [d] });
  }
  return [...out.values()].sort((x, y) => x.hospital - y.hospital);
}

interface Tally {
  k: number;
  n: number;
}

/**
 * Returns that count, hospital by hospital, against what other hospitals show for people of the same
 * diagnosis and age: expected is the sum of the strata's rates, each without the hospital's own
 * discharges, shrunk to the diagnosis and to all; hospitals of a level are then each other's peers.
 */
export function returnTest(
  world: World,
  hospitals: readonly Hospital[],
  counts: (r: Return) => boolean,
  spread: number,
): PeerTest {
  const all: Tally = { k: 0, n: 0 };
  const strata = new Map<string, Tally>();
  const add = (map: Map<string, Tally>, key: string, k: number) => {
    const t = map.get(key) ?? { k: 0, n: 0 };
    t.k += k;
    t.n++;
    map.set(key, t);
  };
  const keys = (d: Discharge) => [`s${d.stratum}`, `c${d.category}`] as const;
  const isHit = (d: Discharge) => (d.next && counts(d.next) ? 1 : 0);
  for (const h of hospitals)
    for (const d of h.discharges) {
      all.k += isHit(d);
      all.n++;
      for (const key of keys(d)) add(strata, key, isHit(d));
    }
  const units = hospitals.map((h) => {
    const own = new Map<string, Tally>();
    let k = 0;
    for (const d of h.discharges) {
      k += isHit(d);
      for (const key of keys(d)) add(own, key, isHit(d));
    }
    const rest = (key: string, prior: number) => {
      const [t, mine] = [strata.get(key)!, own.get(key)!];
      return (t.k - mine.k + SHRINK * prior) / (t.n - mine.n + SHRINK);
    };
    const wide = (all.k - k + 1) / (all.n - h.discharges.length + 20);
    let exposure = 0;
    for (const d of h.discharges) {
      const [stratum, category] = keys(d);
      exposure += rest(stratum, rest(category, wide));
    }
    return { k, exposure, stratum: world.institutions.level[h.hospital]! };
  });
  return testPeers(units, { prior: 1, priorExposure: 10, spread, aside: ASIDE, apart: APART });
}

/** A patient who comes back, and the returns that count. */
export interface Chain {
  readonly patient: number;
  readonly discharges: readonly Discharge[];
  readonly k: number;
  readonly expected: number;
  readonly logP: number;
}

/**
 * Patients by their own chain of quick returns, wherever to. Who has returned n times already is more
 * likely to return again, honestly: the chance is that of the others at the same n, so that long
 * illness is in the null. The tail is Poisson-binomial.
 */
export function chainTest(
  all: readonly Discharge[],
  counts: (d: Discharge) => boolean,
): { chains: Chain[]; looks: number } {
  const byPatient = new Map<number, Discharge[]>();
  for (const d of all) {
    if (d.planned) continue;
    push(byPatient, d.patient, d);
  }
  const tally = (list: readonly Discharge[]): Tally[] => {
    const out = Array.from({ length: CHAIN_MAX + 1 }, () => ({ k: 0, n: 0 }));
    let before = 0;
    for (const d of list) {
      const t = out[Math.min(before, CHAIN_MAX)]!;
      t.n++;
      if (!counts(d)) continue;
      t.k++;
      before++;
    }
    return out;
  };
  const weighed = (t: Tally): Tally => {
    const share = Math.min(1, CHAIN_WEIGHT / Math.max(1, t.n));
    return { k: t.k * share, n: t.n * share };
  };
  const total = Array.from({ length: CHAIN_MAX + 1 }, () => ({ k: 0, n: 0 }));
  for (const list of byPatient.values())
    tally(list)
      .map(weighed)
      .forEach((t, n) => {
        total[n]!.k += t.k;
        total[n]!.n += t.n;
      });
  const chains: Chain[] = [];
  for (const [patient, list] of byPatient) {
    const mine = tally(list);
    const k = mine.reduce((sum, t) => sum + t.k, 0);
    if (k < 2) continue;
    const rates: number[] = [];
    // Each link of the chain leans on the one before: few have come back so often.
    let lean = 0.2;
    total.forEach((t, n) => {
      const own = weighed(mine[n]!);
      const rest = { k: Math.max(0, t.k - own.k), n: Math.max(0, t.n - own.n) };
      const rate = (rest.k + CHAIN_PRIOR * Math.max(lean, 0.2)) / (rest.n + CHAIN_PRIOR);
      rates.push(Math.min(CHAIN_CEILING, n === 0 ? rate : Math.max(rate, rates[n - 1]!)));
      lean = rates[n]!;
    });
    const chances: number[] = [];
    mine.forEach((t, n) => {
      for (let x = 0; x < t.n; x++) chances.push(rates[n]!);
    });
    chains.push({
      patient,
      discharges: list,
      k,
      expected: chances.reduce((x, y) => x + y, 0),
      logP: logPoissonBinomialTail(chances, chances.length, k),
    });
  }
  return { chains, looks: byPatient.size };
}
