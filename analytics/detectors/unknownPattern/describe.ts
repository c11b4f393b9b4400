import type { Finding, InnocentExplanation, Reason, Subject } from '../../model/finding.js';
import { rowsOf } from '../../projection/indexes.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';
import { provableUnits } from '../explanations.js';
import { fundOfItems } from '../money.js';
import { conclude, institutionSubject, memberSubjects, ranked, reason } from '../telling.js';
import type { UnknownPatternParameters } from '../unknownPattern.js';
import { cellsOf, institutionsOf, measure, type Pattern } from './blocks.js';
import { dueRefills, excludedRows } from './innocent.js';
import type { Purchases } from './purchases.js';
import { countCells, weekShares } from './weekShares.js';

export const ID = 'unknown-pattern';
export const VERSION = 2;
/** A side of the pattern is unusual, and told, from this ratio on. */
const UNUSUAL = 1.5;

/** A drug that the pattern's people bought, and whether it is one of the pattern's drugs, places, occasions. */
interface Bought {
  readonly row: number;
  readonly drug: number;
  readonly place: boolean;
  readonly item: boolean;
  readonly occasion: boolean;
  /** All of it: the drug at this very institution, on an occasion. */
  readonly inside: boolean;
}

export function describePattern(
  world: World,
  params: UnknownPatternParameters,
  purchases: Purchases,
  pattern: Pattern,
  pOf: (score: number) => number,
): Finding {
  const bought = boughtBy(world, purchases, pattern);
  const inside = bought.filter((b) => b.inside);
  const rows = [...new Set(inside.map((b) => b.row))];
  const drugs = new Set(inside.map((b) => b.drug));
  const members = [...new Set(rows.map((i) => world.settlements.patient[i]!))];
  const p = pOf(pattern.score);
  const innocent = explain(world, params, purchases, pattern, pOf);
  const unknown = provableUnits(members, world.patients) < params.units;
  const concluded = conclude(p, innocent, params.q);
  return {
    ...{ detector: ID, detectorVersion: VERSION, kind: 'ring' },
    subjects: [
      ...[...institutionsOf(pattern, purchases.weeks)]
        .sort((x, y) => x - y)
        .map((h) => institutionSubject(world, h)),
      ...memberSubjects(world, members),
      ...drugSubjects(world, inside),
    ],
    reasons: [
      reason(world, ID, 'same-weeks', {
        ...{ measured: pattern.inside, expected: pattern.expected, unit: 'purchases', rows, p },
      }),
      ...sides(world, bought, rows),
    ],
    innocent,
    ...(unknown && concluded.status === 'finding' ? { status: 'review', p: null } : concluded),
    fundAtRisk: fundOfItems(world, rows, (_, item) => drugs.has(world.items.ingredient[item]!)),
  };
}

/** Every drug that the pattern's households bought outside wards, whether in the pattern or not. */
function boughtBy(world: World, purchases: Purchases, pattern: Pattern): Bought[] {
  const { settlements: s, lines, items, patients } = world;
  const { weeks, firstDay } = purchases;
  const institutions = institutionsOf(pattern, weeks);
  const drugs = drugsOf(purchases, pattern);
  const pairs = new Set([...drugs].flatMap(([d, places]) => [...places].map((h) => `${h}|${d}`)));
  const out: Bought[] = [];
  for (let m = 0; m < patients.ids.length; m++) {
    if (!pattern.units.has(patients.household[m]!)) continue;
    for (const row of rowsOf(world, m)) {
      if (s.cancelled[row] || s.class[row] === CLASS_INPATIENT) continue;
      const h = s.institution[row]!;
      const occasion = pattern.occasions.has(h * weeks + Math.floor((s.day[row]! - firstDay) / 7));
      for (let l = lines.start[row] ?? 0; l < (lines.start[row + 1] ?? 0); l++) {
        const drug = items.ingredient[lines.item[l]!]!;
        if (drug < 0) continue;
        out.push({
          ...{ row, drug, occasion, place: institutions.has(h), item: drugs.has(drug) },
          inside: occasion && pairs.has(`${h}|${drug}`),
        });
      }
    }
  }
  return out;
}

/** The pattern's drugs and where each is bought. */
function drugsOf(purchases: Purchases, { pairs }: Pattern): Map<number, Set<number>> {
  const out = new Map<number, Set<number>>();
  for (let e = 0; e < purchases.count; e++) {
    if (!pairs.has(purchases.pair[e]!)) continue;
    const places = out.get(purchases.drug[e]!) ?? new Set<number>();
    out.set(purchases.drug[e]!, places.add(purchases.institution[e]!));
  }
  return out;
}

/** What makes the pattern unusual besides its weeks: the drugs, against what these people buy elsewhere, and the places. */
function sides(world: World, bought: readonly Bought[], rows: readonly number[]): Reason[] {
  const share = (part: (b: Bought) => boolean, of: (b: Bought) => boolean) => {
    const all = bought.filter(of);
    return (all.filter(part).length + 1) / (all.length + 2);
  };
  const here = bought.filter((b) => b.occasion).length;
  const usualItems =
    here *
    share(
      (b) => b.item,
      (b) => !b.occasion,
    );
  const there = bought.filter((b) => b.item).length;
  const usualPlaces =
    there *
    share(
      (b) => b.place,
      (b) => !b.item,
    );
  const told = (what: string, measured: number, expected: number) =>
    measured >= UNUSUAL * expected
      ? [reason(world, ID, what, { measured, expected, unit: 'purchases', rows })]
      : [];
  return [
    ...told('same-drugs', bought.filter((b) => b.occasion && b.item).length, usualItems),
    ...told('same-places', bought.filter((b) => b.place && b.item).length, usualPlaces),
  ];
}

function drugSubjects(world: World, inside: readonly Bought[]): Subject[] {
  const drugs = new Set(inside.map((b) => b.drug));
  const items = new Set<number>();
  for (const { row } of inside)
    for (let l = world.lines.start[row]!; l < world.lines.start[row + 1]!; l++)
      if (drugs.has(world.items.ingredient[world.lines.item[l]!]!)) items.add(world.lines.item[l]!);
  return [...items]
    .sort((x, y) => x - y)
    .map((i): Subject => ({ kind: 'drug', id: world.items.ids[i]!, role: 'item' }));
}

/** Each hypothesis takes households or purchases away; what is left is measured again. */
function explain(
  world: World,
  params: UnknownPatternParameters,
  purchases: Purchases,
  pattern: Pattern,
  pOf: (score: number) => number,
): InnocentExplanation[] {
  const { patients } = world;
  const cells = new Int32Array(cellsOf(purchases));
  countCells(purchases, purchases.week, cells);
  const shares = weekShares(purchases, purchases.week, cells);
  const left = (units: ReadonlySet<number>, counts?: (e: number) => boolean) => {
    const rest = measure(purchases, purchases.week, shares, { ...pattern, units }, counts);
    return {
      q: units.size < params.units ? 1 : pOf(rest.score),
      // Of the evidence, which the score has by household.
      weight: Math.max(0, 1 - (rest.score * units.size) / (pattern.score * pattern.units.size)),
    };
  };
  const first = (group: Int32Array) => {
    const seen = new Set<number>();
    const heads = new Map<number, number>();
    patients.household.forEach((home, m) => {
      if (pattern.units.has(home) && group[m]! >= 0 && !heads.has(home)) heads.set(home, group[m]!);
    });
    return new Set(
      [...pattern.units].filter((home) => {
        const g = heads.get(home);
        if (g === undefined) return true;
        const isNew = !seen.has(g);
        seen.add(g);
        return isNew;
      }),
    );
  };
  const refills = dueRefills(purchases, pattern);
  const excluded = excludedRows(world, purchases, pattern);
  return ranked([
    { code: 'same-address', ...left(first(patients.address)) },
    { code: 'same-phone', ...left(first(patients.phone)) },
    { code: 'same-employer', ...left(first(patients.employer)) },
    { code: 'chronic-refill', ...left(pattern.units, (e) => !refills.has(e)) },
    { code: 'promotion-day', ...left(pattern.units, (e) => !excluded.crowded.has(e)) },
    { code: 'outbreak-week', ...left(pattern.units, (e) => !excluded.wanted.has(e)) },
  ]);
}
