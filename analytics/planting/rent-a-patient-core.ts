import { alive, drawMembers, isIn, nearest } from './camouflage.js';
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
import { holders, planted, type Span, stretch } from './rings.js';
import { consultation, sale } from './visits.js';

/**
 * Institutions lend each other patients who are paid for their cards (租借病人，多家机构轮流空刷).
 *
 * Levels 0–3: 6–12 clinics, small hospitals and pharmacies × 8–24 people; within 14–44 weeks each of them is
 * billed at each place with probability .75–.95, one to three times, on days of the place's own choosing,
 * two to six people of the core on such a day, for therapies and tests that leave nothing behind;
 * mostly nothing is paid in cash.
 *
 * Level 4: each is billed at .45–.6 of the places, once or twice, everybody on a day of his own, with the
 * usual content of a visit and the usual payment.
 */
export function plantRentedPatients(asked: Asked): Planting | null {
  const { ctx, level, taken, places, largest } = asked;
  const { rng } = ctx;
  const free = ctx.institutions.filter(
    (i) =>
      i.busy > 20 &&
      !places.has(i.handle) &&
      (i.type !== 'hospital' || (i.privately && i.level <= 2)),
  );
  const wanted = between(rng, 6, 12);
  if (free.length < wanted) return null;
  const start = pick(rng, free);
  // Whoever takes part knows the others: most are near, none is chosen for being the nearest.
  const core = sample(rng, nearest(free, start, wanted * 3), wanted);
  const suits = holders(asked, start.area, 0.3);
  const members = drawMembers(
    ctx,
    Math.min(largest, skewed(rng, 8, 24, 13)),
    taken,
    (p) => p.age >= 25 && suits(p),
  );
  if (members.length < 6) return null;
  const time = stretch(ctx, between(rng, 14, 44));
  const plan: Plan = {
    level,
    members,
    core,
    linked: level === 4 ? uniform(rng, 0.45, 0.6) : uniform(rng, 0.75, 0.95),
    noCash: level === 4 ? 0.05 : uniform(rng, 0.6, 0.95),
    ...time,
  };
  const add = billed(ctx, plan);
  const came = members.filter((m) => new Set(placesOf(add, m)).size >= 3);
  if (came.length < 6) return null;
  const inRing = new Set(came);
  return planted(asked, 'rent-a-patient-core', {
    patients: came,
    institutions: core.map((i) => i.handle),
    add: add.filter((v) => inRing.has(v.patient)),
  });
}

interface Plan extends Span {
  readonly level: Camouflage;
  readonly members: readonly number[];
  readonly core: readonly CandidateInstitution[];
  /** Probability that a member is billed at a place at all. */
  readonly linked: number;
  readonly noCash: number;
}

const placesOf = (add: readonly PlantedVisit[], patient: number) =>
  add.filter((v) => v.patient === patient).map((v) => v.institution);

function billed(ctx: PlantingContext, plan: Plan): PlantedVisit[] {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  for (const place of plan.core) {
    const due = plan.members
      .filter(() => chance(rng, plan.linked))
      .flatMap((m) => Array<number>(between(rng, 1, plan.level === 4 ? 2 : 3)).fill(m));
    const queue = sample(rng, due, due.length);
    while (queue.length > 0) {
      const group = new Set(queue.splice(0, plan.level === 4 ? 1 : between(rng, 2, 6)));
      const day = plan.first + rng.int(plan.last - plan.first + 1);
      for (const patient of group) {
        const at = ctx.serves(place.handle, day);
        if (at === null || isIn(ctx, patient, at, at) || !alive(ctx.patient(patient), day))
          continue;
        add.push(bill(ctx, plan, patient, place, at));
      }
    }
  }
  return add;
}

function bill(
  ctx: PlantingContext,
  plan: Plan,
  patient: number,
  place: CandidateInstitution,
  at: number,
): PlantedVisit {
  const { rng, items } = ctx;
  const plain = plan.level === 4 || chance(rng, 0.15);
  if (place.type === 'pharmacy') {
    const goods: PlantedLine[] = sample(rng, items.resale, 2).map((item) => ({ item, count: 1 }));
    return sale(patient, place, at, plain ? null : goods, { undelivered: true });
  }
  const services = [...items.rehabilitation, ...items.laboratory];
  const lines = sample(rng, services, between(rng, 2, 4)).map(
    (item): PlantedLine => ({ item, count: 1 }),
  );
  return consultation(ctx, patient, place, at, null, plain ? null : lines, {
    noCash: chance(rng, plan.noCash),
  });
}
