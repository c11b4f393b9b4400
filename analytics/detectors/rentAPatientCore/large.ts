import { blockScore, denseBlocks, redrawnBlocks } from '../../algorithms/denseBlocks.js';
import { groupP } from '../../algorithms/pairGroups.js';
import type { Block } from '../../algorithms/peel.js';
import type { Links } from '../../algorithms/placeLinks.js';
import { mean, quantileSorted } from '../../algorithms/robust.js';
import { throwIfAborted } from '../../model/errors.js';
import type { InnocentExplanation } from '../../model/finding.js';
import { createRng, deriveSeed } from '../../model/rng.js';
import type { World } from '../../projection/world.js';
import type { DetectorContext } from '../detector.js';
import { ranked } from '../telling.js';
import type { Core } from './describe.js';

/** For cores that stand out in the whole world, for joint days, and for small ones by what their homes do. */
export const SEARCHES = 3;
/** Blocks taken one after another at each step, and the factor between the steps of `minLinks`. */
const BLOCKS = 3;
const STEPS = 5;
const STEP = 1.6;
/** Worlds drawn before deciding whether any block is worth the others. */
const FIRST_WORLDS = 3;
/** Places above this quantile of visitors are where everybody goes. */
const CENTRE = 0.95;

export interface LargeParameters {
  readonly minLinks: number;
  readonly patients: number;
  readonly institutions: number;
  readonly excess: number;
  readonly worlds: number;
  readonly q: number;
}

interface LargeCore extends Core {
  readonly p: number;
  readonly innocent: readonly InnocentExplanation[];
}

interface Search {
  readonly links: Links;
  readonly area: Int32Array;
  /** `minLinks` of each step. */
  readonly steps: readonly number[];
  /** Best scores of the redrawn worlds, by step. */
  readonly best: readonly Float64Array[];
}

/** The densest blocks of the whole world, against blocks of worlds in which the links are dealt again. */
export function largeCores(
  world: World,
  params: LargeParameters,
  links: Links,
  area: Int32Array,
  context: DetectorContext,
): LargeCore[] {
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
  params: LargeParameters,
  search: Search,
  promising: ReadonlyArray<readonly Block[]>,
  context: DetectorContext,
): LargeCore[] {
  const candidates = promising
    .flatMap((blocks, step) => blocks.map((block) => ({ block, step })))
    .map((c) => ({ ...c, p: pOf(search, c.step, c.block.score, params.excess) }))
    .filter((c) => c.p <= params.q)
    .sort((x, y) => x.p - y.p || y.block.score - x.block.score || x.step - y.step);
  const told = new Set<number>();
  const cores: LargeCore[] = [];
  for (const { block, step, p } of candidates) {
    throwIfAborted(context.signal);
    const fresh = block.rows.filter((r) => !told.has(r)).length;
    if (fresh * 2 < block.rows.length) continue;
    for (const r of block.rows) told.add(r);
    const core = { rows: new Set(block.rows), columns: new Set(block.columns) };
    const innocent = explain(world, params, search, step, block);
    cores.push({ ...core, p, innocent });
  }
  return cores;
}

/** Family-wise over the steps; 1 where the density is not far enough beyond the redrawn worlds. */
function pOf(search: Search, step: number, score: number, excess: number): number {
  const best = search.best[step]!;
  if (score < excess * mean(best)) return 1;
  return Math.min(1, SEARCHES * search.steps.length * groupP(score, { best }));
}

/** What is left of the block without the people or places that a hypothesis accounts for. */
function explain(
  world: World,
  params: LargeParameters,
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
