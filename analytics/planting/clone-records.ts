import { dayOf } from '../model/time.js';
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
import { planted } from './rings.js';
import { bedBook, cardsNear, counterVisit, drawSite, season, stayOf } from './sites.js';

/**
 * A doctor writes one record and bills it for everybody (病历雷同): the same items, as often, as long.
 *
 * Levels 0–3: 14–60 bills of one doctor over 10–40 weeks, two in three doctors by the bed and one at the
 * counter. On the ward 9–14 items (bed, rounds, nursing, injections, tests, physical therapy, materials)
 * and one length of stay for one diagnosis; at the counter 5–8 items. One copy in four differs from
 * the master by a line, none by more.
 *
 * Level 4: two masters by turns, written by three or four doctors with at most nine copies of
 * either each; a copy swaps one line in five for another of its kind, its counts vary and its stay is a
 * day longer or shorter.
 */
export function plantCloneRecords(asked: Asked): Planting | null {
  const { ctx, level } = asked;
  const { rng } = ctx;
  const ward = chance(rng, 0.67);
  const site = drawSite(
    asked,
    (i) =>
      (ward ? i.type === 'hospital' && i.stays >= 10 : i.type !== 'pharmacy') &&
      i.level <= 2 &&
      i.busy >= 30 &&
      i.machines === 0,
  );
  if (!site) return null;
  const diagnosis = pick(rng, ctx.lowSeverity);
  const staff = ctx.doctors(site.handle, diagnosis);
  const doctors = sample(rng, staff, level === 4 ? between(rng, 3, 4) : 1);
  if (doctors.length === 0) return null;
  const size = level === 4 ? doctors.length * 2 * COPIES_4 : skewed(rng, 14, 60, 28);
  const masters = Array.from({ length: level === 4 ? 2 : 1 }, () => master(ctx, ward));
  const plan: Plan = { level, site, ward, diagnosis, doctors, masters };
  const cards = cardsNear(asked, site, size, (p) => p.age >= 30);
  const add = copies(ctx, plan, cards);
  if (add.length < 12) return null;
  return planted(asked, 'clone-records', {
    institutions: [site.handle],
    doctors,
    items: [...new Set(masters.flatMap((m) => m.lines.map((l) => l.item)))],
    add,
  });
}

/** Most copies of one master by one doctor who knows that ten draw the eye. */
const COPIES_4 = 9;

interface Master {
  readonly lines: readonly PlantedLine[];
  readonly nights: number;
}
interface Plan {
  readonly level: Camouflage;
  readonly site: CandidateInstitution;
  readonly ward: boolean;
  readonly diagnosis: number;
  readonly doctors: readonly number[];
  readonly masters: readonly Master[];
}

function master(ctx: PlantingContext, ward: boolean): Master {
  const { rng, items } = ctx;
  const nights = between(rng, 6, 10);
  const some = (from: readonly number[], low: number, high: number, count: () => number) =>
    sample(rng, from, between(rng, low, high)).map((item) => ({ item, count: count() }));
  const drugs = ctx.drugs.map((d) => d.item);
  return ward
    ? {
        nights,
        lines: [
          ...some(items.ward, 3, 3, () => nights),
          ...some(items.injections, 3, 5, () => between(rng, Math.ceil(nights / 2), nights)),
          ...some(items.laboratory, 1, 3, () => 1),
          ...some(items.imaging, 1, 1, () => 1),
          ...some(items.rehabilitation, 1, 2, () => nights),
          ...some(items.materials, 0, 1, () => nights),
        ],
      }
    : {
        nights: 0,
        lines: [
          ...some(items.rehabilitation, 2, 3, () => between(rng, 1, 2)),
          ...some(items.laboratory, 1, 2, () => 1),
          ...some(drugs, 2, 3, () => between(rng, 1, 2)),
        ],
      };
}

/** One copy of a master: to the letter but for a line now and then, or rewritten at level 4. */
function copy(ctx: PlantingContext, plan: Plan, from: Master): PlantedLine[] {
  const { rng } = ctx;
  const lines = from.lines.slice();
  const other = (line: PlantedLine) => {
    const shelves: ReadonlyArray<readonly number[]> = Object.values(ctx.items);
    const shelf = shelves.find((s) => s.includes(line.item)) ?? [line.item];
    return pick(rng, shelf);
  };
  if (plan.level < 4) {
    if (chance(rng, 0.25)) lines.splice(rng.int(lines.length), 1);
    return lines;
  }
  return lines.map((line) => ({
    item: chance(rng, 0.2) ? other(line) : line.item,
    count: Math.max(1, line.count + (chance(rng, 0.5) ? between(rng, -1, 1) : 0)),
  }));
}

function copies(ctx: PlantingContext, plan: Plan, cards: readonly number[]): PlantedVisit[] {
  const { rng } = ctx;
  const { site, ward, diagnosis, doctors, masters, level } = plan;
  const { first, last } = season(ctx, Math.round(uniform(rng, 10, 40)));
  const free = bedBook(ctx);
  const add: PlantedVisit[] = [];
  cards.forEach((patient, i) => {
    const doctor = doctors[i % doctors.length] as number;
    const from = masters[Math.floor(i / doctors.length) % masters.length] as Master;
    const lines = copy(ctx, plan, from);
    for (let attempt = 0; attempt < 6; attempt++) {
      const day = first + rng.int(last - first + 1);
      if (ward) {
        const nights = from.nights + (level === 4 ? between(rng, -1, 1) : 0);
        if (day + nights > dayOf(ctx.to) || !free(patient, day, day + nights)) continue;
        add.push(
          stayOf(ctx, { patient, institution: site.handle, doctor, diagnosis, day, nights, lines }),
        );
        return;
      }
      const at = ctx.serves(site.handle, day);
      if (at === null) continue;
      add.push({ ...counterVisit(ctx, patient, site, at, doctor, lines), diagnosis });
      return;
    }
  });
  return add;
}
