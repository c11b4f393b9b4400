import type { Ring, RiskProfile } from '../model/finding.js';
import {
  type Matched,
  matched,
  membersOfCase,
  overlap,
  overlaps,
  touches,
} from './evaluateMatch.js';
import { type RankQuality, rankQuality } from './evaluateRank.js';
import type { TruthRing } from './evaluateTruth.js';

export { parseTruth, type TruthRing } from './evaluateTruth.js';

/** A finding is a case, and a case is found, from this overlap on. */
const MATCH = 0.5;
const FIRST = 100;

export interface EvaluateInput {
  /** All rings of a run, best first; only those of status `finding` are the list. */
  readonly findings: readonly Ring[];
  readonly profiles: {
    readonly patient: readonly RiskProfile[];
    readonly institution: readonly RiskProfile[];
  };
  readonly truth: readonly TruthRing[];
  readonly lookalikes?: readonly TruthRing[];
  /** How many settlements were looked at. */
  readonly settlements?: number;
  /** How many of each exist; without it, those with a profile or in the truth. */
  readonly population?: { readonly patient: number; readonly institution: number };
}

/** Numbers in [0, 1] are shares; null where there is nothing to take a share of. */
export interface Quality {
  readonly rings: number;
  /** Length of the list: all findings, or for a type those of its detector. */
  readonly findings: number;
  readonly recall: {
    /** Cases that some finding matches, whichever detector it is of. */
    readonly all: number | null;
    readonly first100: number | null;
    /** Cases matched by a finding in which the detector of their own type has a part. */
    readonly ownDetector: number | null;
  };
  readonly meanBestJaccard: number | null;
  readonly precision: Precision;
  /** The looser reading; see `touches`. */
  readonly touching: Precision;
  readonly auprc: { readonly institution: RankQuality; readonly patient: RankQuality };
  /** The cases of each level of camouflage, where the truth names it; the people of the others are left out. */
  readonly camouflage: Readonly<Record<string, Recall & Pick<Quality, 'auprc'>>>;
}

type Recall = Pick<Quality, 'rings' | 'recall' | 'meanBestJaccard'>;

export interface Precision {
  /** Over the first 20, or the whole list where it is shorter. */
  readonly at20: number | null;
  readonly at50: number | null;
  readonly at100: number | null;
  readonly list: number | null;
}

export interface Evaluation {
  readonly settlements?: number;
  /** Findings that match no case, for each 100,000 settlements. */
  readonly falsePer100k?: number;
  readonly overall: Quality;
  readonly types: Readonly<Record<string, Quality>>;
  readonly lookalikes?: { count: number; covered: number; share: number | null; names: string[] };
  readonly missed: ReadonlyArray<{ ring: string; type: string; bestJaccard: number }>;
}

interface Entry extends Matched {
  readonly right: boolean;
  readonly touching: boolean;
}

interface Case {
  readonly ring: TruthRing;
  readonly bestJaccard: number;
  readonly bestFirst: number;
  readonly bestOwn: number;
}

/**
 * Compares a run with planted or confirmed cases (DATA.md §2, `ringfence evaluate`). A finding and
 * a case match when the Jaccard index of their patients ∪ core institutions is at least .5 (of the
 * institutions alone where the case names no patients: a hospital's or doctor's own doing); a list
 * entry is right when it matches a case of any type. The quality of a type takes the cases of that
 * type, found by whichever detector; its precision is of that detector's own findings; its AUPRC
 * leaves out the people and places of other types' cases. Pure; the order of `truth` is of no account
 * but for `missed`.
 */
export function evaluate(input: EvaluateInput): Evaluation {
  const list = input.findings.filter((f) => f.status === 'finding');
  const caseMembers = input.truth.map(membersOfCase);
  const sharedWith = overlaps(caseMembers);
  const best = input.truth.map(() => ({ all: 0, first: 0, own: 0 }));
  const entries = list.map((finding, rank): Entry => {
    const entry = matched(finding);
    const { members, detectors } = entry;
    let right = false;
    let touching = false;
    for (const [c, shared] of sharedWith(members)) {
      const j = overlap(entry, input.truth[c]!, caseMembers[c]!.size, shared);
      const b = best[c]!;
      b.all = Math.max(b.all, j);
      if (rank < FIRST) b.first = Math.max(b.first, j);
      if (detectors.has(input.truth[c]!.type)) b.own = Math.max(b.own, j);
      right ||= j >= MATCH;
      touching ||= j >= MATCH || touches(members, caseMembers[c]!);
    }
    return { ...entry, right, touching };
  });
  const cases = input.truth.map((ring, c): Case => {
    const b = best[c]!;
    return { ring, bestJaccard: b.all, bestFirst: b.first, bestOwn: b.own };
  });
  const rank = rankOf(input);
  const types = [...new Set(input.truth.map((t) => t.type))].sort();
  const wrong = entries.filter((e) => !e.right).length;
  return {
    ...(input.settlements === undefined ? {} : { settlements: input.settlements }),
    ...(input.settlements ? { falsePer100k: (wrong / input.settlements) * 100_000 } : {}),
    overall: quality(cases, entries, rank),
    types: Object.fromEntries(
      types.map((type) => [
        type,
        quality(
          cases.filter((c) => c.ring.type === type),
          entries.filter((e) => e.detector === type),
          rank,
        ),
      ]),
    ),
    ...(input.lookalikes ? { lookalikes: covered(input.lookalikes, entries) } : {}),
    missed: cases
      .filter((c) => c.bestJaccard < MATCH)
      .map((c) => ({ ring: c.ring.ring, type: c.ring.type, bestJaccard: c.bestJaccard })),
  };
}

function share<T>(items: readonly T[], is: (item: T) => boolean): number | null {
  return items.length === 0 ? null : items.filter(is).length / items.length;
}

function recallOf(cases: readonly Case[]): Recall {
  const sum = cases.reduce((s, c) => s + c.bestJaccard, 0);
  return {
    rings: cases.length,
    recall: {
      all: share(cases, (c) => c.bestJaccard >= MATCH),
      first100: share(cases, (c) => c.bestFirst >= MATCH),
      ownDetector: share(cases, (c) => c.bestOwn >= MATCH),
    },
    meanBestJaccard: cases.length === 0 ? null : sum / cases.length,
  };
}

function quality(
  cases: readonly Case[],
  entries: readonly Entry[],
  rank: (cases: readonly Case[]) => Quality['auprc'],
): Quality {
  const precision = (is: (e: Entry) => boolean): Precision => ({
    at20: share(entries.slice(0, 20), is),
    at50: share(entries.slice(0, 50), is),
    at100: share(entries.slice(0, 100), is),
    list: share(entries, is),
  });
  const levels = [...new Set(cases.flatMap((c) => c.ring.camouflage ?? []))].sort();
  return {
    ...recallOf(cases),
    findings: entries.length,
    precision: precision((e) => e.right),
    touching: precision((e) => e.touching),
    auprc: rank(cases),
    camouflage: Object.fromEntries(
      levels.map((level) => {
        const own = cases.filter((c) => c.ring.camouflage === level);
        return [level, { ...recallOf(own), auprc: rank(own) }];
      }),
    ),
  };
}

/** How well people and places of some cases are ranked; those of all other cases are left out. */
function rankOf(input: EvaluateInput) {
  const membersOfKind = {
    institution: (t: TruthRing) => t.institutions,
    patient: (t: TruthRing) => t.patients,
  } as const;
  const scoresOf = (kind: 'institution' | 'patient') => {
    const scores = new Map<string, number>();
    for (const p of input.profiles[kind])
      scores.set(p.id, Math.max(p.score, scores.get(p.id) ?? 0));
    return scores;
  };
  const scores = { institution: scoresOf('institution'), patient: scoresOf('patient') };
  return (cases: readonly Case[]): Quality['auprc'] => {
    const counted = new Set(cases.map((c) => c.ring));
    const of = (kind: 'institution' | 'patient') => {
      const positives = new Set<string>();
      const leftOut = new Set<string>();
      for (const t of input.truth)
        for (const id of membersOfKind[kind](t)) (counted.has(t) ? positives : leftOut).add(id);
      return rankQuality(scores[kind], positives, leftOut, input.population?.[kind] ?? 0);
    };
    return { institution: of('institution'), patient: of('patient') };
  };
}

/** Look-alikes that one of the first 100 matches, or holds at least half of the patients of. */
function covered(lookalikes: readonly TruthRing[], entries: readonly Entry[]) {
  const first = entries.slice(0, FIRST);
  const names = lookalikes
    .filter((look) => {
      const members = membersOfCase(look);
      return first.some((entry) => {
        let shared = 0;
        let patients = 0;
        for (const m of members)
          if (entry.members.has(m)) {
            shared++;
            if (m.startsWith('p:')) patients++;
          }
        return (
          overlap(entry, { ...look, type: look.resembles }, members.size, shared) >= MATCH ||
          (patients > 0 && patients * 2 >= new Set(look.patients).size)
        );
      });
    })
    .map((look) => look.ring);
  return {
    count: lookalikes.length,
    covered: names.length,
    share: lookalikes.length === 0 ? null : names.length / lookalikes.length,
    names,
  };
}
