import { DAY_S, dayOf } from '../model/time.js';
import type {
  Camouflage,
  CandidateInstitution,
  CandidatePatient,
  PlantedVisit,
  PlantingContext,
} from './context.js';
import { chance, poisson, weightedPicker } from './random.js';
import { anyDoctor, atOnce } from './visits.js';

/**
 * The five levels, common to all types (what level 4 adds per type stands in the planters):
 *
 * - 0 none: members are cards that their holders hardly use (at most 4 honest visits in the period).
 * - 1 random honest visits: as 0, and every member gets Poisson(12) further visits at institutions
 *   drawn uniformly from the home region.
 * - 2 visits biased to popular places: as 1, but drawn in proportion to how busy a place is.
 * - 3 cards taken over: members are people with at least 6 honest visits of their own, which all stay.
 * - 4 adaptive: as 3, and the ring knows the detectors' defaults and stays below them for much of
 *   what it does.
 */
export const COVER_VISITS = 12;
const LOW_ACTIVITY = 4;
const HIGH_ACTIVITY = 6;

/** Whether a person's own life fits the level. */
export function fitsLevel(
  ctx: PlantingContext,
  patient: CandidatePatient,
  level: Camouflage,
): boolean {
  const visits = ctx.visits(patient.handle).length;
  return level >= 3 ? visits >= HIGH_ACTIVITY : visits <= LOW_ACTIVITY;
}

/**
 * Up to `count` people of different households that `wanted` accepts, drawn at random from `pool`
 * (everybody when absent). Fewer come back when the pool is too small; never twice the same.
 */
export function drawMembers(
  ctx: PlantingContext,
  count: number,
  taken: ReadonlySet<number>,
  wanted: (p: CandidatePatient) => boolean,
  pool?: readonly number[],
): number[] {
  const size = pool?.length ?? ctx.patientCount;
  const households = new Set<number>();
  const members: number[] = [];
  const tries = Math.min(400 * count, 20 * size);
  for (let i = 0; i < tries && members.length < count && size > 0; i++) {
    const drawn = ctx.rng.int(size);
    const handle = pool ? (pool[drawn] as number) : drawn;
    if (taken.has(handle) || members.includes(handle)) continue;
    const patient = ctx.patient(handle);
    if (households.has(patient.household) || !wanted(patient)) continue;
    households.add(patient.household);
    members.push(handle);
  }
  return members;
}

export function isIn(ctx: PlantingContext, patient: number, from: number, to: number): boolean {
  return ctx
    .visits(patient)
    .some((v) => v.kind === 'in-patient' && v.begin < to + DAY_S && v.end > from - DAY_S);
}

/** Alive on a local day. */
export function alive(patient: CandidatePatient, day: number): boolean {
  return patient.died === null || patient.died > day;
}

/** The further honest-looking visits of levels 1 and 2; none at the other levels. */
export function coverVisits(
  ctx: PlantingContext,
  members: readonly number[],
  level: Camouflage,
): PlantedVisit[] {
  if (level !== 1 && level !== 2) return [];
  const out: PlantedVisit[] = [];
  const byArea = new Map<string, { at: readonly CandidateInstitution[]; draw: () => number }>();
  for (const member of members) {
    const { area, died } = ctx.patient(member);
    let local = byArea.get(area);
    if (!local) {
      const at = ctx.institutions.filter((i) => i.area === area && i.busy > 0);
      const picker = weightedPicker(at.map((i) => (level === 1 ? 1 : i.busy)));
      local = { at, draw: () => picker(ctx.rng) };
      byArea.set(area, local);
    }
    const last = Math.min(dayOf(ctx.to - 1), died === null ? Infinity : died - 1);
    const first = dayOf(ctx.from);
    if (local.at.length === 0 || last <= first) continue;
    for (let left = poisson(ctx.rng, COVER_VISITS); left > 0; left--) {
      const institution = local.at[local.draw()] as CandidateInstitution;
      const visit = coverVisit(ctx, member, institution, first + ctx.rng.int(last - first + 1));
      if (visit) out.push(visit);
    }
  }
  return out;
}

/** One ordinary visit on that day, or null when the place is closed. */
export function coverVisit(
  ctx: PlantingContext,
  patient: number,
  institution: CandidateInstitution,
  day: number,
): PlantedVisit | null {
  const at = ctx.serves(institution.handle, day);
  if (at === null || isIn(ctx, patient, at, at)) return null;
  const shop = institution.type === 'pharmacy';
  return atOnce(shop ? 'pharmacy' : 'out-patient', patient, institution.handle, at, null, {
    doctor: shop ? null : anyDoctor(ctx, institution.handle, null),
    noCash: chance(ctx.rng, 0.03),
  });
}

/** Straight-line distance in kilometres, good enough inside a prefecture. */
export function kilometres(
  a: { readonly lng: number; readonly lat: number },
  b: { readonly lng: number; readonly lat: number },
): number {
  const east = (a.lng - b.lng) * 111.3 * Math.cos(((a.lat + b.lat) / 2) * (Math.PI / 180));
  return Math.hypot(east, (a.lat - b.lat) * 111.3);
}

/** Up to `count` of the places, nearest first. */
export function nearest(
  places: readonly CandidateInstitution[],
  to: { readonly lng: number; readonly lat: number },
  count: number,
): CandidateInstitution[] {
  return [...places]
    .sort((a, b) => kilometres(a, to) - kilometres(b, to) || a.handle - b.handle)
    .slice(0, count);
}
