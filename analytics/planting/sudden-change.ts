import { DAY_S, dayOf } from '../model/time.js';
import { drawMembers, fitsLevel } from './camouflage.js';
import type {
  Asked,
  CandidateInstitution,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { between, chance, pick, sample, uniform } from './random.js';
import { isOrdinary, planted } from './rings.js';
import { cardsNear, counterVisit, drawSite } from './sites.js';
import { anyDoctor } from './visits.js';

/**
 * From one week on a place bills far more than it ever did (突变): cards have been bought up, often in
 * another county, and are billed by turns.
 *
 * Levels 0–3: a clinic, pharmacy or small hospital; after at least twelve quiet weeks the visits of a week
 * rise by 1.2 to 3.5 times their usual number (at least six) for 8–22 weeks; two places in three
 * do it with cards of another region for the most part. Each card comes every week or two.
 *
 * Level 4: the rise creeps up over 20 weeks to half of the usual number at most, with cards of the own region.
 */
export function plantSuddenChange(asked: Asked): Planting | null {
  const { ctx, level, taken } = asked;
  const { rng } = ctx;
  const weeks = Math.floor((ctx.to - ctx.from) / (7 * DAY_S));
  const site = drawSite(
    asked,
    (i) => i.busy >= 40 && i.busy <= 900 && i.level <= 1 && i.machines === 0,
  );
  if (!site || weeks < 30) return null;
  const usual = site.busy / weeks;
  const most = level === 4 ? Math.max(3, 0.5 * usual) : Math.max(6, usual * uniform(rng, 1.2, 3.5));
  const length = Math.min(
    level === 4 ? between(rng, 26, 32) : between(rng, 8, 22),
    Math.max(8, Math.floor(ROWS / most)),
  );
  const start = 12 + rng.int(Math.max(1, weeks - length - 12));
  const away = level < 4 && chance(rng, 0.67);
  const count = Math.min(70, Math.ceil(most * between(rng, 2, 3)));
  const cards = away
    ? [
        ...cardsNear(asked, site, Math.floor(count / 5)),
        ...drawMembers(
          ctx,
          count - Math.floor(count / 5),
          taken,
          (p) => p.area !== site.area && isOrdinary(ctx, p) && fitsLevel(ctx, p, level),
        ),
      ]
    : cardsNear(asked, site, count);
  if (cards.length < 8) return null;
  const add: PlantedVisit[] = [];
  for (let week = start; week < Math.min(weeks, start + length); week++) {
    const share = level === 4 ? Math.min(1, (week - start + 1) / 20) : uniform(rng, 0.8, 1.1);
    add.push(...weekOf(ctx, site, cards, week, Math.round(most * share)));
  }
  if (add.length < 30) return null;
  return planted(asked, 'sudden-change', { institutions: [site.handle], add });
}

/** Visits that one such place adds at most, about. */
const ROWS = 420;

function weekOf(
  ctx: PlantingContext,
  site: CandidateInstitution,
  cards: readonly number[],
  week: number,
  count: number,
): PlantedVisit[] {
  const { rng } = ctx;
  const first = dayOf(ctx.from) + week * 7;
  const add: PlantedVisit[] = [];
  const came = count <= cards.length ? sample(rng, cards, count) : cards.slice();
  while (came.length < count) came.push(pick(rng, cards));
  for (const patient of came) {
    const at = ctx.serves(site.handle, first + rng.int(7));
    if (at === null || at < ctx.from || at >= ctx.to) continue;
    const visit = counterVisit(ctx, patient, site, at, anyDoctor(ctx, site.handle, null), null);
    add.push({ ...visit, undelivered: false });
  }
  return add;
}
