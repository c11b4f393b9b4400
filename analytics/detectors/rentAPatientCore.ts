import { z } from 'zod';
import { blockScore, denseBlocks, redrawnBlocks } from '../algorithms/denseBlocks.js';
import { groupP } from '../algorithms/pairGroups.js';
import type { Block } from '../algorithms/peel.js';
import type { Links } from '../algorithms/placeLinks.js';
import { quantileSorted } from '../algorithms/robust.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation } from '../model/finding.js';
import { createRng, deriveSeed } from '../model/rng.js';
import { rowsOf } from '../projection/indexes.js';
import type { World } from '../projection/world.js';
import type { Detector, DetectorContext } from './detector.js';
import { sharedAttributes, testHypotheses } from './explanations.js';
import { listLevel, redrawnWorlds } from './parameters.js';
import { homeAreas } from './places.js';
import { smallCores } from './rentAPatientCore/circles.js';
import { expectedLinks, householdLinks, mean } from './rentAPatientCore/links.js';
import {
  conclude,
  fundOf,
  inOrder,
  institutionSubject,
  memberSubjects,
  ranked,
  reason,
} from './telling.js';

const ID = 'rent-a-patient-core';
const VERSION = 2;
/** Blocks taken one after another at each step, and the factor between the steps of `minLinks`. */
const BLOCKS = 3;
const STEPS = 5;
const STEP = 1.6;
/** Worlds drawn before deciding whether any block is worth the others. */
const FIRST_WORLDS = 3;
/** Places above this quantile of visitors are where everybody goes. */
const CENTRE = 0.95;

const parameters = z.object({
  minLinks: z
    .number()
    .int()
    .min(3)
    .max(50)
    .default(6)
    .describe('People who used fewer institutions do not enter; also tried at steps of 1.6 times'),
  patients: z
    .number()
    .int()
    .min(3)
    .max(1000)
    .default(6)
    .describe('Unrelated patients of a core, at least'),
  institutions: z
    .number()
    .int()
    .min(3)
    .max(1000)
    .default(5)
    .describe('Institutions of a core, at least'),
  circleScore: z
    .number()
    .min(1)
    .max(100)
    .default(10)
    .describe(
      'Two people who share places rare for their homes enter a small core above this score',
    ),
  density: z
    .number()
    .min(0.1)
    .max(1)
    .default(0.7)
    .describe('Share of the possible links that a small core has, at least: all joined with all'),
  excess: z
    .number()
    .min(1)
    .max(10)
    .default(1.3)
    .describe('Density at least so many times that of the best block of redrawn worlds'),
  worlds: redrawnWorlds.describe('Redrawn worlds that blocks are compared with (N2)'),
  q: listLevel,
});

type Parameters = z.output<typeof parameters>;

interface Search {
  readonly links: Links;
  readonly area: Int32Array;
  /** `minLinks` of each step. */
  readonly steps: readonly number[];
  /** Best scores of the redrawn worlds, by step. */
  readonly best: readonly Float64Array[];
}

/** Many patients lent to many institutions, all joined with all (公布案例：122 家 × 181 人). */
export const rentAPatientCore: Detector<typeof parameters> = {
  id: ID,
  version: VERSION,
  parameters,
  needs: [],
  async detect(world, params, context) {
    throwIfAborted(context.signal);
    const links = householdLinks(world);
    const area = homeAreas(world);
    const large = largeCores(world, params, links, area, context);
    const told = new Set(
      large.flatMap((f) => f.subjects.flatMap((x) => (x.kind === 'patient' ? [x.id] : []))),
    );
    const { cores, search } = smallCores(world, links, area, params, context);
    const small = cores.flatMap(({ group, rows, columns }): Finding[] => {
      const p = Math.min(1, SEARCHES * group.p);
      const known = group.members.filter((m) => told.has(world.patients.ids[m]!)).length;
      if (p > params.q || known * 2 > group.members.length) return [];
      const innocent = testHypotheses(
        group.members,
        sharedAttributes(group.members, world.patients),
        search,
        world.patients.household,
        params.patients,
      );
      return [describe(world, links, area, { rows, columns }, p, innocent, params.q)];
    });
    return inOrder([...large, ...small]);
  },
};

/** For cores that stand out in the whole world, and for small ones by what their homes do. */
const SEARCHES = 2;

function largeCores(
  world: World,
  params: Parameters,
  links: Links,
  area: Int32Array,
  context: DetectorContext,
): Finding[] {
  const steps = Array.from({ length: STEPS }, (_, k) => Math.round(params.minLinks * STEP ** k));
  const places = world.institutions.ids.length;
  const options = steps.map((minLinks) => ({
    ...{ minLinks, places, blocks: BLOCKS },
    ...(context.signal ? { signal: context.signal } : {}),
  }));
  const found = options.map((o) =>
    denseBlocks(links, o).filter(
      (b) => b.rows.length >= params.patients && b.columns.length >= params.institutions,
    ),
  );
  if (found.every((blocks) => blocks.length === 0)) return [];
  const best: number[][] = steps.map(() => []);
  const draw = (from: number, to: number) => {
    for (let w = from; w < to; w++) {
      throwIfAborted(context.signal);
      const rng = createRng(deriveSeed(context.seed, `links ${w}`));
      redrawnBlocks(links, area, rng, options).forEach((score, k) => {
        best[k]!.push(score);
      });
      context.progress?.({ phase: 'redrawing links', done: w + 1, total: params.worlds });
    }
  };
  draw(0, FIRST_WORLDS);
  const promising = found.map((blocks, k) =>
    blocks.filter((b) => b.score >= params.excess * mean(best[k]!)),
  );
  if (promising.every((blocks) => blocks.length === 0)) return [];
  draw(FIRST_WORLDS, params.worlds);
  const search = { links, area, steps, best: best.map((x) => Float64Array.from(x)) };
  return distinct(world, params, search, promising, context);
}

/** One block once: the same people may be found at several steps, the surest is told. */
function distinct(
  world: World,
  params: Parameters,
  search: Search,
  promising: ReadonlyArray<readonly Block[]>,
  context: DetectorContext,
): Finding[] {
  const candidates = promising
    .flatMap((blocks, step) => blocks.map((block) => ({ block, step })))
    .map((c) => ({ ...c, p: pOf(search, c.step, c.block.score, params.excess) }))
    .filter((c) => c.p <= params.q)
    .sort((x, y) => x.p - y.p || y.block.score - x.block.score || x.step - y.step);
  const told = new Set<number>();
  const findings: Finding[] = [];
  for (const { block, step, p } of candidates) {
    throwIfAborted(context.signal);
    const fresh = block.rows.filter((r) => !told.has(r)).length;
    if (fresh * 2 < block.rows.length) continue;
    for (const r of block.rows) told.add(r);
    const core = { rows: new Set(block.rows), columns: new Set(block.columns) };
    const innocent = explain(world, params, search, step, block);
    findings.push(describe(world, search.links, search.area, core, p, innocent, params.q));
  }
  return findings;
}

/** Family-wise over the steps; 1 where the density is not far enough beyond the redrawn worlds. */
function pOf(search: Search, step: number, score: number, excess: number): number {
  const best = search.best[step]!;
  if (score < excess * mean(best)) return 1;
  return Math.min(1, SEARCHES * search.steps.length * groupP(score, { best }));
}

function describe(
  world: World,
  links: Links,
  area: Int32Array,
  { rows, columns }: { rows: ReadonlySet<number>; columns: ReadonlySet<number> },
  p: number,
  innocent: readonly InnocentExplanation[],
  level: number,
): Finding {
  const perPatient = new Map<number, number>();
  links.patient.forEach((m, e) => {
    if (rows.has(m) && columns.has(links.place[e]!))
      perPatient.set(m, (perPatient.get(m) ?? 0) + 1);
  });
  const inside = [...perPatient.values()];
  const expected = expectedLinks(links, area, { rows: [...rows], columns: [...columns] });
  const s = world.settlements;
  const settled = [...rows].flatMap((m) =>
    [...rowsOf(world, m)].filter((i) => columns.has(s.institution[i]!) && !s.cancelled[i]),
  );
  return {
    detector: ID,
    detectorVersion: VERSION,
    kind: 'ring',
    subjects: [
      ...[...columns].map((h) => institutionSubject(world, h)),
      ...memberSubjects(world, rows),
    ],
    reasons: [
      reason(world, ID, 'dense-core', {
        measured: inside.reduce((x, y) => x + y, 0),
        expected,
        unit: 'links',
        rows: settled,
        p,
      }),
      reason(world, ID, 'least-links', {
        measured: Math.min(...inside),
        expected: expected / Math.max(1, rows.size),
        unit: 'institutions',
        rows: settled,
      }),
    ],
    innocent,
    ...conclude(p, innocent, level),
    fundAtRisk: fundOf(world, settled),
  };
}

/** What is left of the block without the people or places that a hypothesis accounts for. */
function explain(
  world: World,
  params: Parameters,
  search: Search,
  step: number,
  block: Block,
): InnocentExplanation[] {
  const { address, employer } = world.patients;
  const once = (group: Int32Array) => {
    const seen = new Set<number>();
    return new Set(
      [...block.rows].filter((m) => {
        if (group[m]! < 0) return true;
        const isNew = !seen.has(group[m]!);
        seen.add(group[m]!);
        return isNew;
      }),
    );
  };
  const all = { rows: new Set(block.rows), columns: new Set(block.columns) };
  const visitors = new Map<number, number>();
  search.links.place.forEach((h, e) => {
    if (!all.rows.has(search.links.patient[e]!)) visitors.set(h, (visitors.get(h) ?? 0) + 1);
  });
  const many = quantileSorted(Float64Array.from(visitors.values()).sort(), CENTRE);
  const hypotheses = [
    { code: 'same-address', rows: once(address), columns: all.columns },
    { code: 'same-employer', rows: once(employer), columns: all.columns },
    {
      code: 'referral-centre',
      rows: all.rows,
      columns: new Set([...all.columns].filter((h) => (visitors.get(h) ?? 0) <= many)),
    },
  ];
  return ranked(
    hypotheses.map(({ code, rows, columns }) => {
      const score = blockScore(search.links, rows, columns, search.steps[step]!);
      return {
        code,
        // Any part taken away thins the block: half of the margin is enough for what is left.
        q: pOf(search, step, score, (1 + params.excess) / 2),
        weight: Math.max(0, 1 - score / block.score),
      };
    }),
  );
}
