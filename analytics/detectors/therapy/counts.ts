import { CLASS_INPATIENT, type World } from '../../projection/world.js';
import { THERAPIES, therapyOf } from './kinds.js';

/** Units of one kind that an institution billed in one setting, against days on which it treated. */
export interface TherapyCount {
  readonly institution: number;
  readonly kind: number;
  /** On the ward, where a stay is many days; else at the counter. */
  readonly bed: boolean;
  readonly units: number;
  /** Units that others bill for as many days of the same items, in the same setting. */
  readonly usual: number;
  /** The same, by what others bill for as many patients instead of days. */
  readonly usualByPatient: number;
  readonly patients: number;
  readonly rows: readonly number[];
  readonly items: readonly number[];
}

interface Cell {
  units: number;
  days: number;
  patients: Set<number>;
  rows: number[];
}

const SERVICE = 201;
/** Fewer institutions than this say nothing of how an item is counted. */
const OTHERS = 4;

/**
 * Each item in each setting (bed or not) is held against how others count the same item, so that
 * neither what is counted by the ten minutes nor a house full of rehabilitation stands out by itself.
 */
export function therapyCounts(world: World): TherapyCount[] {
  const { lines, items, settlements: s } = world;
  const kindOf = items.names.map((n, i) => (items.listType[i] === SERVICE ? therapyOf(n) : -1));
  const cells = new Map<string, Map<number, Cell>>();
  for (let row = 0; row < s.count; row++) {
    if (s.cancelled[row] || s.dialysis[row]) continue;
    const bed = s.class[row] === CLASS_INPATIENT;
    const days = bed ? s.endDay[row]! - s.beginDay[row]! + 1 : 1;
    const from = lines.start[row] ?? 0;
    const to = lines.start[row + 1] ?? 0;
    for (let l = from; l < to; l++) {
      const item = lines.item[l]!;
      const units = lines.units[l]!;
      if (kindOf[item]! < 0 || !(units > 0)) continue;
      const key = `${item}|${bed ? 1 : 0}`;
      const byPlace = cells.get(key) ?? new Map<number, Cell>();
      cells.set(key, byPlace);
      const cell = byPlace.get(s.institution[row]!) ?? {
        ...{ units: 0, days: 0, rows: [], patients: new Set<number>() },
      };
      byPlace.set(s.institution[row]!, cell);
      cell.units += units;
      // Two lines of one item on one bill are one day.
      if (l === from || lines.item[l - 1] !== item) cell.days += days;
      cell.patients.add(s.patient[row]!);
      cell.rows.push(row);
    }
  }
  const out = new Map<number, TherapyCount & { rows: number[]; items: number[] }>();
  for (const [key, byPlace] of [...cells].sort((x, y) => (x[0] < y[0] ? -1 : 1))) {
    if (byPlace.size <= OTHERS) continue;
    const [item = -1, setting = 0] = key.split('|').map(Number);
    for (const [institution, cell] of [...byPlace].sort((x, y) => x[0] - y[0])) {
      const others = [...byPlace].filter(([h]) => h !== institution).map(([, c]) => c);
      const rate = middle(others.map((c) => c.units / c.days));
      const perPatient = middle(others.map((c) => c.units / c.patients.size));
      const at = (institution * THERAPIES.length + kindOf[item]!) * 2 + setting;
      const known = out.get(at);
      const sum = {
        units: (known?.units ?? 0) + cell.units,
        usual: (known?.usual ?? 0) + rate * cell.days,
        usualByPatient: (known?.usualByPatient ?? 0) + perPatient * cell.patients.size,
        patients: (known?.patients ?? 0) + cell.patients.size,
        rows: known?.rows ?? [],
        items: known?.items ?? [],
      };
      for (const row of cell.rows) sum.rows.push(row);
      if (cell.units > rate * cell.days) sum.items.push(item);
      out.set(at, { institution, kind: kindOf[item]!, bed: setting === 1, ...sum });
    }
  }
  return [...out].sort((x, y) => x[0] - y[0]).map(([, c]) => c);
}

/** Mean of the middle half: what most do. */
function middle(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(sorted.length / 4);
  const kept = sorted.subarray(cut, sorted.length - cut);
  return kept.reduce((x, y) => x + y, 0) / kept.length;
}
