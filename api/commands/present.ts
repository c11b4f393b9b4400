import type { Ring, RiskProfile } from '../../analytics/model/finding.js';
import { formatFen } from '../../analytics/model/money.js';

/** One line of `ringfence findings`, to the letter of DATA.md §2. */
export function findingLine(ring: Ring): Record<string, unknown> {
  return {
    id: ring.id,
    ring: ring.ring,
    detector: ring.detector,
    kind: ring.kind,
    status: ring.status,
    score: ring.score,
    q: ring.q,
    subjects: ring.subjects.map(({ kind, id, role }) => ({ kind, id, role })),
    period: { from: ring.period.from, to: ring.period.to },
    reasons: ring.reasons.map((r) => ({
      code: r.code,
      detector: r.detector,
      measured: r.measured,
      expected: r.expected,
      unit: r.unit,
      settlements: r.settlements,
    })),
    innocent: ring.innocent.map(({ code, q, weight }) => ({ code, q, weight })),
    fundAtRisk: formatFen(ring.fundAtRisk),
  };
}

/** One line of `ringfence profiles`; `parts` where verdicts moved it. */
export function profileLine(profile: RiskProfile): Record<string, unknown> {
  const { kind, id, score, grade, findings, parts } = profile;
  return { kind, id, score, grade, findings, ...(parts ? { parts } : {}) };
}
