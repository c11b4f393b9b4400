import { DAY_S, dayOf, startOfDay } from '../model/time.js';
import { drawMembers } from './camouflage.js';
import type {
  Asked,
  CandidateInstitution,
  CandidatePatient,
  HonestVisit,
  PlantedLine,
  PlantedVisit,
  PlantingContext,
} from './context.js';
import { between, chance, uniform, weightedPicker } from './random.js';
import { holders, type Span } from './rings.js';
import { atOnce } from './visits.js';

/** What the planters of institutions' and doctors' own doings share: the people whose cards they use. */

/** People of the site's own region whose life fits the level, each of another household. */
export function cardsNear(
  asked: Asked,
  site: CandidateInstitution,
  count: number,
  wanted: (p: CandidatePatient) => boolean = () => true,
): number[] {
  const suits = holders(asked, site.area);
  return drawMembers(asked.ctx, count, asked.taken, (p) => suits(p) && wanted(p));
}

/** A site that `wanted` accepts, private ones three times as likely; null when there is none. */
export function drawSite(
  { ctx, places }: Asked,
  wanted: (i: CandidateInstitution) => boolean,
): CandidateInstitution | null {
  const free = ctx.institutions.filter((i) => !places.has(i.handle) && wanted(i));
  const at = weightedPicker(free.map((i) => (i.privately ? 3 : 1)))(ctx.rng);
  return free[at] ?? null;
}

/** First and last local day of `weeks` weeks drawn inside the period. */
export function season(ctx: PlantingContext, weeks: number): Span {
  const from = dayOf(ctx.from);
  const to = dayOf(ctx.to - 1);
  const length = Math.min(weeks * 7, to - from + 1);
  const first = from + ctx.rng.int(Math.max(1, to - from + 2 - length));
  return { first, last: first + length - 1 };
}

/** Honest visits to a place, in order of time; `doctor` narrows them to one doctor's. */
export function visitsAt(
  ctx: PlantingContext,
  institution: number,
  doctor?: number,
): Array<HonestVisit & { readonly patient: number }> {
  return ctx
    .patientsAt(institution)
    .flatMap((patient) =>
      ctx
        .visits(patient)
        .filter((v) => v.institution === institution && (doctor ?? v.doctor) === v.doctor)
        .map((v) => ({ ...v, patient })),
    )
    .sort((a, b) => a.begin - b.begin || a.patient - b.patient);
}

export interface StayPlan {
  readonly patient: number;
  readonly institution: number;
  readonly doctor: number | null;
  readonly diagnosis: number | null;
  /** Local day of the admission, and nights. */
  readonly day: number;
  readonly nights: number;
  readonly lines?: readonly PlantedLine[];
  /** Admitted not before this moment. */
  readonly after?: number;
}

/** One stay by office hours, settled when the patient leaves. */
export function stayOf(ctx: PlantingContext, plan: StayPlan): PlantedVisit {
  const { rng } = ctx;
  const usual = startOfDay(plan.day) + Math.floor(uniform(rng, 8.2, 17) * 3600);
  const begin = Math.max(
    usual,
    plan.after === undefined ? usual : plan.after + between(rng, 1800, 14_400),
  );
  const out = startOfDay(plan.day + plan.nights);
  const end = out + Math.floor(uniform(rng, 8.5, 16.5) * 3600);
  return {
    patient: plan.patient,
    institution: plan.institution,
    doctor: plan.doctor,
    kind: 'in-patient',
    begin,
    end,
    settled: Math.min(end + between(rng, 0, 5400), out + DAY_S - 1),
    diagnosis: plan.diagnosis,
    lines: plan.lines ?? null,
    noCash: chance(rng, 0.2),
    undelivered: false,
  };
}

/** One visit of a few minutes at that moment; at a pharmacy nothing leaves the shelf. */
export function counterVisit(
  ctx: PlantingContext,
  patient: number,
  site: CandidateInstitution,
  at: number,
  doctor: number | null,
  lines: readonly PlantedLine[] | null,
): PlantedVisit {
  const shop = site.type === 'pharmacy';
  return atOnce(shop ? 'pharmacy' : 'out-patient', patient, site.handle, at, lines, {
    doctor: shop ? null : doctor,
    noCash: chance(ctx.rng, 0.03),
    undelivered: shop,
  });
}

/**
 * Keeps the stays of one person apart, the planted ones from each other and from honest ones. The
 * function that comes back tells whether the person may lie in a bed over these local days (both
 * inclusive, inside the period), and remembers it when so.
 */
export function bedBook(
  ctx: PlantingContext,
): (patient: number, first: number, last: number) => boolean {
  const taken = new Map<number, Array<readonly [number, number]>>();
  return (patient, first, last) => {
    if (first <= dayOf(ctx.from) || last >= dayOf(ctx.to - 1)) return false;
    const honest = ctx
      .visits(patient)
      .some((v) => v.kind === 'in-patient' && dayOf(v.begin) <= last && dayOf(v.end) >= first);
    const mine = taken.get(patient) ?? [];
    if (honest || mine.some(([a, b]) => a <= last && b >= first)) return false;
    mine.push([first, last]);
    taken.set(patient, mine);
    return true;
  };
}
