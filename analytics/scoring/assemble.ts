import { selectiveQ } from '../algorithms/multiplicity.js';
import type {
  Finding,
  FindingStatus,
  InnocentExplanation,
  Reason,
  Ring,
  Subject,
} from '../model/finding.js';
import type { Period } from '../model/time.js';
import { identify, lineId } from './identity.js';
import { type Bills, joinFindings } from './joining.js';

/** The list's level: a finding is printed when its q is at most this. */
export const Q_LEVEL = 0.05;
/** q below this is the same evidence to a reader: money decides the order from there on. */
const EVIDENCE_DECADES = 6;
const MONEY_SHARE = 0.1;
/** 10 million yuan and more weigh alike. */
const MONEY_DECADES = 9;

export interface Assembled {
  readonly rings: readonly Ring[];
  /** Drafts that did not reach the list, for the risk profiles: subjects and 1 − q. */
  readonly faint: ReadonlyArray<{ subjects: readonly Subject[]; q: number }>;
}

/**
 * Findings of one case become one ring (`joinFindings`). Their p is family-wise inside its detector already, so q
 * corrects for the detectors only (DETECTORS.md §1, N2): `weights` has those that ran; `bills` has the settlements they rest on.
 */
export function assemble(
  findings: readonly Finding[],
  weights: ReadonlyMap<string, number>,
  period: Period,
  previous: readonly Ring[],
  bills: Bills,
): Assembled {
  const drafts = joinFindings(findings, weights, Q_LEVEL, bills);
  const tested = drafts.filter((d) => d.p !== null);
  const q = selectiveQ(
    tested.map((d) => d.p!),
    tested.map((d) => d.findings[0]!.detector),
    weights,
  );
  const qOf = new Map(tested.map((d, i) => [d, q[i]!]));
  const listed: Array<Omit<Ring, 'ring' | 'change'>> = [];
  const faint: Array<{ subjects: readonly Subject[]; q: number }> = [];
  for (const draft of drafts) {
    const value = qOf.get(draft) ?? null;
    const strongest = draft.findings[0]!;
    const { subjects } = draft;
    if (draft.status === 'finding' && value !== null && value > Q_LEVEL) {
      faint.push({ subjects, q: value });
      continue;
    }
    const [first, ...rest] = draft.findings.flatMap((f): readonly Reason[] => f.reasons);
    const fundAtRisk = Math.max(...draft.findings.map((f) => f.fundAtRisk));
    listed.push({
      id: lineId(strongest.detector, subjects, `${period.from}/${period.to}`),
      detector: strongest.detector,
      kind: strongest.kind,
      status: draft.status,
      score: scoreOf(draft.status, value, fundAtRisk),
      q: draft.status === 'review' ? null : value,
      subjects,
      period,
      reasons: [first!, ...rest],
      innocent: mergeInnocent(draft.findings),
      fundAtRisk,
    });
  }
  listed.sort((x, y) => y.score - x.score || (x.id < y.id ? -1 : 1));
  const names = identify(
    listed.map((r) => r.subjects),
    previous,
  );
  return { rings: listed.map((r, i) => ({ ...r, ...names[i]! })), faint };
}

/**
 * Evidence first (decades of q, in halves), money second. What is explained or for review stands
 * below every finding.
 */
function scoreOf(status: FindingStatus, q: number | null, fund: number): number {
  const money = Math.min(1, Math.log10(1 + Math.max(0, fund)) / MONEY_DECADES);
  const decades =
    q === null ? 0 : Math.min(EVIDENCE_DECADES, Math.max(0, -Math.log10(Math.max(q, 1e-300))));
  const evidence = Math.floor(decades * 2) / 2 / EVIDENCE_DECADES;
  const raw = (1 - MONEY_SHARE) * evidence + MONEY_SHARE * money;
  const score =
    status === 'finding' ? 0.5 + raw / 2 : status === 'review' ? 0.25 + raw / 4 : raw / 4;
  return Math.round(score * 1e6) / 1e6;
}

function mergeInnocent(findings: readonly Finding[]): InnocentExplanation[] {
  const best = new Map<string, InnocentExplanation>();
  for (const f of findings)
    for (const x of f.innocent) {
      const known = best.get(x.code);
      if (!known || x.q > known.q) best.set(x.code, x);
    }
  return [...best.values()].sort((x, y) => y.q - x.q || (x.code < y.code ? -1 : 1));
}
