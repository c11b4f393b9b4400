import { DAY_UNKNOWN, HOUSEHOLD_MAX } from '../../projection/people.js';
import type { World } from '../../projection/world.js';
import type { Place } from '../context.js';
import type { Rows } from './survey.js';

/** Where people live and institutions stand. */
export interface Settled {
  readonly places: readonly Place[];
  /** Place of each patient. */
  readonly placeOf: Int32Array;
  /** Degrees of each institution, known or made up. */
  readonly lng: Float64Array;
  readonly lat: Float64Array;
}

/** A care home has so many under one address, and so many of those whose age is known are old. */
const HOME_MAX = 200;
const OLD = 60;
const OLD_SHARE = 0.8;
/** Visits that show where the people of a place go. */
const LOOKED_AT = 500;
/** Degrees between regions, and inside one, where nothing says where anything stands. */
const APART = 0.5;
const INSIDE = 0.2;

/**
 * A place is a village or street as the addresses name it inside a region, a care home where mostly old
 * people share one address, or a whole region where there are no addresses. It lies amid the institutions
 * that its people use.
 */
export function settlePlaces(world: World, ofPatient: Rows): Settled {
  const { patients: p, institutions: h, settlements: s } = world;
  const { lng, lat } = positions(world);
  const homes = careHomes(world);
  const keys = new Map<string, number>();
  const members: number[][] = [];
  const placeOf = Int32Array.from(p.ids, (_, i) => {
    const home = homes.has(p.address[i]!) ? `home ${p.address[i]}` : '';
    const key = home || `${p.region[i]} ${p.village[i]}`;
    let place = keys.get(key);
    if (place === undefined) {
      place = members.length;
      keys.set(key, place);
      members.push([]);
    }
    members[place]!.push(i);
    return place;
  });
  const places = members.map((residents): Place => {
    const sum = { lng: 0, lat: 0, n: 0 };
    for (const i of residents) {
      for (let r = ofPatient.start[i]!; r < ofPatient.start[i + 1]! && sum.n < LOOKED_AT; r++) {
        const at = s.institution[ofPatient.list[r]!]!;
        sum.lng += lng[at]!;
        sum.lat += lat[at]!;
        sum.n++;
      }
      if (sum.n >= LOOKED_AT) break;
    }
    const first = residents[0]!;
    const area = p.regions[p.region[first]!] ?? '';
    const seat = h.county.findIndex((c) => h.counties[c] === area);
    return {
      area,
      kind: homes.has(p.address[first]!) ? 'care-home' : 'village',
      lng: sum.n > 0 ? sum.lng / sum.n : (lng[Math.max(0, seat)] ?? 0),
      lat: sum.n > 0 ? sum.lat / sum.n : (lat[Math.max(0, seat)] ?? 0),
      patients: residents,
    };
  });
  return { places, placeOf, lng, lat };
}

/** Addresses at which old people live together. */
function careHomes(world: World): Set<number> {
  const { address, birthDay } = world.patients;
  const groups = new Map<number, { n: number; known: number; old: number }>();
  for (let i = 0; i < address.length; i++) {
    if (address[i]! < 0) continue;
    const group = groups.get(address[i]!) ?? { n: 0, known: 0, old: 0 };
    groups.set(address[i]!, group);
    group.n++;
    if (birthDay[i] === DAY_UNKNOWN) continue;
    group.known++;
    if (ageAt(world, i) >= OLD) group.old++;
  }
  const homes = [...groups].filter(
    ([, g]) =>
      g.n > HOUSEHOLD_MAX && g.n <= HOME_MAX && g.known > 0 && g.old >= g.known * OLD_SHARE,
  );
  return new Set(homes.map(([key]) => key));
}

/** Age of who says no date of birth: somebody whom no planter leaves out for being young or old. */
const AGE_UNKNOWN = 55;

/** Whole years at the start of the period. */
export function ageAt(world: World, patient: number): number {
  const born = world.patients.birthDay[patient]!;
  return born === DAY_UNKNOWN ? AGE_UNKNOWN : Math.floor((world.fromDay - born) / 365.25);
}

/** Known positions; else the middle of the county's known ones, else a made-up one by county. */
function positions(world: World): { lng: Float64Array; lat: Float64Array } {
  const { institutions: h } = world;
  const counties = h.counties.length;
  const sums = Array.from({ length: counties }, () => ({ lng: 0, lat: 0, n: 0 }));
  const known = (i: number) => Number.isFinite(h.lng[i]!) && Number.isFinite(h.lat[i]!);
  for (let i = 0; i < h.ids.length; i++) {
    const sum = sums[h.county[i]!];
    if (!known(i) || !sum) continue;
    sum.lng += h.lng[i]!;
    sum.lat += h.lat[i]!;
    sum.n++;
  }
  const scatter = (i: number, turn: number) =>
    INSIDE * (((Math.imul(i + 1, 2_654_435_761) >>> turn) % 1000) / 1000 - 0.5);
  const at = (name: 'lng' | 'lat', turn: number) =>
    Float64Array.from(h.ids, (_, i) => {
      if (known(i)) return h[name][i]!;
      const county = h.county[i]!;
      const sum = sums[county];
      const middle =
        sum && sum.n > 0
          ? sum[name] / sum.n
          : APART * (name === 'lng' ? county % 10 : Math.floor(county / 10));
      return middle + scatter(i, turn);
    });
  return { lng: at('lng', 3), lat: at('lat', 13) };
}
