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
import { planted } from './rings.js';
import { cardsNear, counterVisit, drawSite, season } from './sites.js';

/**
 * A pharmacy bills drugs that it never bought (进销存不符): cards are swiped for drugs, and rice, tonics or
 * nothing go over the counter.
 *
 * Levels 0–3: 15–60 cards, 120–300 purchases over 16–44 weeks at the shop's own hours, each by itself;
 * one to three of the ring's three to eight drugs, one to three packs of each. Half of what is billed so is
 * bought in for the look of it, so that 40–150 packs of a drug are missing in the end.
 *
 * Level 4: the same turnover over 25–40 drugs, a pack or two at a time, so that of none more than
 * nineteen packs are missing.
 */
export function plantInventoryGap(asked: Asked): Planting | null {
  const { ctx, level } = asked;
  const { rng } = ctx;
  const shop = drawSite(asked, (i) => i.type === 'pharmacy' && i.busy >= 40);
  if (!shop) return null;
  const drugs = ctx.drugs.filter((d) => d.price >= 1500).map((d) => d.item);
  const goods = sample(rng, drugs, level === 4 ? between(rng, 25, 40) : between(rng, 3, 8));
  const cards = cardsNear(asked, shop, between(rng, 15, 60), (p) => p.age >= 18);
  if (cards.length < 10 || goods.length < 3) return null;
  const add = purchases(ctx, { level, shop, goods, cards });
  if (add.length < 60) return null;
  return planted(asked, 'inventory-gap', { institutions: [shop.handle], items: goods, add });
}

/** Packs of one drug that a careful shop may bill, half of them bought in. */
const MOST_PACKS_4 = 36;

interface Plan {
  readonly level: Camouflage;
  readonly shop: CandidateInstitution;
  readonly goods: readonly number[];
  readonly cards: readonly number[];
}

function purchases(ctx: PlantingContext, plan: Plan): PlantedVisit[] {
  const { rng } = ctx;
  const { level, shop, goods, cards } = plan;
  const { first, last } = season(ctx, Math.round(uniform(rng, 16, 44)));
  const sold = new Map<number, number>();
  const add: PlantedVisit[] = [];
  for (let left = between(rng, 120, 300); left > 0; left--) {
    const at = ctx.serves(shop.handle, first + rng.int(last - first + 1));
    if (at === null) continue;
    const open = level === 4 ? goods.filter((g) => (sold.get(g) ?? 0) < MOST_PACKS_4 - 2) : goods;
    const lines: PlantedLine[] = sample(rng, open, between(rng, 1, 3)).map((item) => ({
      item,
      count: level === 4 ? 1 + (chance(rng, 0.3) ? 1 : 0) : between(rng, 1, 3),
    }));
    if (lines.length === 0) break;
    for (const { item, count } of lines) sold.set(item, (sold.get(item) ?? 0) + count);
    add.push(counterVisit(ctx, pick(rng, cards), shop, at, null, lines));
  }
  return add;
}
