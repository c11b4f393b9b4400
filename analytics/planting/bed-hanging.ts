import { dayOf } from '../model/time.js';
import { coverVisit } from './camouflage.js';
import type {
  Asked,
  Camouflage,
  CandidateInstitution,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { between, chance, pick, sample, uniform } from './random.js';
import { planted, type Span } from './rings.js';
import { bedBook, cardsNear, drawSite, season, stayOf } from './sites.js';
import { anyDoctor } from './visits.js';

/**
 * A hospital admits people who never lie in its beds (挂床住院): they sign, go home, and live on.
 *
 * Levels 0–3: a hospital of the lower levels hangs .4–1.1 of the stays that it honestly has in a year
 * (at least 18, at most 90) over 10–36 weeks, 6–12 nights each, for a few diagnoses of low severity.
 * The holders go on with their lives: every other stay is laid over something that the holder does
 * elsewhere anyway, and one holder in four goes to a shop or a doctor besides. Of the hospitals with
 * at most 40 beds every other one is crowded: it gathers its paper patients in two fortnights, so that
 * there are more of them than beds.
 *
 * Level 4: cards are kept at the hospital for the time of the stay, so a stay is laid between the
 * holder's own visits, and two slip at most. No crowd, 4–6 nights, every diagnosis and doctor.
 */
export function plantBedHanging(asked: Asked): Planting | null {
  const { ctx, level } = asked;
  const { rng } = ctx;
  const hospital = drawSite(
    asked,
    (i) => i.type === 'hospital' && i.level <= 2 && i.beds > 0 && i.stays >= 12,
  );
  if (!hospital) return null;
  const crowded = level < 4 && hospital.beds <= 40 && chance(rng, 0.5);
  const wanted = Math.round(hospital.stays * uniform(rng, 0.4, 1.1));
  const count = Math.min(
    90,
    Math.max(18, wanted, crowded ? Math.ceil(2 * hospital.beds * uniform(rng, 1.1, 1.3)) : 0),
  );
  const plan: Plan = {
    level,
    hospital,
    crowded,
    diagnoses: sample(rng, ctx.lowSeverity, level === 4 ? 8 : between(rng, 2, 4)),
    ...season(ctx, between(rng, 10, 36)),
  };
  const cards = cardsNear(asked, hospital, count, (p) => p.age >= 18);
  const add = hang(ctx, plan, cards, count);
  const stays = add.filter((v) => v.kind === 'in-patient');
  if (stays.length < 12) return null;
  return planted(asked, 'bed-hanging', {
    institutions: [hospital.handle],
    doctors: [...new Set(stays.map((v) => v.doctor))].filter((d): d is number => d !== null),
    add,
  });
}

interface Plan extends Span {
  readonly level: Camouflage;
  readonly hospital: CandidateInstitution;
  readonly crowded: boolean;
  readonly diagnoses: readonly number[];
}

/** Stays over a visit of the holder elsewhere, and holders who go out besides. */
const LIVES_ON = 0.5;
const GOES_OUT = 0.25;
/** Stays that a careful hospital fails to lay between the holder's visits. */
const SLIPS_4 = 2;

function hang(
  ctx: PlantingContext,
  plan: Plan,
  cards: readonly number[],
  count: number,
): PlantedVisit[] {
  const { rng } = ctx;
  const { level, hospital } = plan;
  const free = bedBook(ctx);
  const waves = [plan.first, Math.max(plan.first, plan.last - 14)];
  const add: PlantedVisit[] = [];
  let stays = 0;
  const livesOn = () => (level === 4 ? stays < SLIPS_4 : chance(rng, LIVES_ON));
  let over = livesOn();
  for (let attempt = 0; attempt < 12 * count && stays < count && cards.length > 0; attempt++) {
    const patient = pick(rng, cards);
    const nights = level === 4 ? between(rng, 4, 6) : between(rng, 6, 12);
    const own = ctx.visits(patient).filter((v) => v.kind !== 'in-patient');
    let day = plan.first + rng.int(Math.max(1, plan.last - plan.first - nights));
    if (plan.crowded) day = pick(rng, waves) + rng.int(4);
    else if (over) {
      if (own.length === 0) continue;
      day = dayOf(pick(rng, own).begin) - between(rng, 1, nights - 1);
      if (day < plan.first || day > plan.last) continue;
    } else if (level === 4 && own.some((v) => inside(dayOf(v.begin), day - 1, day + nights + 1)))
      continue;
    if (!free(patient, day, day + nights)) continue;
    stays++;
    over = livesOn();
    const diagnosis = pick(rng, plan.diagnoses);
    const doctor = anyDoctor(ctx, hospital.handle, diagnosis);
    add.push(
      stayOf(ctx, { patient, institution: hospital.handle, doctor, diagnosis, day, nights }),
    );
    if (level === 4 || !chance(rng, plan.crowded ? LIVES_ON : GOES_OUT)) continue;
    const elsewhere = ctx.institutions.filter(
      (i) => i.type !== 'hospital' && i.area === hospital.area && i.busy > 0,
    );
    const out =
      elsewhere.length > 0
        ? coverVisit(ctx, patient, pick(rng, elsewhere), day + between(rng, 1, nights - 1))
        : null;
    if (out) add.push(out);
  }
  return add;
}

const inside = (day: number, from: number, to: number) => day >= from && day <= to;
