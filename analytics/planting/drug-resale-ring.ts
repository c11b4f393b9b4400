import { dayOf } from '../model/time.js';
import { alive, drawMembers, fitsLevel, isIn, nearest } from './camouflage.js';
import type {
  Asked,
  CandidateDrug,
  CandidateInstitution,
  CandidatePatient,
  PlantedLine,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { between, chance, pick, sample, skewed, uniform } from './random.js';
import { planted, type Span, stretch, whoCame } from './rings.js';
import { consultation, near, packsFor, sale } from './visits.js';

/**
 * A dealer has medicines prescribed on many cards and resells them (骗保倒卖药品).
 *
 * Levels 0–3: 4–18 cards; every 7–16 days for 14–44 weeks the dealer's runner takes those at hand (each
 * with probability .6–.95) round 3–5 of the ring's 5–9 hospitals, clinics and pharmacies on one day or
 * the next, three or four cards one after the other. Each place, by whichever doctor sits there, hands
 * out a month of 2–4 of the ring's 6–12 easily resold drugs, whatever the last place gave. Holders
 * are mostly past fifty and have the diseases for it, or say so.
 *
 * Level 4: no card goes to more than three places or is given more than 1.4 days of one substance for
 * each day; every card goes by itself on its own day, once in two or three weeks; only one time in six two
 * go together.
 */
export function plantDrugResale(asked: Asked): Planting | null {
  const { ctx, level, taken, places, largest } = asked;
  const { rng } = ctx;
  const home = pick(rng, ctx.places);
  const suits = (p: CandidatePatient) =>
    p.age >= (chance(rng, 0.85) ? 50 : 25) &&
    p.died === null &&
    !p.dialysis &&
    fitsLevel(ctx, p, level) &&
    (p.area === home.area || chance(rng, 0.2));
  const members = drawMembers(ctx, Math.min(largest, skewed(rng, 4, 18, 9)), taken, suits);
  const stops = tour(ctx, home, between(rng, 5, 9), places);
  const goods = drawGoods(ctx, between(rng, 6, 12));
  if (members.length < 4 || stops.length < 5 || goods.length < 6) return null;
  const time = stretch(ctx, between(rng, 14, 44), 358, 1);
  const plan: Plan = {
    members,
    stops,
    goods,
    attendance: uniform(rng, 0.6, 0.95),
    ...time,
  };
  const add = level === 4 ? alone(ctx, plan) : tours(ctx, plan);
  const came = whoCame(members, add);
  if (came.length < 4) return null;
  return planted(asked, 'drug-resale-ring', {
    patients: came,
    institutions: stops.map((s) => s.handle).filter((s) => add.some((v) => v.institution === s)),
    items: goods.map((g) => g.item),
    add,
  });
}

interface Plan extends Span {
  readonly members: readonly number[];
  readonly stops: readonly CandidateInstitution[];
  readonly goods: readonly CandidateDrug[];
  readonly attendance: number;
}

/** Some of the places within reach of a home, of every kind, the near ones first. */
function tour(
  ctx: PlantingContext,
  home: { lng: number; lat: number },
  count: number,
  places: ReadonlySet<number>,
): CandidateInstitution[] {
  const free = ctx.institutions.filter(
    (i) => i.busy > 20 && !places.has(i.handle) && (i.type !== 'hospital' || i.stays > 0),
  );
  return sample(ctx.rng, nearest(free, home, count * 4), count);
}

/** Easily resold drugs for chronic diseases, of each substance one maker's. */
function drawGoods(ctx: PlantingContext, count: number): CandidateDrug[] {
  const fit = ctx.drugs.filter((d) => d.resale >= 2 && d.diagnoses.length > 0 && d.packDays <= 60);
  const bySubstance = new Map(sample(ctx.rng, fit, fit.length).map((d) => [d.ingredient, d]));
  return sample(ctx.rng, [...bySubstance.values()], count);
}

/** What one place hands out: some of the goods, about `days` of each. */
function basket(ctx: PlantingContext, goods: readonly CandidateDrug[], days: number) {
  return goods.map(
    (drug): PlantedLine => ({
      item: drug.item,
      count: packsFor(drug, days * uniform(ctx.rng, 0.9, 1.2)),
    }),
  );
}

function fetch(
  ctx: PlantingContext,
  patient: number,
  stop: CandidateInstitution,
  at: number,
  goods: readonly CandidateDrug[],
  days: number,
): PlantedVisit {
  const lines = basket(ctx, goods, days);
  if (stop.type === 'pharmacy') return sale(patient, stop, at, lines);
  const diagnosis = goods[0]?.diagnoses[0] ?? null;
  return consultation(ctx, patient, stop, at, diagnosis, lines);
}

function tours(ctx: PlantingContext, plan: Plan): PlantedVisit[] {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  for (let day = plan.first; day <= plan.last; day += between(rng, 7, 16)) {
    const cards = sample(rng, plan.members, plan.members.length).filter(
      (m) => chance(rng, plan.attendance) && alive(ctx.patient(m), day + 1),
    );
    // A runner carries three or four cards; the next one goes on the next day or elsewhere.
    for (let i = 0; i < cards.length; ) {
      const batch = cards.slice(i, i + between(rng, 3, 4));
      i += batch.length;
      const on = day + rng.int(2);
      let hour = uniform(rng, 8.2, 9.5);
      for (const stop of sample(rng, plan.stops, between(rng, 3, 5))) {
        const at = near(ctx, stop, on, hour);
        hour += uniform(rng, 0.7, 1.6);
        if (at === null || hour > 18.5) continue;
        batch.forEach((card, n) => {
          const moment = at + n * between(rng, 120, 420);
          if (isIn(ctx, card, moment, moment)) return;
          add.push(fetch(ctx, card, stop, moment, sample(rng, plan.goods, between(rng, 2, 4)), 30));
        });
      }
    }
  }
  return add;
}

interface Call {
  readonly stop: CandidateInstitution;
  readonly at: number;
}

function alone(ctx: PlantingContext, plan: Plan): PlantedVisit[] {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  let before: Call | null = null;
  for (const card of plan.members) {
    const stops = sample(rng, plan.stops, 3);
    const goods = sample(rng, plan.goods, between(rng, 4, 6));
    let turn = rng.int(3);
    // Each of the goods is given every other time: a month of it, or 1.2 to 1.4 days a day.
    for (let day = plan.first + rng.int(14); day <= plan.last; day += between(rng, 10, 14)) {
      if (!chance(rng, plan.attendance)) continue;
      turn++;
      const call: Call | null = before && chance(rng, 1 / 6) ? follow(ctx, before) : null;
      const next: Call | null = call ?? own(ctx, stops[turn % 3] as CandidateInstitution, day);
      if (!next || dayOf(next.at) > plan.last || isIn(ctx, card, next.at, next.at)) continue;
      before = call ? null : next;
      const half = goods.filter((_, i) => i % 2 === turn % 2);
      add.push(fetch(ctx, card, next.stop, next.at, half, 30));
    }
  }
  return add;
}

const follow = (ctx: PlantingContext, { stop, at }: Call): Call => ({
  stop,
  at: at + between(ctx.rng, 90, 500),
});

function own(ctx: PlantingContext, stop: CandidateInstitution, day: number): Call | null {
  const at = ctx.serves(stop.handle, day);
  return at === null ? null : { stop, at };
}
