import { DAY_S, dayOf, startOfDay } from '../model/time.js';
import { alive, drawMembers, nearest } from './camouflage.js';
import type {
  Asked,
  CandidateInstitution,
  CandidatePatient,
  PlantedLine,
  PlantedVisit,
  Planting,
  PlantingContext,
  TakenOver,
} from './context.js';
import { between, chance, normal, pick, sample, skewed, uniform } from './random.js';
import { holders, planted } from './rings.js';
import { sale } from './visits.js';

/**
 * A pharmacy holds the cards of unrelated people and swipes them for nothing (囤卡空刷).
 *
 * Levels 0–3: once a week, on the ring's own weekday, the cards at hand (each with probability
 * .55–.95) pass through one shop, one after the other every 20–90 s by the ring's own rhythm, with
 * one basket of easily resold goods; 1 or 2 shops by turns. One ring in seven swipes while the shop
 * is closed, one in three now and then refunds and swipes again, and two in three swipe twice a week
 * in November and December. Holders may lie in hospital meanwhile: nobody asks.
 *
 * Level 4: every card goes by itself to one of 3–5 shops within three days of the ring's day, at an
 * hour when that shop is busy; only every fourth swipe is within ten minutes of another card of the
 * ring, and no two cards meet so more than twice. Baskets vary. A fifth of the swipes are honest
 * purchases of the holder led to a shop of the ring instead of new ones.
 */
export function plantCardFarming(asked: Asked): Planting | null {
  const { ctx, level, taken, places, largest } = asked;
  const { rng } = ctx;
  const shops = drawShops(
    ctx,
    level === 4 ? between(rng, 3, 5) : chance(rng, 0.65) ? 1 : 2,
    places,
  );
  if (!shops) return null;
  const first = shops[0] as CandidateInstitution;
  const size = Math.min(largest, skewed(rng, 5, 40, 14));
  const local = holders(asked, first.area, 0.25);
  const suits = (p: CandidatePatient) => p.age >= 16 && p.age <= 88 && local(p);
  // Some collect the cards of people who lie in hospital and cannot miss them.
  const lying = level < 4 && chance(rng, 0.4) ? Math.ceil(size / 5) : 0;
  const members = drawMembers(
    ctx,
    lying,
    taken,
    (p) => suits(p) && ctx.visits(p.handle).some((v) => v.end - v.begin > 4 * DAY_S),
  );
  const households = new Set(members.map((m) => ctx.patient(m).household));
  members.push(
    ...drawMembers(
      ctx,
      size - members.length,
      taken,
      (p) => suits(p) && !households.has(p.household),
    ),
  );
  if (members.length < 5) return null;
  const goods = sample(rng, ctx.items.resale, level === 4 ? 9 : between(rng, 2, 4));
  const weeks = chance(rng, 0.3) ? between(rng, 12, 20) : between(rng, 20, 48);
  const year = Math.floor((ctx.to - ctx.from) / (7 * DAY_S));
  const start = Math.max(
    0,
    chance(rng, 0.5) ? year - weeks - 1 : rng.int(Math.max(1, year - weeks)),
  );
  const plan: Plan = {
    members,
    shops,
    goods,
    basket: goods.map((item) => ({ item, count: between(rng, 1, 3) })),
    attendance: level === 4 ? uniform(rng, 0.45, 0.7) : uniform(rng, 0.55, 0.95),
    weekday: rng.int(7),
    from: dayOf(ctx.from) + start * 7,
    to: Math.min(dayOf(ctx.to - 1), dayOf(ctx.from) + (start + weeks) * 7),
  };
  const swipes = level === 4 ? careful(ctx, plan) : weekly(ctx, plan);
  const ring = planted(asked, 'card-farming-pharmacy', {
    patients: members,
    institutions: shops.map((s) => s.handle),
    items: goods,
    add: swipes.add,
  });
  return { ...ring, takeOver: swipes.takeOver };
}

interface Plan {
  readonly members: readonly number[];
  readonly shops: readonly CandidateInstitution[];
  readonly goods: readonly number[];
  readonly basket: readonly PlantedLine[];
  readonly attendance: number;
  readonly weekday: number;
  /** Local days, inclusive. */
  readonly from: number;
  readonly to: number;
}

/** A shop of middling size and its nearest free neighbours (the same owner's, or friends'). */
function drawShops(
  ctx: PlantingContext,
  count: number,
  places: ReadonlySet<number>,
): CandidateInstitution[] | null {
  const free = ctx.institutions.filter(
    (i) => i.type === 'pharmacy' && i.busy > 20 && !places.has(i.handle),
  );
  if (free.length < count) return null;
  const first = pick(ctx.rng, free);
  const others = free.filter((i) => i !== first);
  return [first, ...sample(ctx.rng, nearest(others, first, count * 2), count - 1)];
}

/** The goods never leave the shelf. */
const swipe = (
  patient: number,
  shop: CandidateInstitution,
  at: number,
  lines: readonly PlantedLine[],
): PlantedVisit => sale(patient, shop, at, lines, { undelivered: true });

function weekly(ctx: PlantingContext, plan: Plan): { add: PlantedVisit[]; takeOver: TakenOver[] } {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  const gap = uniform(rng, 20, 90);
  const human = chance(rng, 0.3) ? 0.6 : 0.08;
  const closed = chance(rng, 0.15);
  const refunds = chance(rng, 0.35) ? 0.06 : 0;
  const yearEnd = chance(rng, 0.65);
  const hour = uniform(rng, 9, 18);
  const lastMonths = dayOf(ctx.to - 1) - 60;
  const usual = new Map(
    plan.members.map((m) => [m, sample(rng, plan.basket, between(rng, 1, plan.basket.length))]),
  );
  for (let week = plan.from; week <= plan.to; week += 7) {
    const twice = yearEnd && week >= lastMonths;
    for (let session = 0; session < (twice ? 2 : 1); session++) {
      if (chance(rng, 0.06)) continue;
      const day = week + ((plan.weekday + session * 3 + (chance(rng, 0.2) ? 1 : 0)) % 7);
      if (day > plan.to) continue;
      const shop = plan.shops[rng.int(plan.shops.length)] as CandidateInstitution;
      let at = closed
        ? startOfDay(day) + Math.floor(uniform(rng, 21.6, 22.8) * 3600)
        : (ctx.serves(shop.handle, day) ?? startOfDay(day) + Math.floor(hour * 3600));
      if (!closed && chance(rng, 0.6))
        at = startOfDay(day) + Math.floor((hour + 0.4 * normal(rng)) * 3600);
      for (const member of sample(rng, plan.members, plan.members.length)) {
        if (!chance(rng, plan.attendance) || !alive(ctx.patient(member), day)) continue;
        const lines = chance(rng, 0.8) ? plan.basket : (usual.get(member) ?? plan.basket);
        const visit = swipe(member, shop, at, lines);
        add.push(
          chance(rng, refunds)
            ? {
                ...visit,
                refund: {
                  after: between(rng, 60, 900),
                  again: chance(rng, 0.8) ? between(rng, 60, 1200) : null,
                },
              }
            : visit,
        );
        at += Math.max(8, Math.round(gap * (1 + human * normal(rng))));
      }
    }
  }
  return { add, takeOver: [] };
}

function careful(ctx: PlantingContext, plan: Plan): { add: PlantedVisit[]; takeOver: TakenOver[] } {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  const takeOver: TakenOver[] = [];
  const met = new Map<string, number>();
  const used = new Map<number, Set<number>>();
  const pairKey = (a: number, b: number) => (a < b ? `${a} ${b}` : `${b} ${a}`);
  for (let week = plan.from; week <= plan.to; week += 7) {
    let before: { member: number; shop: CandidateInstitution; at: number } | null = null;
    for (const member of sample(rng, plan.members, plan.members.length)) {
      if (!chance(rng, plan.attendance)) continue;
      if (chance(rng, 0.2) && divert(ctx, plan, member, week, used, takeOver)) continue;
      const basket = sample(rng, plan.goods, between(rng, 1, 3)).map((item) => ({
        item,
        count: between(rng, 1, 2),
      }));
      const key = before ? pairKey(before.member, member) : '';
      if (before && chance(rng, 0.3) && (met.get(key) ?? 0) < 2) {
        met.set(key, (met.get(key) ?? 0) + 1);
        const at = before.at + between(rng, 70, 500);
        add.push(swipe(member, before.shop, at, basket));
        before = null;
        continue;
      }
      const day = week + plan.weekday + between(rng, -3, 3);
      const shop = pick(rng, plan.shops);
      const at = ctx.serves(shop.handle, day);
      if (day < plan.from || day > plan.to || at === null) continue;
      add.push(swipe(member, shop, at, basket));
      before = { member, shop, at };
    }
  }
  return { add, takeOver };
}

/** Leads an honest purchase of that week to a shop of the ring. */
function divert(
  ctx: PlantingContext,
  plan: Plan,
  member: number,
  week: number,
  used: Map<number, Set<number>>,
  takeOver: TakenOver[],
): boolean {
  const already = used.get(member) ?? new Set<number>();
  used.set(member, already);
  const visit = ctx
    .visits(member)
    .findIndex(
      (v, i) =>
        v.kind === 'pharmacy' &&
        !already.has(i) &&
        v.begin >= startOfDay(week) &&
        v.begin < startOfDay(week + 7),
    );
  if (visit < 0) return false;
  const day = dayOf((ctx.visits(member)[visit] as { begin: number }).begin);
  const shop = pick(ctx.rng, plan.shops);
  const settled = ctx.serves(shop.handle, day);
  if (settled === null) return false;
  already.add(visit);
  takeOver.push({ patient: member, visit, institution: shop.handle, settled });
  return true;
}
