import { circleScreen } from '../../algorithms/circles.js';
import { groupP } from '../../algorithms/pairGroups.js';
import { mean } from '../../algorithms/robust.js';
import type { Finding } from '../../model/finding.js';
import { rowsOf } from '../../projection/indexes.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';
import { proposedPairs, searchProposed } from '../circleSearch.js';
import type { DetectorContext } from '../detector.js';
import { provableUnits, sharedAttributes, testHypotheses } from '../explanations.js';
import type { CalibratedGroup, GroupSearch } from '../groupSearch.js';
import { homeAreas } from '../places.js';
import { conclude, fundOf, institutionSubject, memberSubjects, reason } from '../telling.js';
import type { Hub } from './hubs.js';

/** Two people who have less than this in common are no pair. */
const MIN_SCORE = 6;
/** Places that they have in common, at least. */
const MIN_SHARED = 2;
/** Times that they are looked for anew without those already found. */
const ROUNDS = 4;
/** Worlds drawn before deciding whether any group is worth the others. */
const FIRST_WORLDS = 3;
/** A place belongs to the agent when this share of the cards used it. */
const PLACE_SHARE = 1 / 3;

export const ID = 'card-agent-hub';
export const VERSION = 5;

/** Cards of several telephones, each of a few strangers, that are used at the same places. */
interface Cards {
  readonly group: CalibratedGroup;
  readonly search: GroupSearch;
  /** Who is one. */
  readonly unit: Int32Array;
}

interface PairParameters {
  readonly minUnits: number;
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
 * than any redrawn world. The surest are left out when the others are looked for (stepping down, Holm 1979).
 */
export function fewCardsEach(
  world: World,
  hubs: readonly Hub[],
  params: PairParameters,
  context: DetectorContext,
): Cards[] {
  const unit = world.patients.household.slice();
  const among = new Set<number>();
  for (const hub of hubs) {
    const villages = new Set(hub.members.map((m) => world.patients.village[m]!));
    if (hub.kind !== 'phone' || villages.size < 2) continue;
    for (const m of hub.members) {
      among.add(m);
      unit[m] = world.patients.household[hub.members[0]!]!;
    }
  }
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
    const observed = proposedPairs(screen);
    if (observed.a.length === 0) break;
    const searchAgainst = (worlds: number) =>
      searchProposed(
        screen,
        observed,
        {
          ...{ name: `few cards each ${round}`, phase: 'redrawing telephones', worlds },
          ...{ household: unit, minUnits: params.minUnits },
        },
        context,
      );
    const first = searchAgainst(FIRST_WORLDS);
    if (!((first.groups[0]?.score ?? 0) > params.excess * mean(first.table.best))) break;
    const search = searchAgainst(params.worlds);
    const sure = search.groups
      .map((group) => ({ ...group, p: groupP(group.score / params.excess, search.table) }))
      .filter((group) => group.p <= params.q);
    if (sure.length === 0) break;
    for (const group of sure) {
      for (const m of group.members) gone.add(m);
      found.push({ group, search, unit });
    }
  }
  return found;
}

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

/** A group of such cards as a finding. */
export function describeCards(
  world: World,
  { group, search, unit }: Cards,
  params: PairParameters,
): Finding {
  const s = world.settlements;
  const rows = group.members.flatMap((m) =>
    [...rowsOf(world, m)].filter((i) => !s.cancelled[i] && s.class[i] !== CLASS_INPATIENT),
  );
  const users = new Map<number, Set<number>>();
  for (const i of rows)
    users.set(s.institution[i]!, (users.get(s.institution[i]!) ?? new Set()).add(s.patient[i]!));
  const places = [...users]
    .filter(([, cards]) => cards.size >= PLACE_SHARE * group.members.length)
    .map(([h]) => h)
    .sort((x, y) => x - y);
  const at = new Set(places);
  const here = rows.filter((i) => at.has(s.institution[i]!));
  const innocent = testHypotheses(
    group.members,
    sharedAttributes(group.members, world.patients).filter((h) => h.code !== 'same-phone'),
    search,
    unit,
    params.minUnits,
  );
  return {
    ...{ detector: ID, detectorVersion: VERSION, kind: 'ring' },
    subjects: [
      ...places.map((h) => institutionSubject(world, h)),
      ...memberSubjects(world, group.members),
    ],
    reasons: [
      reason(world, ID, 'few-cards-each', {
        ...{ measured: group.score, unit: 'score', rows: here, p: group.p },
        expected: mean(search.table.best),
      }),
    ],
    innocent,
    ...(provableUnits(group.members, world.patients) < params.minUnits
      ? { status: 'review', p: null }
      : conclude(group.p, innocent, params.q)),
    fundAtRisk: fundOf(world, here),
  };
}
