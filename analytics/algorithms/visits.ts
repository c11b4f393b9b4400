/**
 * Visits in the order that the pair tests read: by place, day, patient, clock. A *cell* is one place
 * on one local day. Only the clock changes in a redrawn world, so everything else is made once.
 *
 * Radix sort by counting, four stable passes (Knuth, TAOCP 3, §5.2.5): O(rows), the same result
 * whatever the order of the rows.
 */
import { dayOf, secondOfDay } from '../model/time.js';

/** One row is one visit; patients, places and place types are numbered 0, 1, … */
export interface VisitColumns {
  readonly patient: Int32Array;
  /** Institution, or department or terminal of a large one. */
  readonly place: Int32Array;
  /** Epoch seconds, with a clock time: rows that have only a date do not belong here. */
  readonly time: Float64Array;
  /** Kind of each place: thin places borrow the clock profile of their kind. */
  readonly placeType: Int32Array;
  readonly patients: number;
}

/** All arrays by position in the order above, unless said otherwise. */
export interface VisitWorld {
  readonly rows: number;
  readonly patients: number;
  readonly places: number;
  readonly cells: number;
  readonly patient: Int32Array;
  readonly place: Int32Array;
  readonly cell: Int32Array;
  /** Seconds since local midnight, as observed. */
  readonly clock: Int32Array;
  /** Row of the input. */
  readonly row: Int32Array;
  /** By place: first position; length places + 1. */
  readonly placeStart: Int32Array;
  readonly placeType: Int32Array;
  /** By cell: first position; length cells + 1. */
  readonly cellStart: Int32Array;
  /** By cell: local day number. */
  readonly cellDay: Int32Array;
  /** By patient: range of `visits`; length patients + 1. */
  readonly patientStart: Int32Array;
  /** Positions of each patient's visits, ascending, so by place, then day. */
  readonly visits: Int32Array;
}

/** One stable pass: `order` sorted by `key`, whose values are in 0 … buckets − 1. */
function pass(order: Int32Array, key: Int32Array, buckets: number): Int32Array {
  const start = new Int32Array(buckets + 1);
  for (let i = 0; i < key.length; i++) start[key[i]! + 1]!++;
  for (let b = 0; b < buckets; b++) start[b + 1]! += start[b]!;
  const out = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    out[start[key[row]!]!++] = row;
  }
  return out;
}

export function prepareVisits(columns: VisitColumns): VisitWorld {
  const rows = columns.patient.length;
  const places = columns.placeType.length;
  const clockOf = new Int32Array(rows);
  const dayNumber = new Int32Array(rows);
  let firstDay = Infinity;
  let lastDay = -Infinity;
  for (let i = 0; i < rows; i++) {
    const t = columns.time[i]!;
    const day = dayOf(t);
    clockOf[i] = secondOfDay(t);
    dayNumber[i] = day;
    if (day < firstDay) firstDay = day;
    if (day > lastDay) lastDay = day;
  }
  for (let i = 0; i < rows; i++) dayNumber[i]! -= firstDay;
  let order: Int32Array = new Int32Array(rows);
  for (let i = 0; i < rows; i++) order[i] = i;
  if (rows > 0) {
    order = pass(order, clockOf, 86_400);
    order = pass(order, columns.patient, columns.patients);
    order = pass(order, dayNumber, lastDay - firstDay + 1);
    order = pass(order, columns.place, places);
  }

  const patient = new Int32Array(rows);
  const place = new Int32Array(rows);
  const cell = new Int32Array(rows);
  const clock = new Int32Array(rows);
  const row = new Int32Array(rows);
  const placeStart = new Int32Array(places + 1);
  const patientStart = new Int32Array(columns.patients + 1);
  let cells = 0;
  for (let p = 0; p < rows; p++) {
    const r = order[p]!;
    row[p] = r;
    patient[p] = columns.patient[r]!;
    place[p] = columns.place[r]!;
    clock[p] = clockOf[r]!;
    const before = p > 0 ? row[p - 1]! : -1;
    if (p === 0 || place[p] !== place[p - 1] || dayNumber[r] !== dayNumber[before]) cells++;
    cell[p] = cells - 1;
    placeStart[place[p]! + 1]!++;
    patientStart[patient[p]! + 1]!++;
  }
  for (let i = 0; i < places; i++) placeStart[i + 1]! += placeStart[i]!;
  for (let i = 0; i < columns.patients; i++) patientStart[i + 1]! += patientStart[i]!;

  const cellStart = new Int32Array(cells + 1);
  const cellDay = new Int32Array(cells);
  const visits = new Int32Array(rows);
  const cursor = patientStart.slice(0, columns.patients);
  for (let p = 0; p < rows; p++) {
    visits[cursor[patient[p]!]!++] = p;
    if (p === 0 || cell[p] !== cell[p - 1]) {
      cellStart[cell[p]!] = p;
      cellDay[cell[p]!] = dayNumber[row[p]!]! + firstDay;
    }
  }
  cellStart[cells] = rows;
  const placeType = new Int32Array(places);
  placeType.set(columns.placeType);
  return {
    rows,
    patients: columns.patients,
    places,
    cells,
    patient,
    place,
    cell,
    clock,
    row,
    placeStart,
    placeType,
    cellStart,
    cellDay,
    patientStart,
    visits,
  };
}

/** Σ over cells of C(distinct patients, 2): an upper bound of the pairs that share a cell. */
export function pairsSharingCells(world: VisitWorld): number {
  let sum = 0;
  for (let c = 0; c < world.cells; c++) {
    let distinct = 0;
    for (let p = world.cellStart[c]!; p < world.cellStart[c + 1]!; p++) {
      if (p === world.cellStart[c] || world.patient[p] !== world.patient[p - 1]) distinct++;
    }
    sum += (distinct * (distinct - 1)) / 2;
  }
  return sum;
}
