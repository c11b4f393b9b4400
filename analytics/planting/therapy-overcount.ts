import { DAY_S, dayOf, startOfDay } from '../model/time.js';
import type {
  Asked,
  Camouflage,
  CandidateInstitution,
  PlantedLine,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { between, chance, pick, sample, uniform } from './random.js';
import { planted, type Span } from './rings.js';
import { cardsNear, drawSite, season, stayOf } from './sites.js';
import { atOnce } from './visits.js';

/**
 * A house bills more physical therapy, tests or pictures than its people and machines can do (虚计诊疗
 * 次数): it notes twenty where two were done, or a course for everybody who has ever been there.
 *
 * Levels 0–3: on 20–45 days over 8–30 weeks a clinic or small hospital bills its few doctors' names with
 * courses of 15–45 people: each of the day's 5–10 gets two to four items, four to ten times each.
 * Two houses in three do it with acupuncture, massage and the like, the others with laboratory and imaging.
 * Every other hospital does it on the ward: stays of 7–12 nights with one item three to six times a day.
 *
 * Level 4: twice or three times each over more people and days, so that no day asks more of a doctor than a very
 * long one gives.
 */
export function plantTherapyOvercount(asked: Asked): Planting | null {
  const { ctx, level } = asked;
  const { rng } = ctx;
  const site = drawSite(
    asked,
    (i) => i.type !== 'pharmacy' && i.level <= 1 && i.machines === 0 && i.busy >= 30,
  );
  if (!site) return null;
  const staff = ctx.doctors(site.handle, null);
  const cards = cardsNear(asked, site, between(rng, 15, 45), (p) => p.age >= 30);
  if (staff.length === 0 || cards.length < 10) return null;
  const kinds = chance(rng, 0.67)
    ? ctx.items.rehabilitation
    : [...ctx.items.laboratory, ...ctx.items.imaging];
  const plan: Plan = {
    level,
    site,
    doctors: sample(rng, staff, between(rng, 1, 2)),
    items: sample(rng, kinds, between(rng, 3, 5)),
    cards,
    ...season(ctx, Math.round(uniform(rng, 8, 30))),
  };
  const ward = site.type === 'hospital' && site.stays >= 20 && level < 4 && chance(rng, 0.5);
  const add = ward ? onTheWard(ctx, plan) : atTheCounter(ctx, plan);
  if (add.length < 20) return null;
  return planted(asked, 'therapy-overcount', {
    institutions: [site.handle],
    doctors: plan.doctors,
    items: plan.items,
    add,
  });
}

interface Plan extends Span {
  readonly level: Camouflage;
  readonly site: CandidateInstitution;
  readonly doctors: readonly number[];
  readonly items: readonly number[];
  readonly cards: readonly number[];
}

function atTheCounter(ctx: PlantingContext, plan: Plan): PlantedVisit[] {
  const { rng } = ctx;
  const { level, site, doctors, items, cards, first, last } = plan;
  const add: PlantedVisit[] = [];
  const days = level === 4 ? between(rng, 45, 70) : between(rng, 20, 45);
  const all = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  for (const day of sample(rng, all, days))
    for (const patient of sample(
      rng,
      cards,
      level === 4 ? between(rng, 3, 5) : between(rng, 5, 10),
    )) {
      const at = ctx.serves(site.handle, day);
      if (at === null) continue;
      const lines: PlantedLine[] = sample(rng, items, between(rng, 2, level === 4 ? 3 : 4)).map(
        (item) => ({ item, count: level === 4 ? between(rng, 2, 3) : between(rng, 4, 10) }),
      );
      const doctor = pick(rng, doctors);
      add.push(atOnce('out-patient', patient, site.handle, at, lines, { doctor }));
    }
  return add;
}

function onTheWard(ctx: PlantingContext, plan: Plan): PlantedVisit[] {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  for (const patient of plan.cards) {
    const nights = between(rng, 7, 12);
    const day = plan.first + rng.int(Math.max(1, plan.last - plan.first - nights));
    const lies = ctx
      .visits(patient)
      .some(
        (v) =>
          v.kind === 'in-patient' &&
          v.begin < startOfDay(day + nights) + DAY_S &&
          v.end > startOfDay(day),
      );
    if (lies || day + nights >= dayOf(ctx.to - 1)) continue;
    const lines: PlantedLine[] = [
      ...ctx.items.ward.slice(0, 3).map((item) => ({ item, count: nights })),
      ...sample(rng, plan.items, 3).map((item) => ({
        item,
        count: nights * between(rng, 3, 6),
      })),
    ];
    add.push(
      stayOf(ctx, {
        patient,
        institution: plan.site.handle,
        doctor: pick(rng, plan.doctors),
        diagnosis: pick(rng, ctx.lowSeverity),
        day,
        nights,
        lines,
      }),
    );
  }
  return add;
}
