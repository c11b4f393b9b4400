import { dayOf } from '../model/time.js';
import { alive, drawMembers, isIn, nearest } from './camouflage.js';
import type {
  Asked,
  Camouflage,
  CandidateDrug,
  CandidateInstitution,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { between, chance, pick, sample, skewed, uniform } from './random.js';
import { holders, planted, type Span, stretch, whoCame } from './rings.js';
import { consultation, sale } from './visits.js';

/**
 * A pack is settled that has been settled before (追溯码重复结算、回流药).
 *
 * Levels 0–3, in three rings of five the pack never leaves: a pharmacy keeps 3–12 packs (or their printed
 * codes) and scans one or two of them for 6–24 cards again and again, one or two evenings a week for 10–40
 * weeks, so that a code is settled up to some dozens of times. In the others it comes back: 5–16 people
 * have dear drugs dispensed at 2–5 places that report codes, sell the packs, and 10–70 days later a
 * pharmacy sells four in five of them once more to customers who know nothing of it.
 *
 * Level 4: only the way back, over 2–4 pharmacies; a pharmacy sells no more than two such packs and no code is
 * met a third time.
 *
 * The ring is the people whose cards the packs came from (or were scanned for) and the pharmacies that settled
 * them again.
 */
export function plantTraceLoop(asked: Asked): Planting | null {
  const { ctx, level, taken, places, largest } = asked;
  const { rng } = ctx;
  const free = ctx.institutions.filter(
    (i) => i.type === 'pharmacy' && i.busy > 40 && i.traced > 0 && !places.has(i.handle),
  );
  const shelf = level < 4 && chance(rng, 0.6);
  const wanted = level === 4 ? between(rng, 2, 4) : 1;
  if (free.length < wanted) return null;
  const start = pick(rng, free);
  const shops = nearest(free, start, wanted);
  const suits = holders(asked, start.area, 0.2);
  const members = drawMembers(
    ctx,
    Math.min(largest, shelf ? skewed(rng, 6, 24, 12) : skewed(rng, 5, 16, 8)),
    taken,
    (p) => p.age >= 25 && suits(p),
  );
  if (members.length < 5) return null;
  const time = stretch(ctx, between(rng, 10, 40), 280);
  const plan: Plan = {
    level,
    members,
    shops,
    goods: sample(
      rng,
      ctx.drugs.filter((d) => d.resale >= 2),
      between(rng, 3, 8),
    ),
    ...time,
  };
  const add = shelf ? kept(ctx, plan) : cameBack(ctx, plan, taken);
  const came = whoCame(members, add);
  if (came.length < 4) return null;
  return planted(asked, 'trace-code-loop', {
    patients: came,
    institutions: shops.map((s) => s.handle),
    items: plan.goods.map((g) => g.item),
    add,
  });
}

interface Plan extends Span {
  readonly level: Camouflage;
  readonly members: readonly number[];
  readonly shops: readonly CandidateInstitution[];
  readonly goods: readonly CandidateDrug[];
}

function kept(ctx: PlantingContext, plan: Plan): PlantedVisit[] {
  const { rng } = ctx;
  const shop = plan.shops[0] as CandidateInstitution;
  const packs = Array.from({ length: between(rng, 3, 12) }, () => pick(rng, plan.goods));
  const attendance = uniform(rng, 0.3, 0.7);
  const add: PlantedVisit[] = [];
  for (let day = plan.first; day <= plan.last; day += between(rng, 4, 8))
    for (const card of plan.members) {
      const at = chance(rng, attendance) ? ctx.serves(shop.handle, day) : null;
      if (at === null || isIn(ctx, card, at, at) || !alive(ctx.patient(card), day)) continue;
      const lines = sample(rng, [...packs.keys()], between(rng, 1, 2)).map((pack) => ({
        item: (packs[pack] as CandidateDrug).item,
        count: 1,
        packs: [pack],
      }));
      add.push(sale(card, shop, at, lines, { undelivered: true }));
    }
  return add;
}

function cameBack(ctx: PlantingContext, plan: Plan, taken: ReadonlySet<number>): PlantedVisit[] {
  const { rng } = ctx;
  const add: PlantedVisit[] = [];
  const start = plan.shops[0] as CandidateInstitution;
  const own = new Set(plan.shops.map((s) => s.handle));
  const sources = sample(
    rng,
    nearest(
      ctx.institutions.filter((i) => i.traced > 0 && i.busy > 40 && !own.has(i.handle)),
      start,
      14,
    ),
    between(rng, 2, 5),
  );
  if (sources.length === 0) return [];
  const sold = new Map<number, number>();
  const customers = plan.shops.map((s) => customersOf(ctx, s, plan.members, taken));
  let pack = 0;
  for (const seller of plan.members)
    for (let trips = between(rng, 3, 9); trips > 0; trips--) {
      const source = pick(rng, sources);
      const at = ctx.serves(source.handle, plan.first + rng.int(plan.last - plan.first + 1));
      if (at === null || isIn(ctx, seller, at, at) || !alive(ctx.patient(seller), dayOf(at)))
        continue;
      const bought = sample(rng, plan.goods, between(rng, 1, 3)).map((drug) => {
        const packs = Array.from({ length: between(rng, 1, 3) }, () => pack++);
        return { drug, packs };
      });
      const lines = bought.map((b) => ({
        item: b.drug.item,
        count: b.packs.length,
        packs: b.packs,
      }));
      add.push(
        source.type === 'pharmacy'
          ? sale(seller, source, at, lines)
          : consultation(ctx, seller, source, at, bought[0]?.drug.diagnoses[0] ?? null, lines),
      );
      for (const { drug, packs } of bought)
        for (const one of packs) {
          const where = rng.int(plan.shops.length);
          const before = sold.get(where) ?? 0;
          if (!chance(rng, 0.8) || (plan.level === 4 && before >= 2)) continue;
          const shop = plan.shops[where] as CandidateInstitution;
          const day = dayOf(at) + between(rng, 10, 70);
          const again = day <= dayOf(ctx.to - 1) ? ctx.serves(shop.handle, day) : null;
          const customer = customers[where]?.[rng.int(customers[where]?.length ?? 1)];
          if (again === null || customer === undefined) continue;
          if (isIn(ctx, customer, again, again) || !alive(ctx.patient(customer), day)) continue;
          sold.set(where, before + 1);
          add.push(sale(customer, shop, again, [{ item: drug.item, count: 1, packs: [one] }]));
        }
    }
  return add;
}

/** People who buy there anyway and belong to no ring. */
function customersOf(
  ctx: PlantingContext,
  shop: CandidateInstitution,
  members: readonly number[],
  taken: ReadonlySet<number>,
): number[] {
  return ctx
    .patientsAt(shop.handle)
    .filter((p) => !taken.has(p) && !members.includes(p) && ctx.patient(p).died === null);
}
