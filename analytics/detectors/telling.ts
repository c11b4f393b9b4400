import {
  type Finding,
  type FindingStatus,
  type InnocentExplanation,
  REASON_SETTLEMENTS_MAX,
  type Reason,
  type Subject,
} from '../model/finding.js';
import type { World } from '../projection/world.js';
import { bestExplanation, round } from './explanations.js';

/** How findings are put into words by the detectors that test one entity or group at a time. */

export interface Fact {
  readonly measured: number;
  readonly expected: number;
  readonly unit: string;
  /** Indexes of settlements, the strongest first; one that is there twice is named once. */
  readonly rows: readonly number[];
  readonly p?: number | undefined;
}

/** A measured fact of a detector. */
export function reason(world: World, detector: string, what: string, fact: Fact): Reason {
  return {
    code: `${detector}.${what}`,
    detector,
    measured: round(fact.measured),
    expected: round(fact.expected),
    unit: fact.unit,
    settlements: [...new Set(fact.rows)]
      .slice(0, REASON_SETTLEMENTS_MAX)
      .map((i) => world.settlements.ids[i]!),
    ...(fact.p === undefined ? {} : { p: fact.p }),
  };
}

/**
 * Status and p after the innocent explanations: `explained` where the best of them leaves less than
 * the level, `finding` where what is left still stands; `p` is never below the q of the best.
 */
export function conclude(
  p: number,
  innocent: readonly InnocentExplanation[],
  level: number,
): { readonly status: FindingStatus; readonly p: number } {
  const left = bestExplanation(innocent);
  return { status: left > level ? 'explained' : 'finding', p: Math.max(p, left) };
}

/** Explanations in the order they are shown: the best first. */
export function ranked(innocent: readonly InnocentExplanation[]): InnocentExplanation[] {
  return innocent
    .map(({ code, q, weight }) => ({ code, q: Math.min(1, q), weight: round(weight) }))
    .sort((x, y) => y.q - x.q || (x.code < y.code ? -1 : 1));
}

export function institutionSubject(world: World, h: number): Subject {
  return { kind: 'institution', id: world.institutions.ids[h]!, role: 'core' };
}

export function doctorSubject(world: World, doctor: number): Subject {
  return { kind: 'doctor', id: world.doctors[doctor]!, role: 'doctor' };
}

export function memberSubjects(world: World, patients: Iterable<number>): Subject[] {
  return [...new Set(patients)]
    .sort((x, y) => x - y)
    .map((m): Subject => ({ kind: 'patient', id: world.patients.ids[m]!, role: 'member' }));
}

export function itemSubjects(world: World, items: Iterable<number>): Subject[] {
  return [...new Set(items)]
    .sort((x, y) => x - y)
    .map((i): Subject => ({ kind: 'drug', id: world.items.ids[i]!, role: 'item' }));
}

/** Fen that the fund paid for some settlements, each counted once. */
export function fundOf(world: World, rows: Iterable<number>): number {
  let sum = 0;
  for (const i of new Set(rows)) sum += Math.max(0, world.settlements.fund[i]!);
  return sum;
}

/** Detectors give their findings in one order, whatever they looked at first. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const name = (f: Finding) => f.subjects.map((s) => s.id).join('|');
  return [...findings].sort((x, y) => (x.p ?? 1) - (y.p ?? 1) || (name(x) < name(y) ? -1 : 1));
}
