import { growBlocks } from '../../algorithms/habitBlocks.js';
import {
  type CoVisits,
  countShares,
  coVisits,
  type Links,
  logChances,
} from '../../algorithms/placeLinks.js';
import type { World } from '../../projection/world.js';
import { searchCircles } from '../circleSearch.js';
import type { DetectorContext } from '../detector.js';
import type { CalibratedGroup, GroupSearch } from '../groupSearch.js';
import type { Core } from './describe.js';
import { habitOf } from './links.js';

/** A place belongs to the core when this share of the people used it. */
const CORE_SHARE = 0.35;
/**
 * A place belongs to the core when its links are at least `ABOVE_HABIT` times those that the habits of the homes make; what
 * everybody uses who lives there says nothing of a core. All of them together are `RATIO` times: who lives elsewhere than he
 * is registered shares with others like him all places of where he lives, three to five times, however sure.
 */
const ABOVE_HABIT = 4;
const RATIO = 8;
/** Places that two of a small core have in common. */
const SHARED = 2;
/** Pairs that blocks are grown from. */
const SEEDS = 400;
/** Who was at so many places of a core may be of it, though they are usual where he lives. */
const ALSO = 4;

export interface SmallCore extends Core {
  readonly group: CalibratedGroup;
}

export interface SmallSearch {
  readonly cores: readonly SmallCore[];
  /** What the cores were found in; undefined where nothing was. */
  readonly search: GroupSearch | undefined;
}

/**
 * Cores of a dozen people are lost in the density of a whole world, but not in what their homes do: people
 * who have several places in common that are rare for where they live (circles, DETECTORS.md §1). Each was at half
 * of the places only, and no two need to stand out: blocks of people × places are grown from pairs, and judged as circles are.
 */
export function smallCores(
  world: World,
  links: Links,
  area: Int32Array,
  params: {
    readonly circleScore: number;
    readonly density: number;
    readonly patients: number;
    readonly institutions: number;
    readonly worlds: number;
  },
  context: DetectorContext,
): SmallSearch {
  const search = searchCircles(
    { ...rareLinks(links, area), area, visited: links },
    {
      name: 'core circles',
      household: world.patients.household,
      minScore: params.circleScore,
      minShared: SHARED,
      minUnits: params.patients,
      worlds: params.worlds,
      alsoUse: ALSO,
      propose: (circles) =>
        growBlocks(circles.links, circles.costOf, circles.pairs, {
          ...{ household: world.patients.household, seeds: SEEDS },
        }).map((block) => block.people),
    },
    context,
  );
  const visited = coVisits(links);
  const cores = search.groups.flatMap((group) =>
    coreOf(group, visited, { links, area, household: world.patients.household }, params),
  );
  return { cores, search };
}

interface Ground {
  readonly links: Links;
  readonly area: Int32Array;
  readonly household: Int32Array;
}

/** The places that the people have in common, where enough is joined, and who else is joined with these. */
function coreOf(
  group: CalibratedGroup,
  visited: CoVisits,
  { links, area, household }: Ground,
  params: { readonly density: number; readonly institutions: number },
): SmallCore[] {
  const { members } = group;
  const used = new Map<number, number>();
  for (const m of members) for (const h of visited.of(m)) used.set(h, (used.get(h) ?? 0) + 1);
  const chance = habitOf(links, area, members);
  const above = [...used]
    .filter(([, joined]) => joined >= CORE_SHARE * members.length)
    .map(([place, joined]) => ({
      ...{ place, joined },
      byHabit: members.reduce((sum, m) => sum + chance(m, place), 0),
    }))
    .filter((c) => c.joined >= ABOVE_HABIT * c.byHabit)
    .sort((x, y) => x.place - y.place);
  const columns = above.map((c) => c.place);
  const joined = above.reduce((sum, c) => sum + c.joined, 0);
  if (columns.length < params.institutions) return [];
  if (joined < params.density * columns.length * members.length) return [];
  if (joined < RATIO * above.reduce((sum, c) => sum + c.byHabit, 0)) return [];
  const rows = [...members, ...joinedAsWell(members, columns, visited, chance, household)];
  return [{ group, rows: new Set(rows.sort((x, y) => x - y)), columns: new Set(columns) }];
}

/**
 * Others, one of a household, who were at half of the core's places (`ALSO` at least), `RATIO` times what their own homes
 * make: judging keeps the people who share most, and a lent card is lent though it went to other places than those.
 */
function joinedAsWell(
  members: readonly number[],
  columns: readonly number[],
  visited: CoVisits,
  chance: (patient: number, place: number) => number,
  household: Int32Array,
): number[] {
  const homes = new Set(members.map((m) => household[m]!));
  const times = new Map<number, number>();
  for (const k of columns) for (const m of visited.at(k)) times.set(m, (times.get(m) ?? 0) + 1);
  return [...times]
    .filter(([m, n]) => n >= ALSO && n * 2 >= columns.length && !homes.has(household[m]!))
    .filter(([m, n]) => n >= RATIO * columns.reduce((sum, h) => sum + chance(m, h), 0))
    .sort((x, y) => y[1] - x[1] || x[0] - y[0])
    .flatMap(([m]) => {
      if (homes.has(household[m]!)) return [];
      homes.add(household[m]!);
      return [m];
    });
}

/** −ln of 1 in 7: a place that so many of one's neighbours use tells nothing, and most links are to such places. */
const COMMON = 2;

function rareLinks(links: Links, area: Int32Array): Links {
  const cost = logChances(links, area, countShares(links, area));
  const rare = (_: number, e: number) => cost[e]! > COMMON;
  return { patient: links.patient.filter(rare), place: links.place.filter(rare) };
}
