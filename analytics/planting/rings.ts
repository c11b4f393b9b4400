import { dayOf } from '../model/time.js';
import { coverVisits, fitsLevel } from './camouflage.js';
import type {
  Asked,
  CandidatePatient,
  PlantedType,
  PlantedVisit,
  Planting,
  PlantingContext,
} from './context.js';
import { chance } from './random.js';

/** What all planters share: whose cards, when, and how a ring is handed back. */

/** First and last local day. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** Living at home through the period and not bound to a machine. */
export const isOrdinary = (ctx: PlantingContext, p: CandidatePatient) =>
  p.died === null && !p.dialysis && ctx.places[p.place]?.kind === 'village';

/**
 * Whether somebody's card is to be had: ordinary people of the region whose life fits the level, and with
 * probability `away` those of other regions.
 */
export function holders(
  { ctx, level }: Asked,
  area: string,
  away = 0,
): (p: CandidatePatient) => boolean {
  return (p) =>
    isOrdinary(ctx, p) &&
    fitsLevel(ctx, p, level) &&
    (p.area === area || (away > 0 && chance(ctx.rng, away)));
}

/** So many weeks that begin within the first `room` days, and end `spare` days before the period does. */
export function stretch(ctx: PlantingContext, weeks: number, room = 358, spare = 0): Span {
  const first = dayOf(ctx.from) + ctx.rng.int(Math.max(1, room - weeks * 7));
  return { first, last: Math.min(dayOf(ctx.to - 1) - spare, first + weeks * 7) };
}

/** Those of the members for whom anything is planted. */
export const whoCame = (members: readonly number[], add: readonly PlantedVisit[]) =>
  members.filter((m) => add.some((v) => v.patient === m));

type Ring = Pick<Planting, 'institutions' | 'add'> &
  Partial<Pick<Planting, 'patients' | 'doctors' | 'items'>>;

/**
 * A planting with the covering visits of its level: of its members, and of everybody whose card was used where
 * nobody is a member.
 */
export function planted({ ctx, level }: Asked, type: PlantedType, ring: Ring): Planting {
  const { patients = [], institutions, doctors = [], items = [], add } = ring;
  const covered = patients.length > 0 ? patients : [...new Set(add.map((v) => v.patient))];
  return {
    type,
    camouflage: level,
    patients,
    institutions,
    doctors,
    items,
    add: [...add, ...coverVisits(ctx, covered, level)],
    takeOver: [],
    sharedPhone: [],
  };
}
