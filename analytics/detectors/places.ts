import type { LinkColumns } from '../algorithms/circles.js';
import { distanceKm } from '../algorithms/sphere.js';
import { push } from '../model/multimap.js';
import {
  CLASS_CHRONIC,
  CLASS_INPATIENT,
  CLASS_OUTPATIENT,
  INSTITUTION_HOSPITAL,
  INSTITUTION_PHARMACY,
  type World,
} from '../projection/world.js';

/** Fewer people than this are no area of their own. */
const AREA_MIN = 60;

/**
 * Home areas finer than the county, the finest that enough people share: village, town, the clinic or
 * hospital that a person uses most as an out-patient; else the county of insurance. People of one
 * village share the village's places, and that is no circle.
 */
export function homeAreas(world: World): Int32Array {
  const { patients } = world;
  const finest = [patients.village, patients.town, usualClinics(world), patients.region].map(
    enough,
  );
  return Int32Array.from(patients.ids, (_, p) => {
    const kind = finest.findIndex((area) => area[p]! >= 0);
    return kind < 0 ? 0 : 1 + finest[kind]![p]! * finest.length + kind;
  });
}

/** The groups that are large enough; −1 for everybody else. */
function enough(group: Int32Array, kind: number, all: readonly Int32Array[]): Int32Array {
  if (kind === all.length - 1) return group;
  const size = new Map<number, number>();
  for (const g of group) if (g >= 0) size.set(g, (size.get(g) ?? 0) + 1);
  return group.map((g) => (g >= 0 && size.get(g)! >= AREA_MIN ? g : -1));
}

/** The place that a person uses most as an out-patient, of equals the smallest; −1 without any. */
function usualClinics(world: World): Int32Array {
  const { settlements: s, patients, institutions } = world;
  const uses = new Map<number, number>();
  const width = institutions.ids.length;
  for (let i = 0; i < s.count; i++) {
    if (s.cancelled[i]) continue;
    const c = s.class[i];
    if (c !== CLASS_OUTPATIENT && c !== CLASS_CHRONIC) continue;
    const key = s.patient[i]! * width + s.institution[i]!;
    uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  const usual = new Int32Array(patients.ids.length).fill(-1);
  const most = new Int32Array(patients.ids.length);
  for (const [key, n] of uses) {
    const p = Math.floor(key / width);
    const h = key - p * width;
    if (n > most[p]! || (n === most[p]! && h < usual[p]!)) {
      most[p] = n;
      usual[p] = h;
    }
  }
  return usual;
}

/** A pharmacy so near stands at the gate; a degree of latitude is 111 km. */
const GATE_KM = 0.3;
const GATE_DEGREES = GATE_KM / 111;

/**
 * The site of every institution: itself, but of a pharmacy at the gate of a hospital or clinic the nearest of these
 * (DETECTORS.md, Circles). What the one prescribes the other hands out, and to share both is to share one.
 */
export function sitesOf({ institutions: { type, lng, lat } }: World): Int32Array {
  const band = (h: number) => Math.floor(lat[h]! / GATE_DEGREES);
  const prescribing = new Map<number, number[]>();
  type.forEach((kind, h) => {
    if (kind === INSTITUTION_PHARMACY || Number.isNaN(lat[h]!)) return;
    push(prescribing, band(h), h);
  });
  return Int32Array.from(type, (kind, h) => {
    if (kind !== INSTITUTION_PHARMACY) return h;
    let [site, nearest] = [h, GATE_KM];
    for (const near of [-1, 0, 1])
      for (const k of prescribing.get(band(h) + near) ?? []) {
        const km = distanceKm(lng[h]!, lat[h]!, lng[k]!, lat[k]!);
        if (km < nearest) [site, nearest] = [k, km];
      }
    return site;
  });
}

/**
 * Patient × place used on at least two days (or admitted once), for one type of institution; rows in
 * no order. Cancelled settlements do not count.
 */
export function placeLinks(world: World, type: number, minDays: number): LinkColumns {
  const { settlements: s, institutions } = world;
  const width = institutions.ids.length;
  const days = new Map<number, { last: number; count: number }>();
  const order = Int32Array.from(s.day, (_, i) => i).sort((x, y) => s.day[x]! - s.day[y]! || x - y);
  for (const i of order) {
    const h = s.institution[i]!;
    if (s.cancelled[i] || institutions.type[h] !== type) continue;
    if (type === INSTITUTION_HOSPITAL && s.class[i] !== CLASS_INPATIENT) continue;
    const key = s.patient[i]! * width + h;
    const seen = days.get(key);
    if (!seen) days.set(key, { last: s.day[i]!, count: 1 });
    else if (seen.last !== s.day[i]) {
      seen.last = s.day[i]!;
      seen.count++;
    }
  }
  const columns = (keys: readonly number[]) => ({
    patient: Int32Array.from(keys, (k) => Math.floor(k / width)),
    place: Int32Array.from(keys, (k) => k - Math.floor(k / width) * width),
  });
  return {
    ...columns([...days].filter(([, d]) => d.count >= minDays).map(([key]) => key)),
    area: homeAreas(world),
    visited: columns([...days.keys()]),
  };
}
