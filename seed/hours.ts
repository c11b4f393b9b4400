import type { Rng } from '../analytics/model/rng.js';
import { chance, drawFrom, normal, uniform } from '../analytics/planting/random.js';
import { DAY_CLASSES, dayClass, HOLIDAY, isSpringFestival, SUNDAY } from './calendar.js';

/** Five-minute bins of a day. */
const BINS = 288;
const MARKET = DAY_CLASSES;

/** When people come to one place: a cumulative profile for each class of day. */
export interface Hours {
  /** By class of day (and market day last), cumulative weights; null when closed. */
  readonly profiles: ReadonlyArray<Float32Array | null>;
  /** Market days are those with `day % 5 === market`; −1 without. */
  readonly market: number;
  readonly closedAtSpring: boolean;
}

export type HoursKind = 'pharmacy' | 'clinic' | 'hospital';

const bump = (hour: number, at: number, width: number) => Math.exp(-(((hour - at) / width) ** 2));

/** Draws the opening hours and the crowd's shape of one place. */
export function makeHours(kind: HoursKind, small: boolean, market: number, rng: Rng): Hours {
  const open = kind === 'pharmacy' ? uniform(rng, 7.3, 9) : uniform(rng, 7.6, 8.3);
  const shut =
    kind === 'pharmacy'
      ? uniform(rng, small ? 18 : 19.5, 22.3)
      : kind === 'clinic'
        ? chance(rng, 0.35)
          ? uniform(rng, 19, 20.5)
          : uniform(rng, 17, 18)
        : uniform(rng, 17, 18);
  const lunch =
    kind === 'pharmacy' ? (small && chance(rng, 0.4) ? 1 : 0) : chance(rng, 0.75) ? 0.95 : 0.6;
  const lunchFrom = uniform(rng, 11.7, 12.4);
  const lunchTo = lunchFrom + uniform(rng, 1.2, 2.2);
  const morning = uniform(rng, 0.7, 1.5) * (kind === 'pharmacy' ? 1 : 1.8);
  const evening = uniform(rng, 0.5, 1.4) * (kind === 'pharmacy' ? 1 : 0.25);
  const night = kind === 'hospital' && !small ? 0.04 : 0;
  const wobble = Array.from({ length: 48 }, () => Math.exp(0.22 * normal(rng)));
  const at = (hour: number, dayKind: number): number => {
    let weight = night * (hour > 6.5 && hour < 23 ? 1.5 : 0.5);
    const late = dayKind === SUNDAY || dayKind === HOLIDAY ? 0.5 : 0;
    if (hour >= open + late && hour < shut - late) {
      const crowd =
        0.35 +
        morning * bump(hour, dayKind === MARKET ? 8.9 : 9.6, dayKind === MARKET ? 1 : 1.5) +
        0.55 * bump(hour, 15.3, 1.5) +
        evening * bump(hour, 18.6, 1.6);
      weight += crowd * (hour >= lunchFrom && hour < lunchTo ? 1 - lunch : 1);
      if (dayKind === MARKET && hour > 13) weight *= 0.25;
    }
    return weight * (wobble[Math.floor(hour * 2)] as number);
  };
  const sundayOff = kind === 'clinic' && chance(rng, 0.4);
  const holidayOff = kind === 'clinic' && chance(rng, 0.5);
  const profiles = Array.from({ length: DAY_CLASSES + 1 }, (_, dayKind) => {
    if (dayKind === SUNDAY && sundayOff) return null;
    if (dayKind === HOLIDAY && holidayOff) return null;
    if (dayKind === MARKET && market < 0) return null;
    const cumulative = new Float32Array(BINS);
    let total = 0;
    for (let b = 0; b < BINS; b++) {
      total += at((b + 0.5) / 12, dayKind);
      cumulative[b] = total;
    }
    return cumulative;
  });
  return { profiles, market, closedAtSpring: kind !== 'hospital' && chance(rng, 0.3) };
}

function profileOf(hours: Hours, day: number): Float32Array | null {
  if (hours.closedAtSpring && isSpringFestival(day)) return null;
  const kind = dayClass(day);
  if (hours.market >= 0 && day % 5 === hours.market && kind !== HOLIDAY)
    return hours.profiles[MARKET] ?? null;
  return hours.profiles[kind] ?? null;
}

export const isOpen = (hours: Hours, day: number) => profileOf(hours, day) !== null;

/** Second of the day when somebody is served, or −1 when the place is closed that day. */
export function serveAt(hours: Hours, day: number, rng: Rng): number {
  const profile = profileOf(hours, day);
  if (!profile) return -1;
  return drawFrom(profile, rng) * 300 + rng.int(300);
}

/** As `serveAt`, but near the person's own hour: with it when the place is open then. */
export function serveNear(
  hours: Hours,
  day: number,
  habit: number,
  spread: number,
  rng: Rng,
): number {
  const profile = profileOf(hours, day);
  if (!profile) return -1;
  for (let attempt = 0; attempt < 3; attempt++) {
    const second = Math.round(habit + spread * normal(rng));
    if (second < 0 || second >= 86_400) continue;
    const bin = Math.floor(second / 300);
    const weight = (profile[bin] as number) - (bin > 0 ? (profile[bin - 1] as number) : 0);
    if (weight * BINS > 0.12 * (profile[BINS - 1] as number)) return second;
  }
  return serveAt(hours, day, rng);
}
