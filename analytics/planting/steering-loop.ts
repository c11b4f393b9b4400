import { DAY_S, dayOf, startOfDay } from '../model/time.js';
import { alive, drawMembers, fitsLevel, isIn, kilometres, nearest } from './camouflage.js';
import type {
  Asked,
  Camouflage,
  CandidateInstitution,
  PlantedLine,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { between, chance, pick, sample, skewed, uniform } from './random.js';
import { planted, type Span, stretch } from './rings.js';
import { anyDoctor, consultation, packsFor, sale } from './visits.js';

/**
 * A doctor sends patients to the one pharmacy or hospital that pays for it (医师定向引流、处方回扣).
 *
 * Levels 0–3: 12–60 patients who come to the doctor one to six times in 14–48 weeks. In three rings of four the
 * payer is a pharmacy 2 km or more from the doctor that is not the nearest: .7–.95 of the visits are
 * followed there within 10 minutes to 4 hours, by the doctor's own prescription, a month or two of dear
 * drugs. In the fourth it is a private hospital which takes .5–.8 of the patients in within three days, for
 * illnesses of low severity.
 *
 * Level 4: two pharmacies (or hospitals) by turns, .35–.5 of the visits, on the same day or up to two days
 * later, half of them without the doctor's name on the bill.
 */
export function plantSteering(asked: Asked): Planting | null {
  const { ctx, level, taken, places, largest } = asked;
  const { rng } = ctx;
  const practices = ctx.institutions.filter(
    (i) => i.type !== 'pharmacy' && i.busy > 60 && !places.has(i.handle) && i.level <= 2,
  );
  if (practices.length === 0) return null;
  const practice = pick(rng, practices);
  const staff = ctx.doctors(practice.handle, null);
  if (staff.length === 0) return null;
  const doctor = pick(rng, staff);
  const admits = chance(rng, 0.25);
  const payers = drawPayers(ctx, practice, admits, level === 4 ? 2 : 1, places);
  if (!payers) return null;
  const members = drawMembers(
    ctx,
    Math.min(largest, skewed(rng, 12, 60, 26)),
    taken,
    (p) =>
      p.age >= 25 &&
      p.died === null &&
      !p.dialysis &&
      p.area === practice.area &&
      fitsLevel(ctx, p, level),
  );
  if (members.length < 8) return null;
  const time = stretch(ctx, between(rng, 14, 48), 350, 16);
  const plan: Plan = {
    level,
    practice,
    doctor,
    admits,
    payers,
    share: admits
      ? level === 4
        ? uniform(rng, 0.3, 0.45)
        : uniform(rng, 0.5, 0.8)
      : level === 4
        ? uniform(rng, 0.35, 0.5)
        : uniform(rng, 0.7, 0.95),
    ...time,
  };
  const add = members.flatMap((m) => careOf(ctx, plan, m));
  const at = new Set(payers.map((p) => p.handle));
  const steered = members.filter((m) => add.some((v) => v.patient === m && at.has(v.institution)));
  if (steered.length < 4) return null;
  return planted(asked, 'steering-loop', {
    patients: steered,
    institutions: payers.map((p) => p.handle),
    doctors: [doctor],
    add,
  });
}

interface Plan extends Span {
  readonly level: Camouflage;
  readonly practice: CandidateInstitution;
  readonly doctor: number;
  readonly admits: boolean;
  readonly payers: readonly CandidateInstitution[];
  /** Of the visits (of the patients, where a hospital pays) that lead to a payer. */
  readonly share: number;
}

/** Who pays is not who would be chosen anyway: neither the nearest nor the most popular nearby. */
function drawPayers(
  ctx: PlantingContext,
  practice: CandidateInstitution,
  admits: boolean,
  count: number,
  places: ReadonlySet<number>,
): CandidateInstitution[] | null {
  const fit = nearest(
    ctx.institutions.filter(
      (i) =>
        i.handle !== practice.handle &&
        !places.has(i.handle) &&
        (admits
          ? i.type === 'hospital' && i.level <= 2 && i.stays >= 8 && i.privately
          : i.type === 'pharmacy' && i.busy > 20 && kilometres(i, practice) >= 2),
    ),
    practice,
    16,
  ).slice(admits ? 1 : 3);
  return fit.length < count ? null : sample(ctx.rng, fit, count);
}

function careOf(ctx: PlantingContext, plan: Plan, patient: number): PlantedVisit[] {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  const led = chance(rng, plan.share);
  for (let left = plan.admits ? between(rng, 1, 2) : between(rng, 1, 6); left > 0; left--) {
    const day = plan.first + rng.int(Math.max(1, plan.last - plan.first));
    const at = ctx.serves(plan.practice.handle, day);
    if (at === null || isIn(ctx, patient, at, at) || !alive(ctx.patient(patient), day + 20))
      continue;
    const drug = pick(
      rng,
      ctx.drugs.filter((d) => d.diagnoses.length > 0),
    );
    const diagnosis = plan.admits ? null : (drug.diagnoses[0] ?? null);
    const doctor = plan.doctor;
    add.push(consultation(ctx, patient, plan.practice, at, diagnosis, null, { doctor }));
    if (plan.admits) {
      const stay = led ? admission(ctx, plan, patient, day) : null;
      if (
        stay &&
        !add.some((v) => v.kind === 'in-patient' && v.begin < stay.end && v.end > stay.begin)
      )
        add.push(stay);
    } else if (chance(rng, plan.share)) {
      const lines: PlantedLine[] = [
        { item: drug.item, count: packsFor(drug, pick(rng, [30, 30, 60])) },
        ...sample(rng, ctx.items.resale, rng.int(2)).map((item) => ({ item, count: 1 })),
      ];
      const bought = purchase(ctx, plan, patient, at, lines, drug.diagnoses[0] ?? null);
      if (bought) add.push(bought);
    }
  }
  return add;
}

function purchase(
  ctx: PlantingContext,
  plan: Plan,
  patient: number,
  seen: number,
  lines: readonly PlantedLine[],
  diagnosis: number | null,
): PlantedVisit | null {
  const { rng } = ctx;
  const shop = pick(rng, plan.payers);
  const later = plan.level === 4 ? rng.int(3) : 0;
  const soon = seen + between(rng, 600, 14_400);
  const open = ctx.serves(shop.handle, dayOf(seen) + later);
  if (open === null) return null;
  // After hours the patient goes on the next occasion of the same day that the shop is busy.
  const evening = startOfDay(dayOf(seen)) + 20 * 3600;
  const at = later > 0 ? open : soon < evening ? soon : Math.max(open, seen + 600);
  const named = plan.level < 4 || chance(rng, 0.5);
  return sale(patient, shop, at, lines, { doctor: named ? plan.doctor : null, diagnosis });
}

function admission(
  ctx: PlantingContext,
  plan: Plan,
  patient: number,
  day: number,
): PlantedVisit | null {
  const { rng } = ctx;
  const hospital = pick(rng, plan.payers);
  const inDay = day + between(rng, 1, 3);
  const begin = startOfDay(inDay) + Math.floor(uniform(rng, 9, 16.5) * 3600);
  const outDay = inDay + between(rng, 5, 11);
  const end = startOfDay(outDay) + Math.floor(uniform(rng, 8.5, 16) * 3600);
  const diagnosis = pick(rng, ctx.lowSeverity);
  if (isIn(ctx, patient, begin, end)) return null;
  return {
    patient,
    institution: hospital.handle,
    doctor: anyDoctor(ctx, hospital.handle, diagnosis),
    kind: 'in-patient',
    begin,
    end,
    settled: Math.min(end + between(rng, 0, 5400), startOfDay(outDay) + DAY_S - 1),
    diagnosis,
    lines: null,
    noCash: chance(rng, 0.25),
    undelivered: false,
  };
}
