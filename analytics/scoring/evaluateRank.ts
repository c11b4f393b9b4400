/** How well scores put the guilty first, with what a blind order would reach beside it. */
export interface RankQuality {
  /** Area under the precision–recall curve; null without positives. */
  readonly auprc: number | null;
  /** Share of positives: the AUPRC of a blind order. */
  readonly prevalence: number | null;
  readonly positives: number;
  readonly population: number;
}

/**
 * Average precision, Σ (R_n − R_{n−1})·P_n over the distinct scores from the highest (Davis &
 * Goadrich 2006; the step form, not interpolated). Entities of equal score enter together, so the
 * order inside a tie is of no account; whoever has no score stands below all scores, as one tie.
 *
 * `scores` holds id → score; `leftOut` are neither positive nor negative; `population` is the number
 * of entities that exist, and is raised to those that are seen here.
 */
export function rankQuality(
  scores: ReadonlyMap<string, number>,
  positives: ReadonlySet<string>,
  leftOut: ReadonlySet<string>,
  population: number,
): RankQuality {
  const ranked = [...scores].filter(([id]) => positives.has(id) || !leftOut.has(id));
  ranked.sort((a, b) => b[1] - a[1]);
  let unscored = 0;
  for (const id of positives) if (!scores.has(id)) unscored++;
  let omitted = 0;
  for (const id of leftOut) if (!positives.has(id)) omitted++;
  const size = Math.max(population - omitted, ranked.length + unscored);
  if (positives.size === 0)
    return { auprc: null, prevalence: size > 0 ? 0 : null, positives: 0, population: size };
  let hits = 0;
  let area = 0;
  for (let i = 0; i < ranked.length; ) {
    const score = ranked[i]![1];
    const before = hits;
    while (i < ranked.length && ranked[i]![1] === score) {
      if (positives.has(ranked[i]![0])) hits++;
      i++;
    }
    area += ((hits - before) / positives.size) * (hits / i);
  }
  area += (unscored / positives.size) * (positives.size / size);
  return {
    auprc: Math.min(1, area),
    prevalence: positives.size / size,
    positives: positives.size,
    population: size,
  };
}
