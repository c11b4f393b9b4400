import type { Finding, FindingStatus, Reason, Subject } from '../../model/finding.js';
import { push } from '../../model/multimap.js';
import type { World } from '../../projection/world.js';
import { fundOfItems } from '../money.js';
import { institutionSubject, itemSubjects, memberSubjects, ranked, reason } from '../telling.js';
import { companions } from './companions.js';
import type { Group, JudgedSeller } from './groups.js';
import type { Loop, TraceSales } from './loops.js';
import { type Pass, passesIn } from './sellers.js';

export const DETECTOR = 'trace-code-loop';
export const VERSION = 7;

/** Places, and people whose packs were settled again, in words. */
export function describe(
  world: World,
  traced: TraceSales,
  group: Group,
  { status, q }: { readonly status: FindingStatus; readonly q: number },
): Finding {
  const { institution } = world.settlements;
  const { sites, sellers, byPlace } = group;
  const cores = new Set(sites.map((g) => g.institution));
  const loops = [...group.loops].sort((x, y) => y.rows.length - x.rows.length || x.code - y.code);
  const rows = loops.flatMap((l) => l.rows.filter((r) => cores.has(institution[r]!)));
  const brought = loops
    .flatMap((l) => passesIn(world, l))
    .filter((x) => !cores.has(institution[x.from]!) && cores.has(institution[x.to]!));
  const cards = new Set([...cardsOf(world, loops), ...sellers.map((x) => x.patient)]);
  const joined = status === 'finding' ? companions(world, traced, brought, cards, q) : [];
  const p = Math.min(
    ...sites.map((g) => (status === 'finding' ? g.p : g.pNaive)),
    ...sellers.map((x) => x.p),
  );
  const repeats = byPlace ? sum(sites, (g) => g.repeats) : sum(sellers, (x) => x.passed);
  const expected = byPlace ? sum(sites, (g) => g.expected) : sum(sellers, (x) => x.expected);
  const rebilled = byPlace ? sum(sites, (g) => g.rebilled) : 0;
  const parts = byPlace ? sum(sites, (g) => g.parts) : 0;
  const standIns = byPlace ? sum(sites, (g) => g.standIns) : 0;
  return {
    detector: DETECTOR,
    detectorVersion: VERSION,
    kind: 'ring',
    subjects: subjects(world, cores, [...cards, ...joined], loops),
    reasons: [
      byPlace ? atPlaces(world, traced, group, { rows, p }) : passedOn(world, sellers),
      ...(byPlace && sellers.length > 0 ? [passedOn(world, sellers)] : []),
      ...paths(world, loops),
      ...sameDrugs(world, brought, joined),
    ],
    innocent: ranked([
      {
        code: 'duplicate-codes',
        q: Math.min(...sites.map((g) => g.pByLot), ...sellers.map((x) => x.p)),
        weight: Math.min(1, expected / Math.max(1, repeats)),
      },
      {
        code: 'void-and-rebill',
        q: Math.min(...sites.map((g) => g.pRebilled), ...sellers.map((x) => x.p)),
        weight: rebilled / Math.max(1, rebilled + repeats),
      },
      {
        code: 'split-pack',
        q: Math.min(...sites.map((g) => g.pParts), ...sellers.map((x) => x.p)),
        weight: parts / Math.max(1, parts + repeats),
      },
      {
        code: 'stand-in-code',
        q: Math.min(...sites.map((g) => g.pStandIns), ...sellers.map((x) => x.p)),
        weight: standIns / Math.max(1, standIns + repeats),
      },
    ]),
    status,
    p,
    fundAtRisk: fundOfItems(world, later(loops, rows), itemsOf(loops)),
  };
}

const sum = <T>(of: readonly T[], value: (x: T) => number) =>
  of.reduce((total, x) => total + value(x), 0);

function atPlaces(
  world: World,
  traced: TraceSales,
  { sites }: Group,
  { rows, p }: { readonly rows: readonly number[]; readonly p: number },
): Reason {
  const repeats = sum(sites, (g) => g.repeats);
  const again = sites.flatMap((g) => [
    ...(traced.rebilled.get(g.institution) ?? []),
    ...(traced.parts.get(g.institution) ?? []),
    ...(traced.standIns.get(g.institution) ?? []),
  ]);
  return reason(world, DETECTOR, 'repeated-codes', {
    measured: repeats > 0 ? repeats : again.length,
    expected: sum(sites, (g) => g.expected),
    unit: 'times',
    rows: repeats > 0 ? rows : again,
    p,
  });
}

/** Packs of few cards that turned up elsewhere. */
function passedOn(world: World, sellers: readonly JudgedSeller[]): Reason {
  return reason(world, DETECTOR, 'passed-on', {
    measured: sum(sellers, (x) => x.passed),
    expected: sum(sellers, (x) => x.expected),
    unit: 'packs',
    rows: sellers.flatMap((x) => x.own.flatMap((pass) => [pass.from, pass.to])),
    p: Math.min(...sellers.map((x) => x.p)),
  });
}

/** Who is named only for what he bought where the packs came from. */
function sameDrugs(world: World, brought: readonly Pass[], joined: readonly number[]): Reason[] {
  if (joined.length === 0) return [];
  return [
    reason(world, DETECTOR, 'same-drugs', {
      measured: joined.length,
      expected: 0,
      unit: 'cards',
      rows: brought.map((x) => x.from),
    }),
  ];
}

/** Where a code that was settled most often went, and how many of the codes changed places. */
function paths(world: World, loops: readonly Loop[]): Reason[] {
  const longest = loops[0];
  if (!longest) return [];
  const travelled = loops.filter(
    (l) => new Set(l.rows.map((r) => world.settlements.institution[r]!)).size > 1,
  );
  return [
    reason(world, DETECTOR, 'longest-loop', {
      measured: longest.rows.length,
      expected: 1,
      unit: 'settlements',
      rows: longest.rows,
    }),
    ...(travelled.length > 0
      ? [
          reason(world, DETECTOR, 'travelled', {
            measured: travelled.length,
            expected: 0,
            unit: 'codes',
            rows: travelled.flatMap((l) => l.rows),
          }),
        ]
      : []),
  ];
}

/** Settlements after the first of each code. */
function later(loops: readonly Loop[], rows: readonly number[]): number[] {
  const here = new Set(rows);
  return loops.flatMap((l) => l.rows.slice(1)).filter((r) => here.has(r));
}

function itemsOf(loops: readonly Loop[]): (row: number, item: number) => boolean {
  const items = new Map<number, number[]>();
  for (const l of loops) for (const r of l.rows) push(items, r, l.item);
  return (row, item) => items.get(row)?.includes(item) ?? false;
}

/**
 * On whose cards the packs were: of a pack that came from elsewhere all but the last, who bought it in good
 * faith and has it at home; of one that stayed at its place everybody. One pack alone may have a code that
 * its maker printed twice: where some have two, they are the ring.
 */
function cardsOf(world: World, loops: readonly Loop[]): number[] {
  const { patient, institution } = world.settlements;
  const packs = new Map<number, number>();
  for (const { rows } of loops) {
    const travelled = rows.some((r) => institution[r] !== institution[rows[0]!]);
    for (const p of new Set((travelled ? rows.slice(0, -1) : rows).map((r) => patient[r]!)))
      packs.set(p, (packs.get(p) ?? 0) + 1);
  }
  const cards = [...packs.keys()];
  const again = cards.filter((p) => packs.get(p)! >= 2);
  return again.length > 0 ? again : cards;
}

function subjects(
  world: World,
  cores: ReadonlySet<number>,
  cards: readonly number[],
  loops: readonly Loop[],
): Subject[] {
  return [
    ...[...cores].sort((a, b) => a - b).map((h) => institutionSubject(world, h)),
    ...memberSubjects(world, cards),
    ...itemSubjects(
      world,
      loops.map((l) => l.item).filter((i) => i >= 0),
    ),
  ];
}
