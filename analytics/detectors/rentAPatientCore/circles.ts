import { countShares, type Links, logChances } from '../../algorithms/placeLinks.js';
import type { World } from '../../projection/world.js';
import { searchCircles } from '../circleSearch.js';
import type { DetectorContext } from '../detector.js';
import type { CalibratedGroup, GroupSearch } from '../groupSearch.js';
import type { Core } from './describe.js';

/** A place belongs to the core when this share of the people used it. */
const CORE_SHARE = 0.35;
/** Places that two of a small core have in common. */
const SHARED = 3;
/** Times that cores are looked for anew without the people of those already found. */
const ROUNDS = 4;
/** For cores that stand out in the whole world, and for small ones by what their homes do. */
export const SEARCHES = 2;

export interface SmallCore extends Core {
  readonly group: CalibratedGroup;
  /** The search that it comes from. */
  readonly search: GroupSearch;
}

interface SmallParameters {
  readonly circleScore: number;
  readonly density: number;
  readonly patients: number;
  readonly institutions: number;
  readonly worlds: number;
  readonly q: number;
}

/**
 * Cores of a dozen people are lost in the density of a whole world, but not in what their homes do: people
 * who have several places in common that are rare for where they live (circles, DETECTORS.md §1). The surest are set
 * aside when the others are looked for: the links of a large core, dealt again, still make the best group of most
 * worlds (stepping down; Holm 1979). Each p is paid for with both searches.
 */
export function smallCores(
  world: World,
  links: Links,
  area: Int32Array,
  params: SmallParameters,
  context: DetectorContext,
): SmallCore[] {
  const cores: SmallCore[] = [];
  const gone = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    const left = (_: number, e: number) => !gone.has(links.patient[e]!);
    const own = { patient: links.patient.filter(left), place: links.place.filter(left) };
    const search = searchCircles(
      { ...rareLinks(own, area), area, visited: own },
      {
        name: `core circles ${round}`,
        household: world.patients.household,
        minScore: params.circleScore,
        minShared: SHARED,
        minUnits: params.patients,
        worlds: params.worlds,
      },
      context,
    );
    const sure = search.groups
      .map((group) => ({ ...group, p: Math.min(1, SEARCHES * group.p) }))
      .filter((group) => group.p <= params.q);
    if (sure.length === 0) break;
    for (const group of sure) {
      for (const m of group.members) gone.add(m);
      const core = coreOf(group, own, params);
      if (core) cores.push({ ...core, group, search });
    }
  }
  return cores;
}

/** The places that the people have in common; undefined where they are too few or too few are joined. */
function coreOf(group: CalibratedGroup, links: Links, params: SmallParameters): Core | undefined {
  const rows = new Set(group.members);
  const used = new Map<number, number>();
  links.patient.forEach((m, e) => {
    if (rows.has(m)) used.set(links.place[e]!, (used.get(links.place[e]!) ?? 0) + 1);
  });
  const columns = [...used]
    .filter(([, n]) => n >= CORE_SHARE * rows.size)
    .map(([h]) => h)
    .sort((x, y) => x - y);
  const joined = columns.reduce((all, h) => all + used.get(h)!, 0);
  if (columns.length < params.institutions || joined < params.density * columns.length * rows.size)
    return undefined;
  return { rows, columns: new Set(columns) };
}

/** −ln of 1 in 7: a place that so many of one's neighbours use tells nothing, and most links are to such places. */
const COMMON = 2;

function rareLinks(links: Links, area: Int32Array): Links {
  const cost = logChances(links, area, countShares(links, area));
  const rare = (_: number, e: number) => cost[e]! > COMMON;
  return { patient: links.patient.filter(rare), place: links.place.filter(rare) };
}
