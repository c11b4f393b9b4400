import { selectiveQ } from '../algorithms/multiplicity.js';
import {
  type Finding,
  type FindingStatus,
  type InnocentExplanation,
  patientsOf,
  type Reason,
  type Ring,
  type Subject,
} from '../model/finding.js';
import { entityKey } from '../model/ids.js';
import type { Period } from '../model/time.js';
import { identify, lineId } from './identity.js';

/** The list's level: a finding is printed when its q is at most this. */
export const Q_LEVEL = 0.05;
/** q below this is the same evidence to a reader: money decides the order from there on. */
const EVIDENCE_DECADES = 6;
const MONEY_SHARE = 0.1;
/** 10 million yuan and more weigh alike. */
const MONEY_DECADES = 9;

interface Draft {
  readonly findings: readonly Finding[];
  readonly status: FindingStatus;
  readonly p: number | null;
}

export interface Assembled {
  readonly rings: readonly Ring[];
  /** Drafts that did not reach the list, for the risk profiles: subjects and 1 − q. */
  readonly faint: ReadonlyArray<{ subjects: readonly Subject[]; q: number }>;
}

/**
 * Findings that share people become one ring. Their p is family-wise inside its detector already, so q
 * corrects for the detectors only (DETECTORS.md §1, N2): `weights` has those that ran.
 */
export function assemble(
  findings: readonly Finding[],
  weights: ReadonlyMap<string, number>,
  period: Period,
  previous: readonly Ring[],
): Assembled {
  const drafts = withPlaces(mergeByPeople(findings, weights), weights);
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
    const subjects = mergeSubjects(draft.findings);
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

/** Findings whose patients overlap by half of the smaller are one, the surest first. */
function mergeByPeople(
  findings: readonly Finding[],
  weights: ReadonlyMap<string, number>,
): Draft[] {
  const doubt = ({ p, detector }: Finding) =>
    p === null ? Number.MAX_VALUE : p / weights.get(detector)!;
  const sorted = findings.toSorted(
    (x, y) =>
      doubt(x) - doubt(y) || y.fundAtRisk - x.fundAtRisk || (x.detector < y.detector ? -1 : 1),
  );
  const parent = sorted.map((_, i) => i);
  const find = (i: number): number => (parent[i] === i ? i : find(parent[i]!));
  const people = sorted.map(patientsOf);
  const holders = new Map<string, number[]>();
  people.forEach((ids, i) => {
    for (const id of ids) holders.set(id, [...(holders.get(id) ?? []), i]);
  });
  people.forEach((ids, i) => {
    const overlap = new Map<number, number>();
    for (const id of ids)
      for (const j of holders.get(id)!) if (j < i) overlap.set(j, (overlap.get(j) ?? 0) + 1);
    for (const [j, n] of overlap)
      if (
        sorted[i]!.status === sorted[j]!.status &&
        n * 2 >= Math.min(ids.length, people[j]!.length)
      ) {
        const [x, y] = [find(i), find(j)];
        parent[Math.max(x, y)] = Math.min(x, y);
      }
  });
  const groups = new Map<number, Finding[]>();
  sorted.forEach((f, i) => {
    groups.set(find(i), [...(groups.get(find(i)) ?? []), f]);
  });
  return [...groups.values()].map((group) => ({
    findings: group,
    status: group[0]!.status,
    p: group[0]!.p,
  }));
}

/**
 * A place's own finding, which names no patient, adds its reasons to the surest ring that has all its core
 * places and would be on the list by itself: how sure the ring is stays the ring's.
 */
function withPlaces(drafts: readonly Draft[], weights: ReadonlyMap<string, number>): Draft[] {
  const sum = [...weights.values()].reduce((total, w) => total + w, 0);
  const sure = ({ p, findings }: Draft) =>
    p !== null && p <= (Q_LEVEL * weights.get(findings[0]!.detector)!) / sum;
  const namesNobody = (d: Draft) =>
    d.status === 'finding' && !d.findings.some((f) => f.subjects.some((s) => s.kind === 'patient'));
  const rings = drafts
    .filter((d) => !namesNobody(d))
    .map((d) => ({ ...d, findings: [...d.findings] }));
  const alone: Draft[] = [];
  for (const draft of drafts.filter(namesNobody)) {
    const places = draft.findings.flatMap(coreOf);
    const ring = rings.find(
      (d) =>
        d.status === 'finding' &&
        sure(d) &&
        places.length > 0 &&
        places.every((h) => d.findings.flatMap(coreOf).includes(h)),
    );
    if (ring) ring.findings.push(...draft.findings);
    else alone.push(draft);
  }
  return [...rings, ...alone];
}

const coreOf = (f: Finding) =>
  f.subjects.filter((s) => s.kind === 'institution' && s.role === 'core').map((s) => s.id);

/** Roles of the surest finding win. Order: role, then kind and id. */
function mergeSubjects(findings: readonly Finding[]): Subject[] {
  const seen = new Map<string, Subject>();
  for (const f of findings)
    for (const s of f.subjects) if (!seen.has(entityKey(s))) seen.set(entityKey(s), s);
  const rank = ['core', 'organiser', 'recruiter', 'doctor', 'member', 'item'];
  return [...seen.values()].sort(
    (x, y) => rank.indexOf(x.role) - rank.indexOf(y.role) || (entityKey(x) < entityKey(y) ? -1 : 1),
  );
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
