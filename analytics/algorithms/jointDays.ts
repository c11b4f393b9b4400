/**
 * Joint days: people who are at several places on the same days, each time another place and another day.
 *
 * Only visits on different days at different places are counted, so neither one trip with errands on the way nor one
 * place where a habit is shared says anything; who is at a place on more than `HABIT` days meets its others without
 * any plan and is left out there. A joint day at place k has by chance `c = 1 − exp(−n_a·n_b·s)`, n the days of each
 * there and s the share of the others' visits at k that fell on that very day, at least one in `DAYS_OPEN`: a market day
 * or a campaign is everybody's day. A pair scores Σ −ln c over its joint days *minus the largest*: one meeting is never
 * enough. `redrawn` moves every visit by whole weeks, each on its own (N2).
 */
import { pairHash } from './pairIds.js';
import type { PairScreen } from './pairSums.js';
import { type RedrawnScreen, weekShifts } from './weekShifts.js';

const HABIT = 8;
/** Working days of a year: visits of one place fall on about so many. */
const DAYS_OPEN = 250;
/** On a day with more people than this at one place whoever was there has met nobody. */
const CROWD = 24;

export interface DayColumns {
  /** One row a visit, any order; several of a patient at one place on one day are one. */
  readonly patient: Int32Array;
  readonly place: Int32Array;
  readonly day: Int32Array;
}

export interface JointDayOptions {
  /** Joint days of a pair, at least; at least 2. */
  readonly minHits: number;
  /** Household of each patient: its members are not paired. */
  readonly household: Int32Array;
}

export function jointDayScreen(visits: DayColumns, options: JointDayOptions): RedrawnScreen {
  const once = seldom(visits);
  return {
    observed: () => score(once, options),
    redrawn: (seed) => {
      const shift = weekShifts(once.day.length, seed);
      return score({ ...once, day: once.day.map((d, i) => d + shift[i]!) }, options);
    },
  };
}

interface Seldom extends DayColumns {
  /** Days of the visit's patient at its place. */
  readonly times: Int32Array;
  /** Visits by place. */
  readonly visits: Int32Array;
}

/** Each patient, place and day once, by patient; without those that are a habit. */
function seldom(columns: DayColumns): Seldom {
  let places = 1;
  for (const k of columns.place) places = Math.max(places, k + 1);
  const { first, span } = spanOf(columns.day);
  const keys = Float64Array.from(
    columns.patient,
    (p, i) => (p * places + columns.place[i]!) * span + columns.day[i]! - first,
  ).sort();
  const kept: number[] = [];
  const times: number[] = [];
  for (let from = 0; from < keys.length; ) {
    const link = Math.floor(keys[from]! / span);
    const days: number[] = [];
    for (; from < keys.length && Math.floor(keys[from]! / span) === link; from++)
      if (keys[from] !== days.at(-1)) days.push(keys[from]!);
    if (days.length > HABIT) continue;
    for (const key of days) {
      kept.push(key);
      times.push(days.length);
    }
  }
  const place = Int32Array.from(kept, (key) => Math.floor(key / span) % places);
  const visits = new Int32Array(places);
  for (const k of place) visits[k]!++;
  return {
    patient: Int32Array.from(kept, (key) => Math.floor(key / span / places)),
    place,
    day: Int32Array.from(kept, (key) => first + (key % span)),
    times: Int32Array.from(times),
    visits,
  };
}

function spanOf(day: Int32Array): { first: number; span: number } {
  let first = Infinity;
  let last = -Infinity;
  for (const d of day) {
    first = Math.min(first, d);
    last = Math.max(last, d);
  }
  return { first, span: Math.max(1, last - first + 1) };
}

/** Rows of every place and day with two visits or more, but no crowd; rows of a cell in their order. */
function cellsOf({ place, day, visits }: Seldom): { order: Int32Array; cells: Int32Array } {
  const { first, span } = spanOf(day);
  const start = new Int32Array(visits.length * span + 1);
  for (let i = 0; i < place.length; i++) start[place[i]! * span + day[i]! - first + 1]!++;
  const cells: number[] = [];
  for (let c = 0; c + 1 < start.length; c++) {
    const size = start[c + 1]!;
    start[c + 1] = start[c]! + size;
    if (size >= 2 && size <= CROWD) cells.push(start[c]!, start[c + 1]!);
  }
  const order = new Int32Array(place.length);
  const next = start.slice();
  for (let i = 0; i < place.length; i++) order[next[place[i]! * span + day[i]! - first]!++] = i;
  return { order, cells: Int32Array.from(cells) };
}

/** Calls for every two visits of one place and day, of two households, smaller patient first. */
function eachMeeting(
  { patient }: Seldom,
  { order, cells }: { readonly order: Int32Array; readonly cells: Int32Array },
  household: Int32Array,
  visit: (i: number, j: number, people: number) => void,
): void {
  for (let c = 0; c < cells.length; c += 2)
    for (let x = cells[c]!; x < cells[c + 1]!; x++) {
      const i = order[x]!;
      const home = household[patient[i]!];
      for (let y = x + 1; y < cells[c + 1]!; y++)
        if (household[patient[order[y]!]!] !== home) visit(i, order[y]!, cells[c + 1]! - cells[c]!);
    }
}

/** Counts pairs by a hash, a byte each: never too few, so that only pairs that may have met often are listed. */
function sketch(visits: number): {
  add: (a: number, b: number) => void;
  of: (a: number, b: number) => number;
} {
  let size = 1 << 12;
  while (size < visits * 16 && size < 1 << 28) size *= 2;
  const counts = new Uint8Array(size);
  const at = (a: number, b: number) => pairHash(a, b) & (size - 1);
  return {
    add: (a, b) => {
      const h = at(a, b);
      if (counts[h]! < 255) counts[h]!++;
    },
    of: (a, b) => counts[at(a, b)]!,
  };
}

interface Met {
  readonly place: number;
  readonly day: number;
  readonly chance: number;
}

function score(world: Seldom, { household, minHits }: JointDayOptions): PairScreen {
  const { patient, place, day, times, visits } = world;
  const cells = cellsOf(world);
  const often = sketch(patient.length);
  eachMeeting(world, cells, household, (i, j) => often.add(patient[i]!, patient[j]!));
  const width = household.length;
  const met = new Map<number, Met[]>();
  eachMeeting(world, cells, household, (i, j, people) => {
    if (often.of(patient[i]!, patient[j]!) < minHits) return;
    const key = patient[i]! * width + patient[j]!;
    const list = met.get(key) ?? [];
    if (list.length === 0) met.set(key, list);
    const others = (people - 2) / Math.max(1, visits[place[i]!]! - 2);
    const share = Math.max(1 / DAYS_OPEN, others);
    const chance = -Math.expm1(-times[i]! * times[j]! * share);
    list.push({ place: place[i]!, day: day[i]!, chance });
  });
  const rows = [...met]
    .sort((x, y) => x[0] - y[0])
    .flatMap(([key, list]) => {
      const apart = apartFrom(list);
      if (apart.length < minHits) return [];
      const terms = apart.map((m) => -Math.log(m.chance));
      const expected = apart.reduce((sum, m) => sum + m.chance, 0);
      const weight = terms.reduce((sum, t) => sum + t, 0) - Math.max(...terms);
      return [{ key, hits: apart.length, expected, weight }];
    });
  return {
    a: Int32Array.from(rows, (r) => Math.floor(r.key / width)),
    b: Int32Array.from(rows, (r) => r.key % width),
    hits: Int32Array.from(rows, (r) => r.hits),
    expected: Float64Array.from(rows, (r) => r.expected),
    logP: Float64Array.from(rows, (r) => -r.weight),
    llr: Float64Array.from(rows, (r) => r.weight),
  };
}

/** Joint days of which no two are of one place or one day, the least likely first. */
function apartFrom(met: readonly Met[]): Met[] {
  const places = new Set<number>();
  const days = new Set<number>();
  const out: Met[] = [];
  for (const m of [...met].sort((x, y) => x.chance - y.chance || x.day - y.day)) {
    if (places.has(m.place) || days.has(m.day)) continue;
    places.add(m.place);
    days.add(m.day);
    out.push(m);
  }
  return out;
}
