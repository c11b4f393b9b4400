import { DAY_S, dayOf, startOfDay } from '../model/time.js';
import { kilometres } from './camouflage.js';
import type {
  Asked,
  CandidateInstitution,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { between, chance, pick, sample, uniform } from './random.js';
import { planted } from './rings.js';
import { cardsNear, counterVisit, drawSite, season, visitsAt } from './sites.js';

/**
 * A doctor's code does what no doctor can (不可能的医师).
 *
 * Levels 0–3, three in five `lent`: the licence of a doctor who works at one house is hung up in another at
 * least six kilometres away (挂证). On 25–80 of the days on which he sees patients at home his code
 * bills 2–5 patients there as well, at that house's own hours, whatever the clock says at home. The
 * others `endless`: on 10–24 days one doctor's code bills physical therapy by the piece for 12–20 people,
 * three kinds four to six times each, more hours than the day has.
 *
 * Level 4: `lent` only, and the second house looks at the first one's clock: his code is used there on any
 * day of theirs, but never within 25 minutes of a patient at home, except for two slips.
 */
export function plantImpossibleDoctor(asked: Asked): Planting | null {
  return asked.level === 4 || chance(asked.ctx.rng, 0.6) ? lent(asked) : endless(asked);
}

/** Doctors of a place with at least `least` visits without a bed there, and when these were settled. */
function workingAt(ctx: PlantingContext, home: CandidateInstitution, least: number) {
  const byDoctor = new Map<number, number[]>();
  for (const v of visitsAt(ctx, home.handle))
    if (v.doctor !== null && v.kind !== 'in-patient')
      byDoctor.set(v.doctor, [...(byDoctor.get(v.doctor) ?? []), v.end]);
  return [...byDoctor]
    .filter(([, times]) => times.length >= least)
    .map(([doctor, times]) => ({ doctor, times }));
}

function lent(asked: Asked): Planting | null {
  const { ctx, level } = asked;
  const { rng } = ctx;
  const home = drawSite(asked, (i) => i.type !== 'pharmacy' && i.busy >= 60);
  if (!home) return null;
  const candidates = workingAt(ctx, home, 30);
  if (candidates.length === 0) return null;
  const { doctor, times } = pick(rng, candidates);
  const host = drawSite(
    asked,
    (i) =>
      i.type !== 'pharmacy' &&
      i.level <= 2 &&
      i.machines === 0 &&
      kilometres(i, home) >= 6 &&
      i.busy > 0,
  );
  if (!host) return null;
  const atHome = new Map<number, number[]>();
  for (const t of times) atHome.set(dayOf(t), [...(atHome.get(dayOf(t)) ?? []), t]);
  const days = sample(
    rng,
    [...atHome.keys()].sort((a, b) => a - b),
    between(rng, 25, 80),
  );
  const cards = cardsNear(asked, host, Math.min(60, 2 * days.length));
  if (cards.length < 8) return null;
  const add: PlantedVisit[] = [];
  let slips = level === 4 ? SLIPS_4 : Infinity;
  for (const day of days)
    for (const patient of sample(rng, cards, between(rng, 2, 5))) {
      const at = ctx.serves(host.handle, day);
      if (at === null) continue;
      const close = (atHome.get(day) ?? []).some((t) => Math.abs(t - at) < CLEAR_S);
      if (close && slips-- <= 0) continue;
      add.push(counterVisit(ctx, patient, host, at, doctor, null));
    }
  if (add.length < 30) return null;
  return planted(asked, 'impossible-doctor', {
    institutions: [home.handle, host.handle],
    doctors: [doctor],
    add,
  });
}

const CLEAR_S = 25 * 60;
const SLIPS_4 = 2;

function endless(asked: Asked): Planting | null {
  const { ctx } = asked;
  const { rng } = ctx;
  const site = drawSite(
    asked,
    (i) => i.type !== 'pharmacy' && i.level <= 2 && i.machines === 0 && i.busy >= 30,
  );
  if (!site) return null;
  const staff = ctx.doctors(site.handle, null);
  if (staff.length === 0) return null;
  const doctor = pick(rng, staff);
  const cards = cardsNear(asked, site, between(rng, 20, 45), (p) => p.age >= 30);
  if (cards.length < 14) return null;
  const { first, last } = season(ctx, between(rng, 6, 20));
  const every = Math.max(1, Math.floor((last - first) / between(rng, 10, 24)));
  const add: PlantedVisit[] = [];
  for (let day = first; day <= last; day += every) {
    const open = ctx.serves(site.handle, day);
    if (open === null) continue;
    const from = startOfDay(dayOf(open)) + 8 * 3600;
    for (const patient of sample(rng, cards, between(rng, 12, 20))) {
      const lines = sample(rng, ctx.items.rehabilitation, 3).map((item) => ({
        item,
        count: between(rng, 4, 6),
      }));
      const at = Math.min(from + Math.floor(uniform(rng, 0, 10) * 3600), from + DAY_S / 2);
      add.push(counterVisit(ctx, patient, site, at, doctor, lines));
    }
  }
  return planted(asked, 'impossible-doctor', {
    institutions: [site.handle],
    doctors: [doctor],
    add,
  });
}
