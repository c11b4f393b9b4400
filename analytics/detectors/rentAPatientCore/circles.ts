import { countShares, type Links, logChances } from '../../algorithms/placeLinks.js';
import type { World } from '../../projection/world.js';
import { searchCircles } from '../circleSearch.js';
import type { DetectorContext } from '../detector.js';
import type { CalibratedGroup, GroupSearch } from '../groupSearch.js';
import type { Core } from './describe.js';
import { expectedLinks } from './links.js';

/** A place belongs to the core when this share of the people used it. */
const CORE_SHARE = 0.35;
/**
 * Links at least so many times those that the habits of their homes make. Who lives elsewhere than he is registered shares
 * with others like him all places of where he lives: three to five times, however sure.
 */
const RATIO = 8;
/** Places that two of a small core have in common. */
const SHARED = 3;
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
 * who have several places in common that are rare for where they live (circles, DETECTORS.md §1).
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
    },
    context,
  );
  const placesOf = new Map<number, number[]>();
  links.patient.forEach((m, e) => {
    const list = placesOf.get(m);
    if (list) list.push(links.place[e]!);
    else placesOf.set(m, [links.place[e]!]);
  });
  const cores = search.groups.flatMap((group): SmallCore[] => {
    const used = new Map<number, number>();
    for (const m of group.members)
      for (const h of placesOf.get(m) ?? []) used.set(h, (used.get(h) ?? 0) + 1);
    const places = [...used.keys()].sort((x, y) => x - y);
    return coreOf(group, used, places, { links, area }, params);
  });
  return { cores, search };
}

/** The places that the people have in common, where enough is joined; `used` says how many used a place. */
function coreOf(
  group: CalibratedGroup,
  used: ReadonlyMap<number, number>,
  places: readonly number[],
  { links, area }: { readonly links: Links; readonly area: Int32Array },
  params: { readonly density: number; readonly institutions: number },
): SmallCore[] {
  const size = group.members.length;
  const columns = places.filter((h) => used.get(h)! >= CORE_SHARE * size);
  const joined = columns.reduce((all, h) => all + used.get(h)!, 0);
  if (columns.length < params.institutions || joined < params.density * columns.length * size)
    return [];
  const byHabit = expectedLinks(links, area, group.members, columns);
  if (joined < RATIO * byHabit.reduce((x, y) => x + y, 0)) return [];
  return [{ group, rows: new Set(group.members), columns: new Set(columns) }];
}

/** −ln of 1 in 7: a place that so many of one's neighbours use tells nothing, and most links are to such places. */
const COMMON = 2;

function rareLinks(links: Links, area: Int32Array): Links {
  const cost = logChances(links, area, countShares(links, area));
  const rare = (_: number, e: number) => cost[e]! > COMMON;
  return { patient: links.patient.filter(rare), place: links.place.filter(rare) };
}
