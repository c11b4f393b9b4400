import { rowsOf } from '../../projection/indexes.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';
import { CELL_DAYS } from '../jointVisits.js';

/** People behind one telephone; `index` is its place in the list. */
export interface Hub {
  readonly index: number;
  readonly members: readonly number[];
}

/** Telephones of people who were seen in the period, in order of the first of them. */
export function phoneHubs(world: World): Hub[] {
  const { phone } = world.patients;
  const seen = new Uint8Array(phone.length);
  for (let i = 0; i < world.settlements.count; i++)
    if (!world.settlements.cancelled[i]) seen[world.settlements.patient[i]!] = 1;
  const groups = new Map<number, number[]>();
  phone.forEach((g, p) => {
    if (g < 0 || !seen[p]) return;
    const list = groups.get(g);
    if (list) list.push(p);
    else groups.set(g, [p]);
  });
  return [...groups.values()].map((members, index) => ({ index, members }));
}

/** Visits to each institution, and the sum of the squares of its days' visits. */
export interface PlaceDays {
  readonly visits: Float64Array;
  readonly squares: Float64Array;
}

export function placeDays(world: World): PlaceDays {
  const s = world.settlements;
  const cells = new Map<number, number>();
  const places = world.institutions.ids.length;
  const visits = new Float64Array(places);
  for (let i = 0; i < s.count; i++) {
    if (s.cancelled[i]) continue;
    const cell = s.institution[i]! * CELL_DAYS + dayOf(world, i);
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
    visits[s.institution[i]!]!++;
  }
  const squares = new Float64Array(places);
  for (const [cell, n] of cells) squares[Math.floor(cell / CELL_DAYS)]! += n * n;
  return { visits, squares };
}

/** Stays count on the day of admission. */
function dayOf(world: World, i: number): number {
  const s = world.settlements;
  return s.class[i] === CLASS_INPATIENT ? s.beginDay[i]! : s.day[i]!;
}

export interface Usage {
  /** Units that joined another at its place on a day: of n that are there together, n − 1. */
  readonly joined: number;
  readonly expected: number;
  readonly rows: readonly number[];
  /** The same by institution. */
  readonly byPlace: ReadonlyMap<number, number>;
}

/**
 * Days on which several units were at one place. Expected: their own visits to that place, on days
 * drawn like everybody's: Σ over pairs of units of n·m·Σ share²(day), which is never too low.
 */
export function jointUse(
  world: World,
  hub: Hub,
  key: (patient: number) => number,
  days: PlaceDays,
): Usage {
  const s = world.settlements;
  const cells = new Map<number, { units: Set<number>; rows: number[] }>();
  const visits = new Map<number, Map<number, Set<number>>>();
  for (const m of hub.members)
    for (const i of rowsOf(world, m)) {
      if (s.cancelled[i]) continue;
      const h = s.institution[i]!;
      const day = dayOf(world, i);
      const unit = key(m);
      const cell = cells.get(h * CELL_DAYS + day) ?? { units: new Set(), rows: [] };
      cells.set(h * CELL_DAYS + day, cell);
      cell.units.add(unit);
      cell.rows.push(i);
      const own = visits.get(h) ?? new Map<number, Set<number>>();
      visits.set(h, own);
      own.set(unit, (own.get(unit) ?? new Set()).add(day));
    }
  let expected = 0;
  for (const [h, units] of visits) {
    const share = days.squares[h]! / days.visits[h]! ** 2;
    let sum = 0;
    let squares = 0;
    for (const own of units.values()) {
      sum += own.size;
      squares += own.size ** 2;
    }
    expected += ((sum * sum - squares) / 2) * share;
  }
  const byPlace = new Map<number, number>();
  const rows: number[] = [];
  let joined = 0;
  for (const [cell, { units, rows: list }] of cells) {
    if (units.size < 2) continue;
    joined += units.size - 1;
    const h = Math.floor(cell / CELL_DAYS);
    byPlace.set(h, (byPlace.get(h) ?? 0) + units.size - 1);
    rows.push(...list);
  }
  return {
    joined,
    expected,
    rows: rows.sort((x, y) => s.time[x]! - s.time[y]! || x - y),
    byPlace,
  };
}
