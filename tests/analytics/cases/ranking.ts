import { expect } from 'vitest';
import { DETECTORS } from '../../../analytics/detectors/index.js';
import type { Finding, Ring } from '../../../analytics/model/finding.js';
import { deriveSeed } from '../../../analytics/model/rng.js';
import { assemble } from '../../../analytics/scoring/assemble.js';
import { billsOf } from '../../../analytics/scoring/joining.js';
import { buildWorld, type PlainWorld } from '../detectors/worldBuilder.js';

const SEED = 5;

/** The list that a world's reader sees, best first: every detector that has its tables, then the scoring. */
export async function ranking(plain: PlainWorld): Promise<readonly Ring[]> {
  const world = buildWorld(plain);
  const findings: Finding[] = [];
  const weights = new Map<string, number>();
  for (const detector of DETECTORS) {
    if (detector.needs.some((table) => world.missing.has(table))) continue;
    const params = detector.parameters.parse({});
    const context = { seed: deriveSeed(SEED, detector.id) };
    const screened = detector.screen?.(world, params, context) ?? [];
    findings.push(...(await detector.detect(world, params, context, screened)));
    weights.set(detector.id, detector.weight ?? 1);
  }
  return assemble(findings, weights, world.period, [], billsOf(world, findings)).rings;
}

export const findingsOf = (rings: readonly Ring[]) => rings.filter((r) => r.status === 'finding');

/** The ring among the first three whose first reason is that one. */
export function amongTheFirst(rings: readonly Ring[], code: string): Ring {
  const shown = rings.slice(0, 3).map((r) => `${r.status} ${r.q} ${r.reasons[0].code}`);
  const ring = rings.slice(0, 3).find((r) => r.reasons[0].code === code);
  expect(ring, `${code} among ${shown.join(', ')}`).toBeDefined();
  expect(ring!.status).toBe('finding');
  return ring!;
}

export const idsIn = (ring: Ring, kind: 'patient' | 'institution') =>
  ring.subjects.filter((s) => s.kind === kind).map((s) => s.id);
