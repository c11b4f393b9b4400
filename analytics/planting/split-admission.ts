import { dayOf } from '../model/time.js';
import type {
  Asked,
  Camouflage,
  CandidateInstitution,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { between, chance, pick, sample, uniform } from './random.js';
import { planted } from './rings.js';
import { bedBook, cardsNear, drawSite, stayOf } from './sites.js';
import { anyDoctor } from './visits.js';

/**
 * A hospital that is paid by the stay cuts one illness into several (分解住院): out in the morning, in
 * again in the afternoon or within the fortnight, for the same disease.
 *
 * Levels 0–3: illnesses worth .12–.3 of the hospital's yearly stays (at least 10, at most 45) come in two
 * to four parts of 4–8 nights. A patient returns on the day of the discharge to three days later in
 * more than half of the cases, within nine days mostly, at the latest on the fourteenth day; five parts
 * in six carry the same diagnosis, the others another one of the same ward.
 *
 * Level 4: knows the fortnight. Three returns in four come on day 16 to 21; the others, within the
 * fortnight, go to a second hospital that does it the favour, under another diagnosis.
 */
export function plantSplitAdmission(asked: Asked): Planting | null {
  const { ctx, level } = asked;
  const { rng } = ctx;
  const suits = (i: CandidateInstitution) => i.type === 'hospital' && i.beds > 0 && i.stays >= 20;
  const hospital = drawSite(asked, suits);
  if (!hospital) return null;
  const sister =
    level === 4
      ? drawSite(asked, (i) => suits(i) && i.handle !== hospital.handle && i.area === hospital.area)
      : null;
  const count = Math.min(45, Math.max(10, Math.round(hospital.stays * uniform(rng, 0.12, 0.3))));
  const diagnoses = sample(rng, ctx.lowSeverity, between(rng, 3, 5));
  const plan: Plan = { level, hospital, sister: sister ?? hospital, diagnoses };
  const cards = cardsNear(asked, hospital, count, (p) => p.age >= 35);
  const free = bedBook(ctx);
  const add = cards.flatMap((patient) => illness(ctx, plan, patient, free));
  if (new Set(add.map((v) => v.patient)).size < 8) return null;
  return planted(asked, 'split-admission', { institutions: [hospital.handle], add });
}

interface Plan {
  readonly level: Camouflage;
  readonly hospital: CandidateInstitution;
  readonly sister: CandidateInstitution;
  readonly diagnoses: readonly number[];
}

/** Days from a discharge to the return, where nobody minds the fortnight. */
function pause(ctx: PlantingContext): number {
  const draw = ctx.rng.next();
  return draw < 0.55
    ? between(ctx.rng, 0, 3)
    : draw < 0.85
      ? between(ctx.rng, 4, 9)
      : between(ctx.rng, 10, 14);
}

/** The parts of one illness; none when they do not fit between the patient's own stays. */
function illness(
  ctx: PlantingContext,
  plan: Plan,
  patient: number,
  free: (patient: number, first: number, last: number) => boolean,
): PlantedVisit[] {
  const { rng } = ctx;
  const { level, hospital, sister, diagnoses } = plan;
  const draw = rng.next();
  const parts = level === 4 ? 2 : draw < 0.55 ? 2 : draw < 0.85 ? 3 : 4;
  const first = pick(rng, diagnoses);
  const doctor = anyDoctor(ctx, hospital.handle, first);
  const sameWard = diagnoses.filter(
    (d) => ctx.doctors(hospital.handle, d)[0] === ctx.doctors(hospital.handle, first)[0],
  );
  const stays: PlantedVisit[] = [];
  let day = dayOf(ctx.from) + 2 + rng.int(dayOf(ctx.to) - dayOf(ctx.from) - 70);
  let before: PlantedVisit | null = null;
  for (let part = 0; part < parts; part++) {
    const late = level === 4 && chance(rng, 0.75);
    const gap = before === null ? 0 : late ? between(rng, 16, 21) : pause(ctx);
    day += gap;
    const nights = between(rng, 4, 8);
    const away = level === 4 && before !== null && !late;
    const other = away
      ? pick(rng, diagnoses)
      : before !== null && chance(rng, 1 / 6)
        ? pick(rng, sameWard)
        : first;
    const at = away ? sister : hospital;
    // The beds of one patient touch when he leaves and returns on one day.
    const touches = before !== null && gap === 0;
    if (!free(patient, touches ? day + 1 : day, day + nights)) break;
    const stay = stayOf(ctx, {
      patient,
      institution: at.handle,
      doctor: at === hospital && other === first ? doctor : anyDoctor(ctx, at.handle, other),
      diagnosis: other,
      day,
      nights,
      ...(before ? { after: before.end } : {}),
    });
    stays.push(stay);
    before = stay;
    day += nights;
  }
  return stays.length > 1 ? stays : [];
}
