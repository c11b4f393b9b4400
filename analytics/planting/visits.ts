import { startOfDay } from '../model/time.js';
import type {
  CandidateDrug,
  CandidateInstitution,
  PlantedLine,
  PlantedVisit,
  PlantingContext,
} from './context.js';
import { chance, pick } from './random.js';

/** One sale over the counter at a moment. */
export function sale(
  patient: number,
  shop: CandidateInstitution,
  at: number,
  lines: readonly PlantedLine[] | null,
  more: Partial<PlantedVisit> = {},
): PlantedVisit {
  return {
    patient,
    institution: shop.handle,
    doctor: null,
    kind: 'pharmacy',
    begin: at,
    end: at,
    settled: at,
    diagnosis: null,
    lines,
    noCash: false,
    undelivered: false,
    ...more,
  };
}

/** One visit without a bed to a hospital or clinic, by any of its doctors who treat the diagnosis. */
export function consultation(
  ctx: PlantingContext,
  patient: number,
  place: CandidateInstitution,
  at: number,
  diagnosis: number | null,
  lines: readonly PlantedLine[] | null,
  more: Partial<PlantedVisit> = {},
): PlantedVisit {
  const doctors = ctx.doctors(place.handle, diagnosis);
  return {
    patient,
    institution: place.handle,
    doctor: doctors.length > 0 ? pick(ctx.rng, doctors) : null,
    kind: diagnosis === null ? 'out-patient' : 'chronic',
    begin: at,
    end: at,
    settled: at,
    diagnosis,
    lines,
    noCash: chance(ctx.rng, 0.05),
    undelivered: false,
    ...more,
  };
}

/** Packs of a drug that last for about so many days; at least one, at most `most`. */
export function packsFor(drug: CandidateDrug, days: number, most = 8): number {
  return Math.max(1, Math.min(most, Math.round(days / drug.packDays)));
}

/** A moment on that day near an hour, as long as the place works that day; null when it is closed. */
export function near(
  ctx: PlantingContext,
  place: CandidateInstitution,
  day: number,
  hour: number,
): number | null {
  return ctx.serves(place.handle, day) === null ? null : startOfDay(day) + Math.round(hour * 3600);
}
