import type { Rng } from '../analytics/model/rng.js';
import { SITE_TYPES } from '../analytics/planting/context.js';
import { pick, sample } from '../analytics/planting/random.js';
import { Kind } from './events.js';
import type { LookAlike, World } from './world.js';

/** What is a place's own doing, so that a look-alike of it names nobody. */
const SITES: ReadonlySet<string> = new Set(SITE_TYPES);

/** Remembers a group of honest people that looks like a ring. */
export function note(world: World, group: Omit<LookAlike, 'doctors'>): void {
  world.lookAlikes.push({ ...group, doctors: [] });
}

/** How many groups of a kind a world of this size has: at least two, about one per `each` settlements. */
export const number = (world: World, rng: Rng, each: number) =>
  Math.max(2, Math.round(world.settlements / each) + rng.int(2));

/** Groups that nobody arranged, read off the finished honest life. */
export function foundLookAlikes(world: World): LookAlike[] {
  const { events } = world;
  const visits = new Map<number, Map<number, number>>();
  const promotions = new Map<number, Map<number, number>>();
  const count = (into: Map<number, Map<number, number>>, place: number, person: number) => {
    const there = into.get(place) ?? new Map<number, number>();
    into.set(place, there);
    there.set(person, (there.get(person) ?? 0) + 1);
  };
  for (let e = 0; e < events.count; e++) {
    const kind = events.kind[e];
    if (kind === Kind.promotion)
      count(promotions, events.institution[e] as number, events.person[e] as number);
    if (kind === Kind.promotion || kind === Kind.otc || kind === Kind.refill)
      count(visits, events.institution[e] as number, events.person[e] as number);
  }
  const regulars = (of: Map<number, number>, least: number) =>
    [...of]
      .filter(([, n]) => n >= least)
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])
      .slice(0, 12)
      .map(([person]) => person);
  const out: LookAlike[] = [];
  for (const i of world.institutions) {
    if (i.type !== 'pharmacy') continue;
    const crowd = regulars(promotions.get(i.index) ?? new Map(), 4);
    if (crowd.length >= 4)
      out.push({
        type: 'promotion',
        resembles: 'card-farming-pharmacy',
        patients: crowd,
        institutions: [i.index],
        doctors: [],
      });
    const town = world.geo.towns[i.town];
    const alone =
      world.institutions.filter((x) => x.type === 'pharmacy' && x.town === i.town).length === 1;
    const known = regulars(visits.get(i.index) ?? new Map(), 6);
    if (alone && town && !town.seat && known.length >= 5)
      out.push({
        type: 'only-pharmacy',
        resembles: 'card-farming-pharmacy',
        patients: known,
        institutions: [i.index],
        doctors: [],
      });
  }
  return out;
}

/**
 * Picks as many look-alikes as there are rings, and at least two of each kind: whole groups, by
 * turns through the kinds.
 */
export function pickLookAlikes(world: World, rings: number): LookAlike[] {
  const rng = world.stream('look-alikes');
  const kinds = new Map<string, LookAlike[]>();
  for (const group of [...world.lookAlikes, ...foundLookAlikes(world)])
    if (group.patients.length > 0 || SITES.has(group.resembles))
      kinds.set(group.type, [...(kinds.get(group.type) ?? []), group]);
  const each = Math.max(2, Math.ceil(rings / Math.max(1, kinds.size)));
  const chosen: LookAlike[] = [];
  for (const name of [...kinds.keys()].sort())
    chosen.push(...sample(rng, kinds.get(name) ?? [], each));
  while (chosen.length < rings) {
    const more = pick(rng, kinds.get(pick(rng, [...kinds.keys()].sort())) ?? []);
    if (!chosen.includes(more)) chosen.push(more);
  }
  return chosen;
}
