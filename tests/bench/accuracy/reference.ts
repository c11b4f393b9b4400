import type { WorldPlan, WorldResult } from './worlds.js';

/** What was found of a small world when the reference was frozen; CI measures it again. */
export interface Reference {
  readonly plan: WorldPlan;
  /** Rings found of rings planted, by type. */
  readonly types: Readonly<Record<string, { readonly found: number; readonly rings: number }>>;
  readonly found: number;
  /** Findings that match no case. */
  readonly wrong: number;
  readonly lookalikes: number;
}

export function referenceOf({ plan, evaluation }: WorldResult): Reference {
  const { overall, types, lookalikes } = evaluation;
  const found = (q: typeof overall) => Math.round(q.rings * (q.recall.all ?? 0));
  return {
    plan,
    types: Object.fromEntries(
      Object.entries(types).map(([type, q]) => [type, { found: found(q), rings: q.rings }]),
    ),
    found: found(overall),
    wrong: Math.round(overall.findings * (1 - (overall.precision.list ?? 1))),
    lookalikes: lookalikes?.covered ?? 0,
  };
}
