import { dayOf } from '../model/time.js';
import { alive, drawMembers, nearest } from './camouflage.js';
import type {
  Asked,
  CandidateInstitution,
  PlantedLine,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { between, chance, pick, sample, skewed, uniform } from './random.js';
import { holders, planted, type Span, stretch, whoCame } from './rings.js';
import { near, sale } from './visits.js';

/**
 * A runner goes round the pharmacies with a stack of cards (一人持多卡、跑店刷卡).
 *
 * Levels 0–3: 5–14 cards, a round of 2–5 pharmacies of one neighbourhood, every 6–16 days for 12–44 weeks, each
 * card with probability .6–.95. Shop after shop in the order of the round (a shop is left out one time in
 * eight), 10–40 minutes apart, and in each of them card after card every 25–150 s, for tonics and other
 * dear goods; every shop sees only a part of what a card may buy in a day.
 *
 * Level 4: two or three cards at a time on 4–7 shops; no two cards go together more than twice, the cards of a
 * round are presented 8–40 minutes apart, a third of the rounds goes backwards, and between rounds
 * each card also goes alone.
 */
export function plantConvoy(asked: Asked): Planting | null {
  const { ctx, level, taken, places, largest } = asked;
  const { rng } = ctx;
  const free = ctx.institutions.filter(
    (i) => i.type === 'pharmacy' && i.busy > 20 && !places.has(i.handle),
  );
  const wanted = level === 4 ? between(rng, 4, 7) : between(rng, 2, 5);
  if (free.length < wanted) return null;
  const start = pick(rng, free);
  const round = nearest(free, start, wanted);
  const suits = holders(asked, start.area, 0.25);
  const members = drawMembers(
    ctx,
    Math.min(largest, skewed(rng, 5, 14, 8)),
    taken,
    (p) => p.age >= 18 && suits(p),
  );
  if (members.length < 5) return null;
  const time = stretch(ctx, between(rng, 12, 44));
  const plan: Plan = {
    members,
    round,
    goods: sample(rng, ctx.items.resale, between(rng, 3, 8)),
    attendance: uniform(rng, 0.6, 0.95),
    ...time,
  };
  const add = level === 4 ? apart(ctx, plan) : together(ctx, plan);
  const came = whoCame(members, add);
  if (came.length < 5) return null;
  return planted(asked, 'multi-site-convoy', {
    patients: came,
    institutions: round.map((r) => r.handle),
    items: plan.goods,
    add,
  });
}

interface Plan extends Span {
  readonly members: readonly number[];
  /** In the runner's order. */
  readonly round: readonly CandidateInstitution[];
  readonly goods: readonly number[];
  readonly attendance: number;
}

function basket(ctx: PlantingContext, goods: readonly number[]): PlantedLine[] {
  return sample(ctx.rng, goods, between(ctx.rng, 1, 2)).map((item) => ({ item, count: 1 }));
}

/** Takes cards round the shops in the given order from an hour on; `gap` seconds between two cards. */
function walk(
  ctx: PlantingContext,
  plan: Plan,
  cards: readonly number[],
  shops: readonly CandidateInstitution[],
  day: number,
  gap: readonly [number, number],
): PlantedVisit[] {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  const start = near(ctx, shops[0] as CandidateInstitution, day, uniform(rng, 8.8, 15.5));
  if (start === null) return add;
  let at = start;
  for (const shop of shops) {
    for (const card of cards) {
      if (dayOf(at) === day && alive(ctx.patient(card), day))
        add.push(sale(card, shop, at, basket(ctx, plan.goods), { undelivered: true }));
      at += between(rng, gap[0], gap[1]);
    }
    at += between(rng, 600, 2400);
  }
  return add;
}

function together(ctx: PlantingContext, plan: Plan): PlantedVisit[] {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  for (let day = plan.first; day <= plan.last; day += between(rng, 6, 16)) {
    const cards = sample(rng, plan.members, plan.members.length).filter(() =>
      chance(rng, plan.attendance),
    );
    const kept = plan.round.filter(() => chance(rng, 0.875));
    const shops = kept.length < 2 ? plan.round : kept;
    add.push(...walk(ctx, plan, cards, shops, day, [25, 150]));
  }
  return add;
}

function apart(ctx: PlantingContext, plan: Plan): PlantedVisit[] {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  const met = new Map<string, number>();
  const key = (a: number, b: number) => (a < b ? `${a} ${b}` : `${b} ${a}`);
  for (let day = plan.first; day <= plan.last; day += between(rng, 2, 5)) {
    const cards: number[] = [];
    const size = between(rng, 1, 3);
    for (const card of sample(rng, plan.members, plan.members.length)) {
      if (cards.length >= size) break;
      if (cards.every((c) => (met.get(key(c, card)) ?? 0) < 2)) cards.push(card);
    }
    cards.forEach((a, i) => {
      for (const b of cards.slice(i + 1)) met.set(key(a, b), (met.get(key(a, b)) ?? 0) + 1);
    });
    const from = rng.int(plan.round.length - 1);
    const part = plan.round.slice(from, from + between(rng, 2, 3));
    const shops = chance(rng, 1 / 3) ? part.reverse() : part;
    add.push(...walk(ctx, plan, cards, shops, day, [480, 2400]));
  }
  return add;
}
