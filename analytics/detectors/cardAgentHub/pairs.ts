import { type CircleWorld, circleScreen } from '../../algorithms/circles.js';
import { fisherCombination } from '../../algorithms/multiplicity.js';
import { type Group, groupP } from '../../algorithms/pairGroups.js';
import { rangesOf } from '../../algorithms/placeLinks.js';
import { mean } from '../../algorithms/robust.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';
import { searchProposed } from '../circleSearch.js';
import type { DetectorContext } from '../detector.js';
import type { GroupSearch } from '../groupSearch.js';
import { homeAreas } from '../places.js';
import { companyP, type Hub, jointUse, type PlaceDays, type Usage } from './hubs.js';
import { joiners } from './joiners.js';

/** Two people who have less than this in common are no pair; of one person half of it makes him one of a group. */
const MIN_SCORE = 6;
/** Places that they have in common, at least. */
const MIN_SHARED = 2;
/** Times that they are looked for anew without those already found. */
const ROUNDS = 4;
/** Worlds drawn before deciding whether any group is worth the others. */
const FIRST_WORLDS = 3;
/**
 * Days in a row that count as one, each looked at: who does not bring his cards on one day brings them on the next. Of more in
 * a row chance makes company as well.
 */
const IN_A_ROW = [1, 3];
/** A place belongs to the agent when this share of the cards used it. */
const PLACE_SHARE = 1 / 3;

export const ID = 'card-agent-hub';
export const VERSION = 6;

/** Cards of several telephones, each of a few strangers, that are used at the same places. */
export interface Cards {
  /** Whose places stand out. */
  readonly core: Group;
  readonly search: GroupSearch;
  /** Who is one: who shares the telephone. */
  readonly unit: Int32Array;
  /** The core and who else with such a telephone was at its places, though they are rare for where he lives. */
  readonly members: readonly number[];
  /** Further cards: of any telephone that came with these, and those of less sure groups of the same places. */
  readonly joiners: readonly number[];
  readonly places: ReadonlySet<number>;
  /** The members there, by such days as show most company. */
  readonly usage: Usage;
  readonly days: PlaceDays;
  /** Groups whose days were looked at, times the ways of counting them. */
  readonly looks: number;
  readonly placesP: number;
  readonly daysP: number;
  readonly p: number;
}

/** P of the company of a further card, at most: of one whose telephone joins villages, too, and of any other. */
const COMPANY_AMONG = 0.2;
const COMPANY_OTHERS = 0.01;

export interface CardsParameters {
  readonly minUnits: number;
  readonly companySpread: number;
  readonly excess: number;
  readonly worlds: number;
  readonly q: number;
}

/**
 * An agent who keeps a telephone for every two or three cards has no telephone that stands out. But each of his
 * telephones has people of several villages, who hardly ever use the same places, and all of his cards use
 * his. So people who share a telephone with another village are compared by the places that are rare for where they live
 * (circles, DETECTORS.md §1); who shares the telephone is one unit, since relatives do. Groups are held against worlds
 * in which the links of an area are dealt again, with their score divided by `excess`: geography is denser
 * than any redrawn world, since people move and stay registered. But neighbours by chance come on days of their own. The group was
 * formed by places, so the days of its visits tell anew: how often its telephones join one another there, family-wise over
 * the groups, by Fisher's rule beside the first. The surest are left out when the others are looked for (stepping down,
 * Holm 1979).
 */
export function fewCardsEach(
  world: World,
  hubs: readonly Hub[],
  days: (inARow: number) => PlaceDays,
  params: CardsParameters,
  context: DetectorContext,
): Cards[] {
  const { among, unit } = strangersOf(world, hubs);
  const all = visitLinks(world);
  const area = homeAreas(world);
  const found: Cards[] = [];
  const gone = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    const left = (_: number, e: number) => !gone.has(all.patient[e]!);
    const links = { patient: all.patient.filter(left), place: all.place.filter(left) };
    const screen = circleScreen(
      { ...links, area, visited: links },
      {
        ...{ minScore: MIN_SCORE, minShared: MIN_SHARED, among },
        ...(context.signal ? { signal: context.signal } : {}),
      },
    );
    const observed = screen.observed();
    const { a, b, score } = observed.pairs;
    if (a.length === 0) break;
    const searchAgainst = (worlds: number) =>
      searchProposed(
        screen,
        { a, b, weight: score },
        {
          ...{ name: `few cards each ${round}`, phase: 'redrawing telephones', worlds },
          ...{ household: unit, minUnits: params.minUnits },
        },
        context,
      );
    const first = searchAgainst(FIRST_WORLDS);
    const looks = first.groups.length * IN_A_ROW.length;
    const uses = usesOf(observed);
    const judged = first.groups.map((core) => {
      const places = commonPlaces(core.members, uses);
      const fits = (m: number) => rarity(uses, m, places) >= MIN_SCORE / 2;
      const others = [...among].filter((m) => !gone.has(m) && fits(m));
      const members = [...new Set([...core.members, ...others])].sort((x, y) => x - y);
      const [best] = IN_A_ROW.map((inARow) => {
        const counted = days(inARow);
        const usage = jointUse(world, members, (m) => unit[m]!, counted, places);
        return { usage, days: counted, daysP: companyP(usage, params.companySpread, looks) };
      }).sort((x, y) => x.daysP - y.daysP);
      return { core, places, members, looks, unit, ...best! };
    });
    // Without company the places must tell by themselves, and with middling ones the company.
    const stands = (first.groups[0]?.score ?? 0) > params.excess * mean(first.table.best);
    if (!stands && !judged.some((g) => g.daysP <= params.q)) break;
    const search = searchAgainst(params.worlds);
    const sure = judged
      .map((g) => {
        const placesP = groupP(g.core.score / params.excess, search.table);
        return { ...g, search, placesP, p: fisherCombination([placesP, g.daysP]) };
      })
      .filter((g) => g.p <= params.q)
      .sort((x, y) => x.p - y.p);
    if (sure.length === 0) break;
    for (const group of sure) {
      if (group.members.filter((m) => gone.has(m)).length * 2 > group.members.length) continue;
      const { members, places } = group;
      const rare = (m: number) => costsAt(uses, m, places).reduce((x, y) => x + y, 0);
      const others = [...uses.keys()].filter((m) => !among.has(m));
      const more = joiners(world, members, places, group.days, {
        rare,
        pools: [
          { people: [...among], company: COMPANY_AMONG },
          { people: others, company: COMPANY_OTHERS },
        ],
        q: params.q,
      }).filter((m) => !gone.has(m));
      const fresh = [...members, ...more].filter((m) => !gone.has(m));
      for (const m of fresh) gone.add(m);
      const same = found.findIndex((f) => f.search === search && share(f.places, places));
      if (same < 0) found.push({ ...group, joiners: more });
      else
        found[same] = {
          ...found[same]!,
          joiners: [...found[same]!.joiners, ...fresh],
          places: new Set([...found[same]!.places, ...places]),
        };
    }
  }
  return found;
}

/** People whose telephone stands for more than one village, and who is one by it. */
function strangersOf(world: World, hubs: readonly Hub[]) {
  const { household, village } = world.patients;
  const unit = household.slice();
  const among = new Set<number>();
  for (const { kind, members } of hubs) {
    if (kind !== 'phone' || new Set(members.map((m) => village[m]!)).size < 2) continue;
    for (const m of members) {
      among.add(m);
      unit[m] = household[members[0]!]!;
    }
  }
  return { among, unit };
}

/** −ln of 1 in 7: a place that so many of one's neighbours use tells nothing. */
const COMMON = 2;

/** Places of each person that are rare for his home, with −ln of the chance that somebody of there uses them. */
type Uses = ReadonlyMap<number, ReadonlyArray<readonly [place: number, cost: number]>>;

function usesOf({ links, costOf }: CircleWorld): Uses {
  return new Map(
    [...rangesOf(links.patient)].map(([m, [from, to]]) => [
      m,
      Array.from({ length: to - from }, (_, k) => from + k).flatMap((link) =>
        costOf(link) > COMMON ? [[links.place[link]!, costOf(link)] as const] : [],
      ),
    ]),
  );
}

function commonPlaces(members: readonly number[], uses: Uses): Set<number> {
  const users = new Map<number, number>();
  for (const m of members)
    for (const [h] of uses.get(m) ?? []) users.set(h, (users.get(h) ?? 0) + 1);
  const least = Math.max(2, PLACE_SHARE * members.length);
  return new Set([...users].filter(([, n]) => n >= least).map(([h]) => h));
}

/** Two parts of one agent's cards have places in common as two of his cards have. */
const share = (a: ReadonlySet<number>, b: ReadonlySet<number>) =>
  [...a].filter((h) => b.has(h)).length >= MIN_SHARED;

/** Σ −ln p over the places that somebody used, without the largest: one place is never enough. */
function rarity(uses: Uses, m: number, places: ReadonlySet<number>): number {
  const costs = costsAt(uses, m, places);
  return costs.reduce((x, y) => x + y, 0) - Math.max(0, ...costs);
}

const costsAt = (uses: Uses, m: number, places: ReadonlySet<number>) =>
  (uses.get(m) ?? []).filter(([h]) => places.has(h)).map(([, cost]) => cost);

/** Who was where without being admitted, by patient. */
function visitLinks(world: World) {
  const s = world.settlements;
  const width = world.institutions.ids.length;
  const keys = new Set<number>();
  for (let i = 0; i < s.count; i++)
    if (!s.cancelled[i] && s.class[i] !== CLASS_INPATIENT)
      keys.add(s.patient[i]! * width + s.institution[i]!);
  const sorted = Float64Array.from(keys).sort();
  return {
    patient: Int32Array.from(sorted, (k) => Math.floor(k / width)),
    place: Int32Array.from(sorted, (k) => k % width),
  };
}
