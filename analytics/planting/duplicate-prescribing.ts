import { dayOf } from '../model/time.js';
import { alive, drawMembers, fitsLevel, isIn, nearest } from './camouflage.js';
import type {
  Asked,
  CandidateDrug,
  CandidateInstitution,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { between, chance, pick, sample } from './random.js';
import { isOrdinary, planted } from './rings.js';
import { consultation, packsFor } from './visits.js';

/**
 * One person has the same substance prescribed at several hospitals, each giving the full supply
 * (跨院重复开药).
 *
 * Levels 0–3: at 3–5 hospitals and clinics, for 4–11 months, a month of one or two substances from each of
 * them every 26–34 days, on different days, by different doctors, often of another maker.
 *
 * Level 4: four to six substances, two hospitals each, and no substance doubled for more than 28 days in
 * all: one full month beside another, then the next substance.
 */
export function plantDuplicates(asked: Asked): Planting | null {
  const { ctx, level, taken } = asked;
  const { rng } = ctx;
  const [patient] = drawMembers(
    ctx,
    1,
    taken,
    (p) => p.age >= 35 && isOrdinary(ctx, p) && fitsLevel(ctx, p, level),
  );
  const home = patient === undefined ? undefined : ctx.places[ctx.patient(patient).place];
  if (patient === undefined || !home) return null;
  const fit = ctx.institutions.filter(
    (i) => i.type !== 'pharmacy' && i.busy > 20 && (i.type === 'clinic' || i.stays > 0),
  );
  const near = nearest(fit, home, 10);
  const hospitals = sample(rng, near, level === 4 ? 4 : between(rng, 3, 5));
  const substances = drawSubstances(ctx, level === 4 ? between(rng, 4, 6) : between(rng, 1, 2));
  if (hospitals.length < 2 || substances.length === 0) return null;
  const add =
    level === 4
      ? byTurns(ctx, patient, hospitals, substances)
      : everywhere(ctx, patient, hospitals, substances);
  if (add.length < 6) return null;
  return planted(asked, 'duplicate-prescribing', {
    patients: [patient],
    // Each hospital believes that it is the only one.
    institutions: [],
    items: [...new Set(substances.flatMap((s) => s.map((d) => d.item)))],
    add,
  });
}

/** A substance, as the drugs of all its makers; those taken by the month for a chronic disease. */
type Substance = readonly CandidateDrug[];

function drawSubstances(ctx: PlantingContext, count: number): Substance[] {
  const all = new Map<number, CandidateDrug[]>();
  for (const d of ctx.drugs)
    if (d.diagnoses.length > 0 && d.packDays <= 40)
      all.set(d.ingredient, [...(all.get(d.ingredient) ?? []), d]);
  return sample(ctx.rng, [...all.values()], count);
}

function prescribed(
  ctx: PlantingContext,
  patient: number,
  hospital: CandidateInstitution,
  day: number,
  drugs: readonly CandidateDrug[],
  days: number,
): PlantedVisit[] {
  const at = ctx.serves(hospital.handle, day);
  if (at === null || isIn(ctx, patient, at, at) || !alive(ctx.patient(patient), day)) return [];
  const lines = drugs.map((d) => ({ item: d.item, count: packsFor(d, days) }));
  return [consultation(ctx, patient, hospital, at, drugs[0]?.diagnoses[0] ?? null, lines)];
}

function everywhere(
  ctx: PlantingContext,
  patient: number,
  hospitals: readonly CandidateInstitution[],
  substances: readonly Substance[],
): PlantedVisit[] {
  const { rng } = ctx;
  const months = between(rng, 4, 11);
  const first = dayOf(ctx.from) + rng.int(Math.max(1, 350 - months * 31));
  return hospitals.flatMap((hospital) => {
    const out: PlantedVisit[] = [];
    // A hospital has one maker's.
    const drugs = substances.map((s) => pick(rng, s));
    let day = first + rng.int(26);
    for (let month = 0; month < months && day < dayOf(ctx.to - 1); month++) {
      if (!chance(rng, 0.06)) out.push(...prescribed(ctx, patient, hospital, day, drugs, 30));
      day += between(rng, 26, 34);
    }
    return out;
  });
}

function byTurns(
  ctx: PlantingContext,
  patient: number,
  hospitals: readonly CandidateInstitution[],
  substances: readonly Substance[],
): PlantedVisit[] {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  const last = dayOf(ctx.to - 1) - 40;
  let day = dayOf(ctx.from) + rng.int(40);
  for (const substance of substances) {
    const [one, other] = sample(rng, hospitals, 2) as [CandidateInstitution, CandidateInstitution];
    const drug = pick(rng, substance);
    const again = pick(rng, substance);
    add.push(...prescribed(ctx, patient, one, day, [drug], 28));
    // A month doubled by up to 28 days, then that substance is let alone.
    const beside = day + between(rng, 0, 6);
    if (beside < last) add.push(...prescribed(ctx, patient, other, beside, [again], 28));
    add.push(...prescribed(ctx, patient, one, day + 58, [drug], 28));
    day = Math.min(last, day + between(rng, 36, 60));
  }
  return add;
}
