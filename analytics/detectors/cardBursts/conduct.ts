import { logBinomialTail, logNegativeBinomialTail } from '../../algorithms/tails.js';
import { secondOfDay } from '../../model/time.js';
import { rowsOf } from '../../projection/indexes.js';
import type { World } from '../../projection/world.js';
import { isNight, liesElsewhere, pharmacyRates } from '../pharmacyRates.js';
import { hourOf, type Rush, type Till } from './rushes.js';

/** What the cards of a rush did that customers do not. */
export interface ConductTest {
  readonly code: string;
  readonly unit: string;
  readonly rows: readonly number[];
  readonly expected: number;
  readonly p: number;
}

/** Size of the negative binomial per person: a mistake of the till comes with others. */
const SPREAD = 0.5;
/** Swipes of all pharmacies that one place's own share of the night is shrunk with. */
const NIGHT_PRIOR = 20;

/** Two gaps in a row are alike within this factor; a gap of more than so many seconds ends the row. */
const ALIKE = 1.15;
const GAP_MAX = 900;
/** A till with a queue at it serves one after another: so many of its gaps are alike, at least. */
const QUEUE_ALIKE = 0.25;

/**
 * Swipes while the holder lies in hospital, refunds, and swipes by night, against the base rates of all cards;
 * and swipes at even gaps, against the place's other days and a till with a queue.
 */
export function conductOf(world: World, till: Till, rushes: readonly Rush[]): ConductTest[] {
  const s = world.settlements;
  const all = pharmacyRates(world).shares;
  const rows = [...new Set(rushes.flatMap((r) => r.rows))];
  const inRush = new Set(rows);
  const isIn = (hour: number) => rushes.some((r) => hour >= r.from && hour < r.from + r.hours);
  const refunded: number[] = [];
  for (const m of new Set(rows.map((i) => s.patient[i]!)))
    for (const i of rowsOf(world, m))
      if (s.cancelled[i] && s.institution[i] === till.institution && isIn(hourOf(world, i)))
        refunded.push(i);
  const others = till.rows.filter((i) => !inRush.has(i));
  const night =
    (others.filter((i) => isNight(world, i)).length + NIGHT_PRIOR * all.night) /
    (others.length + NIGHT_PRIOR);
  return [
    test(
      world,
      'swiped-in-hospital',
      'swipes',
      rows.filter((i) => liesElsewhere(world, i)),
      rows.length * all.inHospital,
    ),
    test(
      world,
      'swipe-refund-swipe',
      'refunds',
      refunded,
      (rows.length + refunded.length) * all.refunded,
    ),
    test(
      world,
      'closed-hours',
      'swipes',
      rows.filter((i) => isNight(world, i)),
      rows.length * night,
    ),
    machine(world, rows, others),
  ];
}

/** Gaps between swipes that are as long as the gap before, of all gaps in a row. */
function evenGaps(world: World, rows: readonly number[]): { even: number[]; all: number } {
  const s = world.settlements;
  const clocked = rows
    .filter((i) => s.hasClock[i])
    .sort((x, y) => s.time[x]! - s.time[y]! || x - y);
  const even: number[] = [];
  let all = 0;
  for (let k = 2; k < clocked.length; k++) {
    const before = s.time[clocked[k - 1]!]! - s.time[clocked[k - 2]!]!;
    const gap = s.time[clocked[k]!]! - s.time[clocked[k - 1]!]!;
    if (before <= 0 || gap <= 0 || Math.max(before, gap) > GAP_MAX) continue;
    all++;
    if (Math.max(before / gap, gap / before) <= ALIKE) even.push(clocked[k]!);
  }
  return { even, all };
}

function machine(world: World, rows: readonly number[], others: readonly number[]): ConductTest {
  const s = world.settlements;
  const whole = rows.filter((i) => secondOfDay(s.time[i]!) % 60 === 0).length;
  // Where only minutes are recorded, gaps are alike by rounding.
  const { even, all } = whole * 2 > rows.length ? { even: [], all: 0 } : evenGaps(world, rows);
  const usual = evenGaps(world, others);
  const chance = Math.max(QUEUE_ALIKE, (usual.even.length + 1) / (usual.all + 4));
  return {
    ...{ code: 'even-gaps', unit: 'swipes', rows: even, expected: all * chance },
    p: Math.exp(logBinomialTail(even.length, all, chance)),
  };
}

function test(
  world: World,
  code: string,
  unit: string,
  rows: readonly number[],
  expected: number,
): ConductTest {
  const who = new Set(rows.map((i) => world.settlements.patient[i]!)).size;
  const p = who < 2 ? 1 : Math.exp(logNegativeBinomialTail(rows.length, expected, SPREAD * who));
  return { code, unit, rows, expected, p };
}
