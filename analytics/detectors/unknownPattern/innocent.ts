import { quantileSorted } from '../../algorithms/robust.js';
import { rowsOf } from '../../projection/indexes.js';
import type { World } from '../../projection/world.js';
import { institutionsOf, type Pattern } from './blocks.js';
import type { Purchases } from './purchases.js';

/** Refills fall due after so many weeks at least, and are so many weeks early or late at most. */
const REFILL_WEEKS = 3;
const REFILL_SLACK = 1;
const REFILLS_MIN = 3;
/** A day is crowded with so many times the usual number of other people, and this many more. */
const CROWD = 1.5;
const CROWD_MIN = 4;
/** Others want a drug in a week that so many of them buy, at so many times their usual rate. */
const WANTED = 2;
const WANTED_MIN = 4;

const isInside = (pattern: Pattern, p: Purchases, e: number) =>
  pattern.units.has(p.unit[e]!) && pattern.pairs.has(p.pair[e]!);

/**
 * Purchases of a household that follow each other as a lasting illness has it: one drug at one place, every so many
 * weeks. People of one clinic day or one delivery fall due together.
 */
export function dueRefills(purchases: Purchases, pattern: Pattern): Set<number> {
  const { count, series, drug, week } = purchases;
  const out = new Set<number>();
  for (let from = 0; from < count; ) {
    let to = from + 1;
    while (to < count && series[to] === series[from] && drug[to] === drug[from]) to++;
    if (to - from >= REFILLS_MIN && isInside(pattern, purchases, from)) {
      const gaps: number[] = [];
      for (let e = from + 1; e < to; e++) gaps.push(week[e]! - week[e - 1]!);
      const usual = quantileSorted(
        [...gaps].sort((x, y) => x - y),
        0.5,
      );
      if (usual >= REFILL_WEEKS)
        gaps.forEach((gap, k) => {
          if (Math.abs(gap - usual) > REFILL_SLACK) return;
          for (const e of [from + k, from + k + 1]) out.add(e);
        });
    }
    from = to;
  }
  return out;
}

/** Purchases on days when the place was crowded, and in weeks when others, too, wanted the drug there. */
export function excludedRows(
  world: World,
  purchases: Purchases,
  pattern: Pattern,
): { crowded: ReadonlySet<number>; wanted: ReadonlySet<number> } {
  const { count, unit, institution, pair, week, weeks } = purchases;
  const crowdedDays = crowdsOf(world, pattern);
  const others = new Map<number, Int32Array>();
  for (let e = 0; e < count; e++) {
    if (pattern.units.has(unit[e]!) || !pattern.pairs.has(pair[e]!)) continue;
    const counts = others.get(pair[e]!) ?? new Int32Array(weeks);
    others.set(pair[e]!, counts);
    counts[week[e]!]!++;
  }
  const crowded = new Set<number>();
  const wanted = new Set<number>();
  for (let e = 0; e < count; e++) {
    if (!isInside(pattern, purchases, e)) continue;
    if (!pattern.occasions.has(institution[e]! * weeks + week[e]!)) continue;
    if (crowdedDays.has(cellOf(purchases, unit[e]!, institution[e]!, week[e]!))) crowded.add(e);
    const counts = others.get(pair[e]!);
    if (!counts) continue;
    const here = counts[week[e]!]!;
    const usual = (counts.reduce((x, y) => x + y, 0) - here) / Math.max(1, weeks - 1);
    if (here >= WANTED_MIN && here >= WANTED * usual) wanted.add(e);
  }
  return { crowded, wanted };

  /** Household × institution × week whose visits all were on crowded days. */
  function crowdsOf(of: World, { units, occasions }: Pattern): Set<number> {
    const s = of.settlements;
    const institutions = institutionsOf({ occasions }, weeks);
    const visitors = new Map<number, number>();
    const days = of.toDay - of.fromDay;
    for (let i = 0; i < s.count; i++) {
      if (s.cancelled[i] || !institutions.has(s.institution[i]!)) continue;
      if (units.has(of.patients.household[s.patient[i]!]!)) continue;
      const cell = s.institution[i]! * days + s.day[i]! - of.fromDay;
      visitors.set(cell, (visitors.get(cell) ?? 0) + 1);
    }
    const usual = new Map<number, number>();
    for (const h of institutions) {
      let sum = 0;
      for (let d = 0; d < days; d++) sum += visitors.get(h * days + d) ?? 0;
      usual.set(h, sum / Math.max(1, days));
    }
    const all = new Map<number, boolean>();
    for (let m = 0; m < of.patients.ids.length; m++) {
      const home = of.patients.household[m]!;
      if (!units.has(home)) continue;
      for (const i of rowsOf(of, m)) {
        const h = s.institution[i]!;
        if (s.cancelled[i] || !institutions.has(h)) continue;
        const here = visitors.get(h * days + s.day[i]! - of.fromDay) ?? 0;
        const isCrowd = here >= Math.max(CROWD * usual.get(h)!, usual.get(h)! + CROWD_MIN);
        const cell = cellOf(purchases, home, h, Math.floor((s.day[i]! - purchases.firstDay) / 7));
        all.set(cell, (all.get(cell) ?? true) && isCrowd);
      }
    }
    return new Set([...all].filter(([, is]) => is).map(([cell]) => cell));
  }
}

const cellOf = ({ sizes }: Purchases, unit: number, institution: number, week: number) =>
  (unit * sizes[1] + institution) * sizes[3] + week;
