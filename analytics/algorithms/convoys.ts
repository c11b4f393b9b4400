/**
 * Order-preserving motifs: who makes the same round of places on the same day, at the same times.
 *
 * A trip is one person's day at two places or more, in order of time. A motif is an ordered pair of
 * different places of a trip, X then Y. Two trips of one day are a convoy when they share a motif and
 * are within `delta` seconds of each other at X and at Y (the temporal motifs of Paranjape, Benson &
 * Leskovec 2017, δ-bounded at both ends). Under the null a person's rounds fall on days on which other
 * people go to one of the round's places, those who make no rounds: busy days stay busy, and a ring whose rounds
 * are most of all rounds is not its own null. Expected convoys of a pair are Σ over motifs of
 * (rounds of a)·(rounds of b)·P(two visits to X fall on one day). O(Σ trips of a motif on a day, squared).
 */
import { push } from '../model/multimap.js';
import type { Rng } from '../model/rng.js';
import { weekdayOf } from '../model/time.js';
import { poissonLikelihoodRatio } from './tails.js';

export interface Trip {
  readonly patient: number;
  readonly day: number;
  /** People of one area share busy days. */
  readonly area: number;
  /** Places and seconds of the day, in order of time. */
  readonly places: readonly number[];
  readonly seconds: readonly number[];
}

export interface ConvoyPairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Convoy log likelihood ratio, days together, and days expected. */
  readonly weight: Float64Array;
  readonly hits: Int32Array;
  readonly expected: Float64Array;
}

/** Two people on one round. */
export interface Convoy {
  readonly a: number;
  readonly b: number;
  readonly day: number;
  /** Indexes of the trips. */
  readonly trips: readonly [number, number];
  /** Whether a and b come in the same order at both places. */
  readonly inOrder: boolean;
}

const PLACES = 2 ** 20;

export const motifKey = (x: number, y: number) => x * PLACES + y;

/** First visit to X, last to Y, X before Y, of every ordered pair of different places. */
export function motifsOf(trip: Trip): Map<number, readonly [number, number]> {
  const out = new Map<number, readonly [number, number]>();
  for (let i = 0; i < trip.places.length; i++)
    for (let j = i + 1; j < trip.places.length; j++) {
      if (trip.places[i] === trip.places[j]) continue;
      const key = motifKey(trip.places[i]!, trip.places[j]!);
      if (!out.has(key)) out.set(key, [trip.seconds[i]!, trip.seconds[j]!]);
    }
  return out;
}

/** Every pair on one round, a day and pair once; `days` moves the trips. */
export function findConvoys(
  trips: readonly Trip[],
  motifs: ReadonlyArray<ReadonlyMap<number, readonly [number, number]>>,
  delta: number,
  days: Int32Array,
): Convoy[] {
  const cells = new Map<string, number[]>();
  trips.forEach((_, t) => {
    for (const key of motifs[t]!.keys()) {
      const cell = `${days[t]}|${key}`;
      push(cells, cell, t);
    }
  });
  const found = new Map<string, Convoy>();
  for (const [cell, list] of cells) {
    if (list.length < 2) continue;
    const key = Number(cell.slice(cell.indexOf('|') + 1));
    for (let x = 0; x < list.length; x++)
      for (let y = x + 1; y < list.length; y++) {
        const [t, u] = [list[x]!, list[y]!];
        if (trips[t]!.patient === trips[u]!.patient) continue;
        const [here, there] = [motifs[t]!.get(key)!, motifs[u]!.get(key)!];
        const [first, second] = [here[0] - there[0], here[1] - there[1]];
        if (Math.abs(first) > delta || Math.abs(second) > delta) continue;
        const [i, j] = trips[t]!.patient < trips[u]!.patient ? [t, u] : [u, t];
        const name = `${i}|${j}`;
        if (!found.has(name))
          found.set(name, {
            ...{ a: trips[i]!.patient, b: trips[j]!.patient, day: days[t]!, trips: [i, j] },
            inOrder: first * second > 0,
          });
      }
  }
  return [...found.values()];
}

/** Who else goes to the places, and when. */
export interface Traffic {
  /** Days of other people's visits to a place on a weekday; empty where hardly anybody else goes. */
  days(place: number, weekday: number): ArrayLike<number>;
  /** The same of all places of an area. */
  areaDays(area: number, weekday: number): ArrayLike<number>;
  /** P that two visits to a place fall on one day. */
  collision(place: number): number;
}

/** Each trip on a day drawn from the visits of others to one of its places on that weekday, else to its area's. */
export function dealDays(trips: readonly Trip[], traffic: Traffic, rng: Rng): Int32Array {
  return Int32Array.from(trips, (t) => {
    const weekday = weekdayOf(t.day);
    const own = traffic.days(t.places[rng.int(t.places.length)]!, weekday);
    const days = own.length > 0 ? own : traffic.areaDays(t.area, weekday);
    return days.length > 0 ? days[rng.int(days.length)]! : t.day;
  });
}

/** Pairs with at least `minHits` days together, and their weight of evidence. */
export function convoyPairs(
  trips: readonly Trip[],
  motifs: ReadonlyArray<ReadonlyMap<number, readonly [number, number]>>,
  convoys: readonly Convoy[],
  minHits: number,
  traffic: Traffic,
): ConvoyPairs {
  const days = new Map<string, { a: number; b: number; days: Set<number> }>();
  for (const c of convoys) {
    const key = `${c.a}|${c.b}`;
    const known = days.get(key);
    if (known) known.days.add(c.day);
    else days.set(key, { a: c.a, b: c.b, days: new Set([c.day]) });
  }
  const kept = [...days.values()]
    .filter((p) => p.days.size >= minHits)
    .sort((x, y) => x.a - y.a || x.b - y.b);
  const rounds = roundsOf(trips, motifs);
  const expected = kept.map(({ a, b }) => {
    let sum = 0;
    for (const [motif, n] of rounds.get(a)!)
      sum += n * (rounds.get(b)!.get(motif) ?? 0) * traffic.collision(Math.floor(motif / PLACES));
    return sum;
  });
  return {
    a: Int32Array.from(kept, (p) => p.a),
    b: Int32Array.from(kept, (p) => p.b),
    hits: Int32Array.from(kept, (p) => p.days.size),
    expected: Float64Array.from(expected),
    weight: Float64Array.from(kept, (p, i) => poissonLikelihoodRatio(p.days.size, expected[i]!)),
  };
}

function roundsOf(
  trips: readonly Trip[],
  motifs: ReadonlyArray<ReadonlyMap<number, readonly [number, number]>>,
): Map<number, Map<number, number>> {
  const out = new Map<number, Map<number, number>>();
  trips.forEach((t, i) => {
    const own = out.get(t.patient) ?? new Map<number, number>();
    out.set(t.patient, own);
    for (const key of motifs[i]!.keys()) own.set(key, (own.get(key) ?? 0) + 1);
  });
  return out;
}
