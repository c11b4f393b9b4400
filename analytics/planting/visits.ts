import { startOfDay } from '../model/time.js';
import type {
  CandidateDrug,
  CandidateInstitution,
  PlantedLine,
  PlantedVisit,
  PlantingContext,
  VisitKind,
} from './context.js';
import { chance, pick } from './random.js';

/** A visit without a bed: begun, over and settled at one moment. */
export function atOnce(
  kind: VisitKind,
  patient: number,
  institution: number,
  at: number,
  lines: readonly PlantedLine[] | null,
  more: Partial<PlantedVisit> = {},
): PlantedVisit {
  return {
    patient,
    institution,
    doctor: null,
    kind,
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

/** One of the doctors who treat a diagnosis there (any of its doctors for null), or null. */
export function anyDoctor(
  ctx: PlantingContext,
  institution: number,
  diagnosis: number | null,
): number | null {
  const there = ctx.doctors(institution, diagnosis);
  return there.length > 0 ? pick(ctx.rng, there) : null;
}

/** One sale over the counter at a moment. */
export function sale(
  patient: number,
  shop: CandidateInstitution,
  at: number,
  lines: readonly PlantedLine[] | null,
  more: Partial<PlantedVisit> = {},
): PlantedVisit {
  return atOnce('pharmacy', patient, shop.handle, at, lines, more);
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
  const kind = diagnosis === null ? 'out-patient' : 'chronic';
  return atOnce(kind, patient, place.handle, at, lines, {
    doctor: anyDoctor(ctx, place.handle, diagnosis),
    diagnosis,
    noCash: chance(ctx.rng, 0.05),
    ...more,
  });
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
