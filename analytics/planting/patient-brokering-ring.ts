import { DAY_S, dayOf, startOfDay } from '../model/time.js';
import { alive, drawMembers, fitsLevel, isIn, kilometres } from './camouflage.js';
import type {
  Asked,
  Camouflage,
  CandidateInstitution,
  CandidatePatient,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { between, chance, pick, sample, skewed, uniform } from './random.js';
import { planted, whoCame } from './rings.js';

/**
 * A recruiter brings people to lie in hospital together without need (拉人头、诱导住院).
 *
 * Levels 0–3: 4–25 members from one village, one care home, around one telephone or from all over a
 * region; 2–6 waves 18–80 days apart, by turns at 1–4 hospitals (private or of the lower levels, the
 * nearest); each member comes with probability .7–1. All of a wave are admitted on one day or the
 * next and leave on one day or the next after 5–11 days, with a few diagnoses of low severity, one
 * or two doctors, and mostly nothing paid in cash.
 *
 * Level 4: a wave is split over two hospitals; two in five of its members come 2–3 days later
 * than the others and leave by their own stay; each comes with probability .5–.75; three in four pay as
 * others do; diagnoses and doctors vary; nobody shares a telephone; no member has more than four
 * stays from the ring.
 */
export function plantBrokering(asked: Asked): Planting | null {
  const { ctx, level, taken, places, largest } = asked;
  const { rng } = ctx;
  const recruited = recruit(ctx, level, taken, largest);
  if (!recruited) return null;
  const { members, origin } = recruited;
  const diagnoses = sample(rng, ctx.lowSeverity, level === 4 ? 6 : between(rng, 1, 3));
  const home = ctx.places[ctx.patient(members[0] as number).place];
  if (!home) return null;
  const hospitals = ctx.institutions
    .filter((i) => i.type === 'hospital' && i.level <= 2 && i.stays >= 8 && !places.has(i.handle))
    .sort(
      (a, b) =>
        kilometres(a, home) * (a.privately ? 0.5 : 1) -
          kilometres(b, home) * (b.privately ? 0.5 : 1) || a.handle - b.handle,
    );
  const waves = level === 4 ? between(rng, 4, 6) : between(rng, 2, 6);
  const alone = level < 4 && origin !== 'care-home' && chance(rng, 0.25);
  const wanted = alone ? 1 : Math.min(waves, between(rng, 2, 4));
  const used = sample(rng, hospitals.slice(0, wanted + 4), wanted);
  if (used.length < wanted) return null;
  const plan: Plan = {
    level,
    members,
    hospitals: used.map((h) => ({
      at: h,
      doctors: diagnoses.map((d) =>
        sample(rng, ctx.doctors(h.handle, d), level === 4 ? 3 : chance(rng, 0.6) ? 1 : 2),
      ),
    })),
    diagnoses,
    attendance: level === 4 ? uniform(rng, 0.5, 0.75) : uniform(rng, 0.7, 1),
    noCash: level === 4 ? 0.25 : uniform(rng, 0.7, 0.98),
  };
  const add = allWaves(ctx, plan, waves);
  const inRing = whoCame(members, add);
  if (inRing.length < 4) return null;
  const at = new Set(add.map((v) => v.institution));
  const ring = planted(asked, 'patient-brokering-ring', {
    patients: inRing,
    institutions: used.map((h) => h.handle).filter((h) => at.has(h)),
    doctors: [...new Set(add.map((v) => v.doctor))].filter((d): d is number => d !== null),
    add,
  });
  const half = Math.ceil(inRing.length * 0.5);
  return origin === 'phone' ? { ...ring, sharedPhone: sample(rng, inRing, half) } : ring;
}

interface Plan {
  readonly level: Camouflage;
  readonly members: readonly number[];
  readonly hospitals: ReadonlyArray<{
    readonly at: CandidateInstitution;
    /** By diagnosis of the plan. */
    readonly doctors: ReadonlyArray<readonly number[]>;
  }>;
  readonly diagnoses: readonly number[];
  readonly attendance: number;
  readonly noCash: number;
}

type Origin = 'village' | 'care-home' | 'phone' | 'region';

function recruit(
  ctx: PlantingContext,
  level: Camouflage,
  taken: ReadonlySet<number>,
  largest: number,
): { members: number[]; origin: Origin } | null {
  const { rng } = ctx;
  const size = Math.min(largest, skewed(rng, 4, 25, 10));
  const suits = (p: CandidatePatient) =>
    p.age >= 38 && p.died === null && !p.dialysis && fitsLevel(ctx, p, level);
  const draw = rng.next();
  const origin: Origin =
    draw < 0.45
      ? 'village'
      : draw < 0.6
        ? 'care-home'
        : level < 4 && draw < 0.8
          ? 'phone'
          : 'region';
  for (let i = 0; i < 60; i++) {
    const place = pick(rng, ctx.places);
    const kind = origin === 'care-home' && i < 30 ? 'care-home' : 'village';
    if (place.kind !== kind || place.patients.length < 15) continue;
    const members =
      origin === 'region' || origin === 'phone'
        ? drawMembers(ctx, size, taken, (p) => p.area === place.area && suits(p))
        : drawMembers(
            ctx,
            size,
            taken,
            kind === 'care-home' ? (p) => p.died === null && !p.dialysis : suits,
            place.patients,
          );
    if (members.length >= 4)
      return { members, origin: kind === 'village' && origin === 'care-home' ? 'village' : origin };
  }
  return null;
}

function allWaves(ctx: PlantingContext, plan: Plan, waves: number): PlantedVisit[] {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  const last = dayOf(ctx.to - 1) - 16;
  const spread = Math.min(80, Math.max(18, Math.floor((last - dayOf(ctx.from)) / waves)));
  const slack = Math.max(1, last - dayOf(ctx.from) - spread * waves);
  let day = dayOf(ctx.from) + 3 + rng.int(slack);
  const stays = new Map<number, number>();
  for (let wave = 0; wave < waves && day < last; wave++) {
    const length = between(rng, 5, 11);
    for (const member of plan.members) {
      if (!chance(rng, plan.attendance) || !alive(ctx.patient(member), day + 20)) continue;
      if (plan.level === 4 && (stays.get(member) ?? 0) >= 4) continue;
      const other = plan.level === 4 && chance(rng, 0.4) ? 1 : 0;
      const hospital = plan.hospitals[(wave + other) % plan.hospitals.length];
      const visit = hospital && stay(ctx, plan, hospital, member, day, length);
      if (!visit || isIn(ctx, member, visit.begin, visit.end)) continue;
      stays.set(member, (stays.get(member) ?? 0) + 1);
      add.push(visit);
    }
    day += between(rng, Math.max(18, Math.floor(spread * 0.6)), spread);
  }
  return add;
}

function stay(
  ctx: PlantingContext,
  plan: Plan,
  hospital: Plan['hospitals'][number],
  patient: number,
  day: number,
  length: number,
): PlantedVisit {
  const { rng } = ctx;
  const late = plan.level === 4 && chance(rng, 0.4);
  const inDay = day + (late ? between(rng, 2, 3) : chance(rng, 0.3) ? 1 : 0);
  const outDay = late
    ? inDay + Math.max(4, length + between(rng, -2, 3))
    : day + length + (chance(rng, 0.3) ? 1 : 0);
  const begin = startOfDay(inDay) + Math.floor(uniform(rng, 8.2, 17) * 3600);
  const end = startOfDay(outDay) + Math.floor(uniform(rng, 8.5, 16.5) * 3600);
  const diagnosis = rng.int(plan.diagnoses.length);
  const doctors = hospital.doctors[diagnosis];
  return {
    patient,
    institution: hospital.at.handle,
    doctor: doctors && doctors.length > 0 ? pick(rng, doctors) : null,
    kind: 'in-patient',
    begin,
    end,
    settled: Math.min(end + between(rng, 0, 5400), startOfDay(outDay) + DAY_S - 1),
    diagnosis: plan.diagnoses[diagnosis] ?? null,
    lines: null,
    noCash: chance(rng, plan.noCash),
    undelivered: false,
  };
}
