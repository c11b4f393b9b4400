import type { EntityKind, EntityRef } from './ids.js';
import type { Fen } from './money.js';
import type { RunRules } from './rules.js';
import type { Period } from './time.js';
import type { ProfilePart, RunVerdicts } from './verdict.js';

/** What a subject does in a ring (DATA.md §2). `core` is the ring's institutions, or the entity itself. */
export const ROLES = ['core', 'organiser', 'recruiter', 'doctor', 'member', 'item'] as const;
export type Role = (typeof ROLES)[number];

export interface Subject extends EntityRef {
  readonly role: Role;
}

/** Ids of the patients that a finding or ring names, in its order. */
export function patientsOf(of: { readonly subjects: readonly Subject[] }): string[] {
  return of.subjects.flatMap(({ kind, id }) => (kind === 'patient' ? [id] : []));
}

/**
 * `finding`: q ≤ .05 after the best innocent explanation. `explained`: an innocent explanation
 * accounts for it. `review`: no calibrated q.
 */
export type FindingStatus = 'finding' | 'explained' | 'review';

/** One measured fact beside what an honest world would show. */
export interface Reason {
  /** Stable code, `<detector>.<what>`; sentences in both languages hang on it. */
  readonly code: string;
  readonly detector: string;
  readonly measured: number;
  readonly expected: number;
  readonly unit: string;
  /** Settlements behind it: the strongest first, at most REASON_SETTLEMENTS_MAX. */
  readonly settlements: readonly string[];
  /** p-value of this reason alone, where it has one. */
  readonly p?: number;
}

export const REASON_SETTLEMENTS_MAX = 200;

/** A tested innocent hypothesis. `q` near 0 rejects it; `weight` is the share of the evidence it accounts for. */
export interface InnocentExplanation {
  readonly code: string;
  readonly q: number;
  readonly weight: number;
}

/** What one detector says. Reasons are a non-empty tuple: a finding without reasons does not compile. */
export interface Finding {
  readonly detector: string;
  readonly detectorVersion: number;
  readonly kind: 'ring' | 'entity';
  readonly subjects: readonly Subject[];
  readonly reasons: readonly [Reason, ...Reason[]];
  readonly innocent: readonly InnocentExplanation[];
  readonly status: FindingStatus;
  /** p-value, family-wise inside its detector; null where none is calibrated. */
  readonly p: number | null;
  readonly fundAtRisk: Fen;
}

/** Identity across runs. */
export type RingChange = 'born' | 'continued' | 'grew' | 'shrank' | 'split' | 'merged';

/** Findings that share people, assembled: one line of `ringfence findings`. */
export interface Ring {
  /** Id of this line in this run. */
  readonly id: string;
  /** Id of the ring across runs, `R-` and four or more of Crockford's base 32. */
  readonly ring: string;
  readonly detector: string;
  readonly kind: 'ring' | 'entity';
  readonly status: FindingStatus;
  readonly score: number;
  readonly q: number | null;
  readonly subjects: readonly Subject[];
  readonly period: Period;
  readonly reasons: readonly [Reason, ...Reason[]];
  readonly innocent: readonly InnocentExplanation[];
  readonly fundAtRisk: Fen;
  readonly change: RingChange;
}

export const GRADES = ['A', 'B', 'C', 'D', 'E'] as const;
/** A is the least suspicious, E the most. */
export type Grade = (typeof GRADES)[number];

export interface RiskProfile {
  readonly kind: EntityKind;
  readonly id: string;
  /** 0 … 1 */
  readonly score: number;
  readonly grade: Grade;
  /** Ids of the run's rings that this entity is a subject of. */
  readonly findings: readonly string[];
  /** What verdicts did to the score; absent where they did nothing. */
  readonly parts?: readonly ProfilePart[];
}

/** A detector that could not run, and why: never a silent zero. */
export interface DetectorOutcome {
  readonly detector: string;
  readonly version: number;
  readonly status: 'ran' | 'not-run';
  /** E.g. `no fee_list_d`. */
  readonly reason?: string;
  readonly findings: number;
  readonly seconds: number;
}

/** One weekly rebuild, whole. Repeatable to the byte from what it names. */
export interface DetectionRun {
  readonly id: string;
  readonly ledgerVersion: number;
  readonly code: string;
  readonly seed: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly period: Period;
  readonly detectors: readonly DetectorOutcome[];
  /** The bureau's rules that the parameters come from; absent without a file of rules. */
  readonly rules?: RunRules;
  /** The verdicts that moved the profiles; absent without any. */
  readonly verdicts?: RunVerdicts;
  readonly rings: readonly Ring[];
  readonly profiles: readonly RiskProfile[];
}
