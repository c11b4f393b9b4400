import { randomUUID } from 'node:crypto';
import { loadDictionary } from '../ingest/dictionary.js';
import { listCounties } from '../landing/events.js';
import { openReader } from '../landing/reader.js';
import { RingfenceError } from '../model/errors.js';
import type { RunRules } from '../model/rules.js';
import type { Period } from '../model/time.js';
import { differences, type RingDifference } from '../scoring/differences.js';
import { checkRules } from '../scoring/rules.js';
import { type Plan, type RebuildNeeds, ringsOf, rulesFor, type Search } from './rebuild.js';
import type { Flow } from './types.js';

export interface Rehearsal {
  /** The run that it was compared with. */
  readonly run: string;
  readonly period: Period;
  readonly rules: RunRules;
  /** False where the run was made by another version of the program: differences may come of that. */
  readonly sameCode: boolean;
  /** Rings of both, the same ones included. */
  readonly before: number;
  readonly after: number;
  readonly differences: readonly RingDifference[];
}

interface RehearsalPlan extends Plan {
  readonly rules: RunRules;
  readonly compared: string;
  readonly sameCode: boolean;
}

/**
 * What other rules would change: the newest run's search again, on its data, period and seed, with the given
 * rules instead of the data directory's. Its rings take their names from the run's. Nothing is published.
 */
export function createRehearsal(
  { landing, graph, code }: RebuildNeeds,
  search: Search,
): Flow<'rehearse'> {
  return {
    async plan({ file, rules: given }, ctx) {
      const set = checkRules(given, file, loadDictionary(landing.dir));
      const last = await graph.read.run();
      const snapshot = last && (await landing.snapshotAt(last.ledgerVersion));
      if (!last || !snapshot)
        throw new RingfenceError(
          'conflict',
          last
            ? `The data that run ${last.id} was made of were pruned away`
            : 'There is no run to compare with',
          'Run `ringfence rebuild` first.',
        );
      const reader = await openReader(snapshot, landing.readerOptions({ signal: ctx.signal }));
      try {
        const { period, seed } = last;
        const counties = (await listCounties(reader)).map((c) => c.county);
        const { rules } = await rulesFor(reader, period, set);
        const plan: RehearsalPlan = {
          version: last.ledgerVersion,
          period,
          seed,
          folder: randomUUID(),
          rules: rules!,
          compared: last.id,
          sameCode: last.code === code,
        };
        return { plan, parts: counties };
      } finally {
        await reader.close();
      }
    },

    part: search.part,

    async join(raw, parts, ctx): Promise<Rehearsal> {
      const plan = raw as RehearsalPlan;
      const before = await ringsOf(graph, plan.compared);
      const { rings } = await search.run(plan, parts, `rehearsal-${ctx.jobId}`, before, ctx);
      search.clear(ctx.jobId);
      return {
        run: plan.compared,
        period: plan.period,
        rules: plan.rules,
        sameCode: plan.sameCode,
        before: before.length,
        after: rings.length,
        differences: differences(before, rings),
      };
    },
  };
}
