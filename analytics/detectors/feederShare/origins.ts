import { push } from '../../model/multimap.js';
import { HOUSEHOLD_MAX } from '../../projection/people.js';
import type { World } from '../../projection/world.js';
import { ageBand, unknownBand } from '../ages.js';
import type { Stays } from '../stays.js';

export type OriginKind = 'address' | 'phone' | 'village';

/** People of one address, telephone or village: more than a household. */
export interface Origin {
  readonly kind: OriginKind;
  readonly people: readonly number[];
  /** The hospital that most of their stays were at. */
  readonly hospital: number;
  /** Their stays at that hospital. */
  readonly own: readonly number[];
  /** Stays that as many others of their ages have. */
  readonly byAge: number;
  /** Share of the stays of others of the area that were at that hospital. */
  readonly nearby: number;
}

/** Years at which an age band begins. */
const BANDS = [18, 45, 60, 70, 80] as const;
/** People of the general rate that a band's rate is shrunk with. */
const BAND_PRIOR = 50;
/** Stays of the wider area's choice that an area's own is shrunk with. */
const AREA_PRIOR = 10;

/** Origins with a stay, in order of kind and first person. */
export function originsOf(world: World, stays: Stays): Origin[] {
  const { patients } = world;
  const staysOf = new Map<number, number[]>();
  stays.patient.forEach((p, i) => {
    push(staysOf, p, i);
  });
  const ages = ageRates(world, staysOf);
  const near = neighbours(world, stays);
  const kinds: ReadonlyArray<readonly [OriginKind, Int32Array]> = [
    ['address', patients.address],
    ['phone', patients.phone],
    ['village', patients.village],
  ];
  const out: Origin[] = [];
  for (const [kind, group] of kinds) {
    const groups = new Map<number, number[]>();
    group.forEach((g, p) => {
      if (g >= 0) push(groups, g, p);
    });
    for (const people of groups.values()) {
      if (people.length <= HOUSEHOLD_MAX) continue;
      const mine = people.flatMap((p) => staysOf.get(p) ?? []);
      if (mine.length === 0) continue;
      const count = new Map<number, number>();
      for (const i of mine) add(count, stays.institution[i]!);
      const [hospital] = [...count].sort((x, y) => y[1] - x[1] || x[0] - y[0])[0]!;
      out.push({
        ...{ kind, people, hospital },
        own: mine.filter((i) => stays.institution[i] === hospital),
        byAge: ages(people),
        nearby: near(people, mine, hospital),
      });
    }
  }
  return out;
}

/**
 * Stays that people of some ages have, by those who live in households: who shares an address or a telephone with
 * more is a candidate himself. Each band's rate is shrunk to everybody's. Where most people's addresses name no
 * household, all are counted.
 */
function ageRates(
  world: World,
  staysOf: ReadonlyMap<number, readonly number[]>,
): (people: readonly number[]) => number {
  const { address, phone, birthDay } = world.patients;
  const middle = (world.fromDay + world.toDay) / 2;
  const band = Uint8Array.from(birthDay, (birth) => ageBand(birth, middle, BANDS));
  const [byAddress, byPhone] = [sizes(address), sizes(phone)];
  const many = (p: number) =>
    Math.max(byAddress.get(address[p]!) ?? 0, byPhone.get(phone[p]!) ?? 0) > HOUSEHOLD_MAX;
  const alone = band.reduce((n, _, p) => n + (many(p) ? 0 : 1), 0);
  const counts = (p: number) => alone * 2 < band.length || !many(p);
  const people = new Float64Array(unknownBand(BANDS) + 1);
  const stays = new Float64Array(unknownBand(BANDS) + 1);
  band.forEach((b, p) => {
    if (!counts(p)) return;
    people[b]!++;
    stays[b]! += staysOf.get(p)?.length ?? 0;
  });
  const sum = (values: Float64Array) => values.reduce((x, y) => x + y, 0);
  const general = (sum(stays) + 1) / (sum(people) + 1);
  const rate = people.map((n, b) => (stays[b]! + BAND_PRIOR * general) / (n + BAND_PRIOR));
  return (who) => who.reduce((total, p) => total + rate[band[p]!]!, 0);
}

/** How many have each known value. */
function sizes(group: Int32Array): Map<number, number> {
  const out = new Map<number, number>();
  for (const g of group) if (g >= 0) add(out, g);
  return out;
}

/**
 * The distance model: where others of the village go, shrunk to others of the town, of the county, and to
 * everybody. Nobody's home has coordinates; its neighbours' choice has the distance in it.
 */
function neighbours(world: World, stays: Stays) {
  const { village, town, region } = world.patients;
  const width = world.institutions.ids.length;
  const levels: ReadonlyArray<(p: number) => number> = [
    () => 0,
    (p) => region[p]!,
    (p) => town[p]!,
    (p) => village[p]!,
  ];
  const counts = levels.map((of) => tally(stays.patient, of, stays, width));
  return (people: readonly number[], mine: readonly number[], hospital: number): number => {
    const own = levels.map((of) =>
      tally(
        mine.map((i) => stays.patient[i]!),
        of,
        { institution: mine.map((i) => stays.institution[i]!) },
        width,
      ),
    );
    const known = new Map<string, number>();
    let sum = 0;
    for (const p of people) {
      const areas = levels.map((of) => of(p));
      const key = areas.join();
      let share = known.get(key);
      if (share === undefined) {
        share = 1 / width;
        areas.forEach((area, level) => {
          if (area < 0) return;
          const rest = (what: 'all' | 'at', k: number) =>
            (counts[level]![what].get(k) ?? 0) - (own[level]![what].get(k) ?? 0);
          share =
            (rest('at', area * width + hospital) + AREA_PRIOR * share!) /
            (rest('all', area) + AREA_PRIOR);
        });
        known.set(key, share);
      }
      sum += share;
    }
    return sum / people.length;
  };
}

function tally(
  patient: ArrayLike<number>,
  of: (p: number) => number,
  { institution }: { readonly institution: ArrayLike<number> },
  width: number,
) {
  const all = new Map<number, number>();
  const at = new Map<number, number>();
  for (let i = 0; i < patient.length; i++) {
    const area = of(patient[i]!);
    if (area < 0) continue;
    add(all, area);
    add(at, area * width + institution[i]!);
  }
  return { all, at };
}

function add(map: Map<number, number>, key: number): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
