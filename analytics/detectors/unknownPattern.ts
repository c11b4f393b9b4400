import { z } from 'zod';
import { groupP } from '../algorithms/pairGroups.js';
import { mean } from '../algorithms/robust.js';
import { throwIfAborted } from '../model/errors.js';
import { createRng, deriveSeed } from '../model/rng.js';
import type { Detector } from './detector.js';
import { inOrder } from './telling.js';
import { cellsOf, type Pattern, patternsOf, weeksOf } from './unknownPattern/blocks.js';
import { describePattern, ID, VERSION } from './unknownPattern/describe.js';
import { moveWeeks, purchasesOf } from './unknownPattern/purchases.js';

/** Patterns taken one after another; each has to stand against the best of each redrawn world. */
const BLOCKS = 3;
/** Worlds drawn before deciding whether any pattern is worth the others. */
const FIRST_WORLDS = 3;

const parameters = z.object({
  units: z
    .number()
    .int()
    .min(3)
    .max(100)
    .default(5)
    .describe('Unrelated people (households count once) of a pattern, at least'),
  weeks: z
    .number()
    .int()
    .min(2)
    .max(52)
    .default(4)
    .describe('Weeks in which they buy the same drugs at the same places, at least'),
  excess: z
    .number()
    .min(1)
    .max(10)
    .default(1.3)
    .describe('Score at least so many times the mean of the best patterns of redrawn worlds'),
  worlds: z
    .number()
    .int()
    .min(50)
    .max(1000)
    .default(50)
    .describe('Redrawn worlds that patterns are compared with (N2)'),
  q: z.number().min(0.0001).max(0.2).default(0.05).describe('Level of the list'),
});

export type UnknownPatternParameters = z.output<typeof parameters>;

/**
 * Patterns that no other detector was written for: people, institutions, drugs and weeks that go together far
 * beyond habit (异常关联), told by what makes them unusual.
 */
export const unknownPattern: Detector<typeof parameters> = {
  id: ID,
  version: VERSION,
  parameters,
  needs: ['fee_list_d'],
  uses: ['hilist_b'],
  async detect(world, params, context) {
    throwIfAborted(context.signal);
    const purchases = purchasesOf(world);
    const cells = new Int32Array(cellsOf(purchases));
    const search = (week: Int32Array) =>
      patternsOf(purchases, week, cells, { blocks: BLOCKS, signal: context.signal });
    const found = search(purchases.week).filter(
      (p) => p.units.size >= params.units && weeksOf(p, purchases.weeks).size >= params.weeks,
    );
    if (found.length === 0) return [];
    const best: number[] = [];
    const draw = (to: number) => {
      for (let w = best.length; w < to; w++) {
        throwIfAborted(context.signal);
        const rng = createRng(deriveSeed(context.seed, `weeks ${w}`));
        // Whatever its size: honest worlds rarely have a large one, and a table of zeros would say nothing.
        best.push(search(moveWeeks(purchases, rng))[0]?.score ?? 0);
        context.progress?.({ phase: 'redrawing weeks', done: w + 1, total: params.worlds });
      }
    };
    draw(FIRST_WORLDS);
    const promising = (p: Pattern) => p.score >= params.excess * mean(best);
    if (!found.some(promising)) return [];
    draw(params.worlds);
    const table = { best: Float64Array.from(best) };
    const pOf = (score: number) => (score >= params.excess * mean(best) ? groupP(score, table) : 1);
    const findings = found
      .filter((p) => pOf(p.score) <= params.q)
      .map((p) => describePattern(world, params, purchases, p, pOf));
    return inOrder(findings);
  },
};
