import type { Finding } from '../model/finding.js';

/**
 * Findings of two searches that share one detector's level, the second with `share` of it (0 … 1, chosen before
 * the data are seen): each p is divided by its search's share, so that together they are family-wise again
 * (weighted Bonferroni; Holm 1979, §4).
 */
export function shareLevel(
  first: readonly Finding[],
  second: readonly Finding[],
  share: number,
): Finding[] {
  const at = (findings: readonly Finding[], part: number) =>
    findings.map((f) => (f.p === null ? f : { ...f, p: Math.min(1, f.p / part) }));
  return [...at(first, 1 - share), ...at(second, share)];
}
