import { DAY_S, dayOf } from '../model/time.js';
import { alive, coverVisits, drawMembers, fitsLevel, isIn, kilometres } from './camouflage.js';
import type {
  Camouflage,
  CandidateInstitution,
  CandidatePatient,
  Contact,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { between, chance, pick, sample, skewed, uniform } from './random.js';
import { consultation, near, sale } from './visits.js';

/**
 * An agent keeps the cards of people who have nothing to do with each other and acts for them
 * (代办卡、代刷卡): his telephone receives the codes, his account the repayments.
 *
 * Levels 0–3: 8–40 cards from at least three villages. Seven agents in ten give one telephone for nearly all of
 * them (each card with probability .85–1), the others stand in the records as proxy or payee. Two to four
 * times a month for 12–46 weeks he takes 3–8 of the cards to one of 1–3 shops or clinics of his and has them
 * settled one after the other in 1–4 minutes each, everyday goods and treatments.
 *
 * Level 4: a telephone for every two cards, for three now and then; he never takes more than two
 * along, waits 5–40 minutes between them, and has 4–6 places.
 */
export function plantCardAgent(
  ctx: PlantingContext,
  level: Camouflage,
  taken: ReadonlySet<number>,
  places: ReadonlySet<number>,
  largest: number,
): Planting | null {
  const { rng } = ctx;
  const home = pick(rng, ctx.places);
  const members = drawMembers(
    ctx,
    Math.min(largest, skewed(rng, 8, 40, 15)),
    taken,
    (p: CandidatePatient) =>
      p.age >= 30 &&
      p.died === null &&
      !p.dialysis &&
      ctx.places[p.place]?.kind === 'village' &&
      fitsLevel(ctx, p, level) &&
      (p.area === home.area || chance(rng, 0.3)),
  );
  if (members.length < 8) return null;
  if (new Set(members.map((m) => ctx.patient(m).place)).size < 3) return null;
  const local = ctx.institutions
    .filter((i) => i.type !== 'hospital' && i.busy > 20 && !places.has(i.handle))
    .sort((a, b) => kilometres(a, home) - kilometres(b, home) || a.handle - b.handle)
    .slice(0, 12);
  const used = sample(rng, local, level === 4 ? between(rng, 4, 6) : between(rng, 1, 3));
  if (used.length === 0) return null;
  const weeks = between(rng, 12, 46);
  const first = dayOf(ctx.from) + rng.int(Math.max(1, 358 - weeks * 7));
  const plan = { members, used, first, last: Math.min(dayOf(ctx.to - 1), first + weeks * 7) };
  const add = level === 4 ? inPairs(ctx, plan) : inStacks(ctx, plan);
  const came = members.filter((m) => add.some((v) => v.patient === m));
  if (came.length < 6) return null;
  const visited = new Set(add.map((v) => v.institution));
  return {
    type: 'card-agent-hub',
    camouflage: level,
    patients: came,
    institutions: used.map((i) => i.handle).filter((i) => visited.has(i)),
    doctors: [],
    items: [],
    add: [...add, ...coverVisits(ctx, came, level)],
    takeOver: [],
    sharedPhone: [],
    contacts: contactsOf(ctx, came, level),
  };
}

function contactsOf(
  ctx: PlantingContext,
  members: readonly number[],
  level: Camouflage,
): Contact[] {
  const { rng } = ctx;
  if (level === 4) {
    const out: Contact[] = [];
    for (let i = 0; i + 1 < members.length; ) {
      const size = chance(rng, 0.3) ? 3 : 2;
      out.push({ kind: 'telephone', holder: null, patients: members.slice(i, i + size) });
      i += size;
    }
    return out;
  }
  const draw = rng.next();
  const share = uniform(rng, 0.85, 1);
  const reached = members.filter((_, i) => i < 3 || chance(rng, share));
  const kind = draw < 0.7 ? 'telephone' : draw < 0.85 ? 'proxy' : 'payee';
  const holder = chance(rng, 0.3) ? (members[0] as number) : null;
  return [{ kind, holder, patients: reached }];
}

interface Plan {
  readonly members: readonly number[];
  readonly used: readonly CandidateInstitution[];
  /** Local days, inclusive. */
  readonly first: number;
  readonly last: number;
}

function serve(
  ctx: PlantingContext,
  patient: number,
  place: CandidateInstitution,
  at: number,
): PlantedVisit | null {
  if (!alive(ctx.patient(patient), dayOf(at)) || isIn(ctx, patient, at, at)) return null;
  return place.type === 'pharmacy'
    ? sale(patient, place, at, null, { undelivered: true })
    : consultation(ctx, patient, place, at, null, null);
}

function inStacks(ctx: PlantingContext, plan: Plan): PlantedVisit[] {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  for (let day = plan.first; day <= plan.last; day += between(rng, 7, 15)) {
    const place = pick(rng, plan.used);
    let at = near(ctx, place, day, uniform(rng, 9, 17));
    if (at === null) continue;
    for (const card of sample(rng, plan.members, between(rng, 3, 8))) {
      const visit = serve(ctx, card, place, at);
      if (visit) add.push(visit);
      at += between(rng, 60, 240);
    }
  }
  return add;
}

function inPairs(ctx: PlantingContext, plan: Plan): PlantedVisit[] {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  for (let day = plan.first; day <= plan.last; day += between(rng, 3, 6)) {
    const place = pick(rng, plan.used);
    let at = ctx.serves(place.handle, day);
    if (at === null) continue;
    for (const card of sample(rng, plan.members, between(rng, 1, 2))) {
      const visit = serve(ctx, card, place, at);
      if (visit && dayOf(at) === day) add.push(visit);
      at = Math.min(at + between(rng, 300, 2400), at + DAY_S);
    }
  }
  return add;
}
