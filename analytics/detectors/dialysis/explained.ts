import type { InnocentExplanation } from '../../model/finding.js';
import { KINDS, type Kind } from './combine.js';
import type { CentreJudgement, PairJudgement } from './judge.js';

/** What makes good the evidence of each kind, where it is made good. */
function codeOf(kind: Kind, naive: PairJudgement, strict: PairJudgement): string {
  if (kind === 'supports')
    return naive.supports?.isPackage ? 'package-price' : 'lab-billed-elsewhere';
  if (kind === 'stays')
    return strict.conflicts.stays.edge > 0 ? 'same-day-transfer' : 'taken-from-ward';
  return kind === 'overFive' ? 'acute-dialysis' : 'record-error';
}

/**
 * Which innocent explanations account for a centre that would be found without them. `weight` is the
 * share of the evidence (in nats) that is gone once they are allowed for, `q` that of what is left.
 */
export function explanations(
  naive: CentreJudgement,
  strict: CentreJudgement,
): InnocentExplanation[] {
  const left = new Map(strict.pairs.map((x) => [x.pair.patient, x]));
  const gone = new Map<string, { nats: number; kind: Kind }>();
  let total = 0;
  for (const before of naive.members) {
    const after = left.get(before.pair.patient);
    for (const kind of KINDS) {
      const nats = -(before.logP.get(kind) ?? 0);
      const explained = nats + (after?.logP.get(kind) ?? 0);
      total += nats;
      if (!after || explained <= 0) continue;
      const code = codeOf(kind, before, after);
      gone.set(code, { nats: (gone.get(code)?.nats ?? 0) + explained, kind });
    }
  }
  return [...gone]
    .map(([code, { nats, kind }]) => ({
      code,
      q: Math.min(1, strict.byKind.get(kind) ?? 1),
      weight: Math.round((nats / total) * 1000) / 1000,
    }))
    .filter((x) => x.weight > 0)
    .sort((a, b) => b.weight - a.weight || (a.code < b.code ? -1 : 1));
}
