import { DAY_S, dayOf } from '../model/time.js';
import { alive, drawMembers, isIn, nearest } from './camouflage.js';
import type {
  Asked,
  Camouflage,
  CandidateInstitution,
  Contact,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { between, chance, pick, sample, skewed, uniform } from './random.js';
import { holders, planted, type Span, stretch, whoCame } from './rings.js';
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
export function plantCardAgent(asked: Asked): Planting | null {
  const { ctx, level, taken, places, largest } = asked;
  const { rng } = ctx;
  const home = pick(rng, ctx.places);
  const suits = holders(asked, home.area, 0.3);
  const members = drawMembers(
    ctx,
    Math.min(largest, skewed(rng, 8, 40, 15)),
    taken,
    (p) => p.age >= 30 && suits(p),
  );
  if (members.length < 8) return null;
  if (new Set(members.map((m) => ctx.patient(m).place)).size < 3) return null;
  const free = ctx.institutions.filter(
    (i) => i.type !== 'hospital' && i.busy > 20 && !places.has(i.handle),
  );
  const local = nearest(free, home, 12);
  const used = sample(rng, local, level === 4 ? between(rng, 4, 6) : between(rng, 1, 3));
  if (used.length === 0) return null;
  const plan: Plan = { members, used, ...stretch(ctx, between(rng, 12, 46)) };
  const add = level === 4 ? inPairs(ctx, plan) : inStacks(ctx, plan);
  const came = whoCame(members, add);
  if (came.length < 6) return null;
  const visited = new Set(add.map((v) => v.institution));
  const ring = planted(asked, 'card-agent-hub', {
    patients: came,
    institutions: used.map((i) => i.handle).filter((i) => visited.has(i)),
    add,
  });
  return { ...ring, contacts: contactsOf(ctx, came, level) };
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

interface Plan extends Span {
  readonly members: readonly number[];
  readonly used: readonly CandidateInstitution[];
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
