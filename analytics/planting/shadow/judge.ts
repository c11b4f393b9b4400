import type { Ring } from '../../model/finding.js';
import type { Fen } from '../../model/money.js';
import type { Period } from '../../model/time.js';
import { evaluate } from '../../scoring/evaluate.js';
import type { Camouflage, Cast, PlantedType, Planting } from '../context.js';
import type { Survey } from './survey.js';

/** A planted ring in the bureau's own ids, and what the fund paid for it. */
export interface PlantedRing extends Cast<string> {
  readonly type: PlantedType;
  readonly camouflage: Camouflage;
  readonly fund: Fen;
}

/** What became of a planted ring. No ids: it never was. */
export interface PlantedOutcome {
  readonly type: PlantedType;
  readonly camouflage: Camouflage;
  readonly people: number;
  readonly institutions: number;
  readonly fund: Fen;
  /** Best Jaccard index of its people and institutions with any finding of the list; found from .5 on. */
  readonly found: boolean;
}

/**
 * The self-test of a run (DETECTORS.md §4.4): rings planted in shadow copies of its period and searched by
 * the same pipeline. Recall of what was planted, never the precision of what was found.
 */
export interface SelfTest {
  readonly run: string;
  readonly seed: number;
  readonly code: string;
  readonly period: Period;
  /** Shadow copies searched, each with some of the rings. */
  readonly worlds: number;
  readonly patients: number;
  readonly settlements: number;
  readonly plantings: readonly PlantedOutcome[];
}

export interface Cell {
  readonly type: PlantedType;
  readonly camouflage: Camouflage;
  readonly planted: number;
  readonly found: number;
}

/** The plantings of one world with their ids. `fund` is by number of the planting. */
export function plantedRings(
  { world }: Survey,
  plantings: readonly Planting[],
  fund: ReadonlyMap<number, Fen>,
): PlantedRing[] {
  const names = (handles: readonly number[], ids: readonly string[]) =>
    handles.map((h) => ids[h]!).sort();
  return plantings.map((p, ring) => ({
    type: p.type,
    camouflage: p.camouflage,
    patients: names(p.patients, world.patients.ids),
    institutions: names(p.institutions, world.institutions.ids),
    doctors: names(p.doctors, world.doctors),
    fund: fund.get(ring) ?? 0,
  }));
}

/** Which of the planted rings the findings of their world match, as `ringfence evaluate` matches them. */
export function judge(
  planted: readonly PlantedRing[],
  findings: readonly Ring[],
): PlantedOutcome[] {
  const { missed } = evaluate({
    findings,
    profiles: { patient: [], institution: [] },
    truth: planted.map((p, ring) => ({ ...p, ring: String(ring), drugs: [] })).map(truthOf),
  });
  const lost = new Set(missed.map((m) => m.ring));
  return planted.map((p, ring) => ({
    type: p.type,
    camouflage: p.camouflage,
    people: p.patients.length,
    institutions: p.institutions.length,
    fund: p.fund,
    found: !lost.has(String(ring)),
  }));
}

const truthOf = (p: PlantedRing & { ring: string; drugs: readonly string[] }) => ({
  ...p,
  camouflage: String(p.camouflage),
});

/** Planted and found by type and camouflage, in the order of first planting by type, then level. */
export function cellsOf(plantings: readonly PlantedOutcome[]): Cell[] {
  const cells = new Map<string, Cell>();
  for (const { type, camouflage, found } of plantings) {
    const key = `${type} ${camouflage}`;
    const before = cells.get(key) ?? { type, camouflage, planted: 0, found: 0 };
    cells.set(key, {
      ...before,
      planted: before.planted + 1,
      found: before.found + (found ? 1 : 0),
    });
  }
  return [...cells.values()].sort((a, b) =>
    a.type === b.type ? a.camouflage - b.camouflage : a.type < b.type ? -1 : 1,
  );
}

/**
 * Planted rings that were missed, the one that cost most first, of equals the one with most people. The first
 * of them is the evasion floor.
 */
export function costliestMissed(plantings: readonly PlantedOutcome[]): PlantedOutcome[] {
  return plantings.filter((p) => !p.found).sort((a, b) => b.fund - a.fund || b.people - a.people);
}
