import { z } from 'zod';
import { sidak } from '../algorithms/multiplicity.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, Reason, Subject } from '../model/finding.js';
import type { World } from '../projection/world.js';
import type { Detector } from './detector.js';
import { fundOfItems } from './money.js';
import { listLevel } from './parameters.js';
import {
  inOrder,
  institutionSubject,
  itemSubjects,
  memberSubjects,
  ranked,
  reason,
} from './telling.js';
import { type Loop, push, type TraceSales, traceSales } from './traceCodes/loops.js';
import { type Site, traceSites } from './traceCodes/sites.js';

const DETECTOR = 'trace-code-loop';
const VERSION = 4;

const parameters = z.object({
  minRepeats: z
    .number()
    .int()
    .min(2)
    .max(100)
    .default(3)
    .describe('Repeated sales of codes at one institution, at least'),
  rebillDays: z
    .number()
    .int()
    .min(0)
    .max(90)
    .default(30)
    .describe(
      'The same code for the same person at the same place within so many days is one bill',
    ),
  sharedCodes: z
    .number()
    .int()
    .min(1)
    .max(20)
    .default(2)
    .describe('Institutions with so many codes in common belong together'),
  q: listLevel,
});
type Parameters = z.output<typeof parameters>;

/** Family-wise over all institutions with traced sales. */
interface Judged extends Site {
  readonly p: number;
  readonly pByLot: number;
  readonly pRebilled: number;
  readonly pNaive: number;
}

/** Drug trace codes settled more than once: the packs went round, or never left (药品追溯码回流). */
export const traceCodeLoop: Detector<typeof parameters> = {
  id: DETECTOR,
  version: VERSION,
  parameters,
  needs: ['drug_trac_d'],
  uses: ['fee_list_d'],
  async detect(world, params, context) {
    const traced = traceSales(world, params.rebillDays);
    throwIfAborted(context.signal);
    const sites = traceSites(world, traced);
    const familyWise = (logP: number) => sidak(Math.exp(logP), sites.length);
    const judged = sites.map(
      (s): Judged => ({
        ...s,
        p: familyWise(s.logP),
        pByLot: familyWise(s.logPByLot),
        pRebilled: familyWise(s.logPRebilled),
        pNaive: familyWise(s.logPNaive),
      }),
    );
    throwIfAborted(context.signal);
    const strong = judged.filter((s) => s.repeats >= params.minRepeats && s.p <= params.q);
    const findings = together(world, judged, strong, params).map((group) =>
      describe(world, traced, group, 'finding'),
    );
    for (const s of judged) {
      const odd = s.repeats + s.rebilled >= params.minRepeats && s.pNaive <= params.q;
      if (odd && s.p > params.q) findings.push(describe(world, traced, [s], 'explained'));
    }
    return inOrder(findings);
  },
};

/**
 * Institutions that codes travel between; whoever has many codes in common with a strong one belongs to it. A lot whose
 * maker gave all packs a few codes ties its sellers together for nothing.
 */
function together(
  world: World,
  all: readonly Judged[],
  strong: readonly Judged[],
  params: Parameters,
): Judged[][] {
  const site = new Map(all.map((s) => [s.institution, s]));
  const group = new Map(strong.map((s) => [s.institution, s.institution]));
  const root = (h: number): number => (group.get(h) === h ? h : root(group.get(h)!));
  for (const s of strong) {
    const shared = new Map<number, number>();
    for (const loop of s.own)
      for (const h of new Set(loop.rows.map((r) => world.settlements.institution[r]!)))
        if (h !== s.institution) shared.set(h, (shared.get(h) ?? 0) + 1);
    for (const [h, n] of shared) {
      const other = site.get(h);
      if (n < params.sharedCodes || !other || Math.exp(other.logP) > params.q) continue;
      if (!group.has(h)) group.set(h, h);
      const [x, y] = [root(h), root(s.institution)];
      group.set(Math.max(x, y), Math.min(x, y));
    }
  }
  const out = new Map<number, Judged[]>();
  for (const h of [...group.keys()].sort((a, b) => a - b))
    out.set(root(h), [...(out.get(root(h)) ?? []), site.get(h)!]);
  return [...out.values()];
}

function describe(
  world: World,
  traced: TraceSales,
  group: readonly Judged[],
  status: 'finding' | 'explained',
): Finding {
  const s = world.settlements;
  const cores = new Set(group.map((g) => g.institution));
  const loops = [...new Set(group.flatMap((g) => (status === 'finding' ? g.own : g.loops)))].sort(
    (x, y) => y.rows.length - x.rows.length || x.code - y.code,
  );
  const rows = loops.flatMap((l) => l.rows.filter((r) => cores.has(s.institution[r]!)));
  const again = group.flatMap((g) => [...(traced.rebilled.get(g.institution) ?? [])]);
  const p = Math.min(...group.map((g) => (status === 'finding' ? g.p : g.pNaive)));
  const repeats = group.reduce((sum, g) => sum + g.repeats, 0);
  const expected = group.reduce((sum, g) => sum + g.expected, 0);
  const rebilled = group.reduce((sum, g) => sum + g.rebilled, 0);
  return {
    detector: DETECTOR,
    detectorVersion: VERSION,
    kind: 'ring',
    subjects: subjects(world, cores, loops),
    reasons: [
      reason(world, DETECTOR, 'repeated-codes', {
        measured: repeats > 0 ? repeats : rebilled,
        expected,
        unit: 'times',
        rows: repeats > 0 ? rows : again,
        p,
      }),
      ...paths(world, loops),
    ],
    innocent: ranked([
      {
        code: 'duplicate-codes',
        q: Math.min(...group.map((g) => g.pByLot)),
        weight: Math.min(1, expected / Math.max(1, repeats)),
      },
      {
        code: 'void-and-rebill',
        q: Math.min(...group.map((g) => g.pRebilled)),
        weight: rebilled / Math.max(1, rebilled + repeats),
      },
    ]),
    status,
    p,
    fundAtRisk: fundOfItems(world, later(loops, rows), itemsOf(loops)),
  };
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

function subjects(world: World, cores: ReadonlySet<number>, loops: readonly Loop[]): Subject[] {
  return [
    ...[...cores].sort((a, b) => a - b).map((h) => institutionSubject(world, h)),
    ...memberSubjects(world, cardsOf(world, loops)),
    ...itemSubjects(
      world,
      loops.map((l) => l.item).filter((i) => i >= 0),
    ),
  ];
}
