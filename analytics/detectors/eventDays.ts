/**
 * What a circle shares because of a few days that brought many: a chain's festival with stamps from each of its shops,
 * a promotion. Its people have the same places in common for no other reason, on the same days; so had many others.
 */
import { push } from '../model/multimap.js';
import { rowsOf } from '../projection/indexes.js';
import type { World } from '../projection/world.js';
import type { Hypothesis } from './explanations.js';
import { CELL_DAYS, pairKey } from './jointVisits.js';
import { pharmacyRounds } from './multiSiteConvoy/trips.js';
import { pharmacyRates } from './pharmacyRates.js';
import { isPharmacySwipe } from './visits.js';

/**
 * More than so many on one round of two shops are an event, whoever they are: a circle is of people who avoid each other, and
 * those who go together are found by their meetings.
 */
const CROWD = 4;
/** A pharmacy's day with so many times its usual custom, counted as four at least. */
const PROMOTION = 2.5;
const USUAL_MIN = 4;
/** Days at a pharmacy, and pharmacies, that two have in common for a circle. */
const DAYS = 2;
const PLACES = 2;

/** Whether others alone made a pharmacy's day (`cell`) far larger than usual: a ring must not be its own crowd. */
export function isPromotion(world: World, members: readonly number[]): (cell: number) => boolean {
  const { visitsOn, typical } = pharmacyRates(world);
  const own = new Map<number, number>();
  for (const m of members)
    for (const cell of daysOf(world, m)) own.set(cell, (own.get(cell) ?? 0) + 1);
  return (cell) =>
    (visitsOn.get(cell) ?? 0) - (own.get(cell) ?? 0) >
    PROMOTION * Math.max(USUAL_MIN, typical.get(Math.floor(cell / CELL_DAYS)) ?? 0);
}

/** Both hypotheses for a group that shares pharmacies: what is left of them without such days. */
export function eventDays(world: World, members: readonly number[]): Hypothesis[] {
  return [
    { code: 'promotion-day', explains: sharedWithout(world, members, isPromotion(world, members)) },
    { code: 'chain-event', explains: sharedWithout(world, members, onRounds(world, members)) },
  ];
}

/** 1 for two who share less than a circle needs once their visits on some days are left out. */
function sharedWithout(
  world: World,
  members: readonly number[],
  leftOut: (cell: number) => boolean,
): Hypothesis['explains'] {
  const usual = new Map(
    members.map((m) => {
      const days = new Map<number, number>();
      for (const cell of new Set(daysOf(world, m))) {
        const place = Math.floor(cell / CELL_DAYS);
        if (!leftOut(cell)) days.set(place, (days.get(place) ?? 0) + 1);
      }
      return [m, new Set([...days].filter(([, n]) => n >= DAYS).map(([place]) => place))];
    }),
  );
  return (a, b) => {
    const there = usual.get(b)!;
    return [...usual.get(a)!].filter((place) => there.has(place)).length < PLACES ? 1 : 0;
  };
}

/** Days at a pharmacy from which many went to one other, or came from it. */
function onRounds(world: World, members: readonly number[]): (cell: number) => boolean {
  const inside = new Set(members);
  const events = new Set<number>();
  for (const { places, days } of roundsOf(world))
    for (const [day, people] of days)
      if (people.some((p) => inside.has(p)))
        for (const place of places) events.add(place * CELL_DAYS + day);
  return (cell) => events.has(cell);
}

/** Two pharmacies, and the days on which more than a few went to both. */
interface Round {
  readonly places: readonly [number, number];
  readonly days: ReadonlyArray<readonly [day: number, people: readonly number[]]>;
}

const cache = new WeakMap<World, readonly Round[]>();

function roundsOf(world: World): readonly Round[] {
  const known = cache.get(world);
  if (known) return known;
  const made = new Map<number, { places: [number, number]; days: Map<number, number[]> }>();
  for (const { patient, day, places } of pharmacyRounds(world).trips) {
    const shops = [...new Set(places)];
    for (const [i, x] of shops.entries())
      for (const y of shops.slice(i + 1)) {
        const round = made.get(pairKey(x, y)) ?? { places: [x, y], days: new Map() };
        made.set(pairKey(x, y), round);
        push(round.days, day, patient);
      }
  }
  const rounds = [...made.values()]
    .map(({ places, days }) => ({
      places,
      days: [...days].filter(([, people]) => people.length > CROWD),
    }))
    .filter((round) => round.days.length > 0);
  cache.set(world, rounds);
  return rounds;
}

/** Cells of a patient's swipes at pharmacies, one for each swipe. */
function daysOf(world: World, patient: number): number[] {
  const s = world.settlements;
  return [...rowsOf(world, patient)]
    .filter((i) => !s.cancelled[i] && isPharmacySwipe(world, i))
    .map((i) => s.institution[i]! * CELL_DAYS + s.day[i]!);
}
