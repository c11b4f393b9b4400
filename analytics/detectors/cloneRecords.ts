import { z } from 'zod';
import { sidak } from '../algorithms/multiplicity.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation } from '../model/finding.js';
import { deriveSeed } from '../model/rng.js';
import type { World } from '../projection/world.js';
import { type CloneUnit, cloneUnits } from './clones/judge.js';
import { recordsByDiagnosis } from './clones/records.js';
import type { Detector } from './detector.js';
import { listLevel } from './parameters.js';
import {
  conclude,
  doctorSubject,
  fundOf,
  inOrder,
  institutionSubject,
  memberSubjects,
  ranked,
  reason,
} from './telling.js';

const DETECTOR = 'clone-records';
const VERSION = 2;

const parameters = z.object({
  similarity: z
    .number()
    .min(0.5)
    .max(1)
    .default(0.9)
    .describe('Jaccard similarity of the lists of items from which two bills are nearly one'),
  minRecords: z
    .number()
    .int()
    .min(3)
    .max(1000)
    .default(10)
    .describe('Bills nearly the same as one of them, at least'),
  minItems: z
    .number()
    .int()
    .min(2)
    .max(50)
    .default(5)
    .describe('Different items that a bill has at least'),
  q: listLevel,
});
type Parameters = z.output<typeof parameters>;

/** In-patient bills that one doctor or ward wrote from one another (病历、收费雷同). */
export const cloneRecords: Detector<typeof parameters> = {
  id: DETECTOR,
  version: VERSION,
  parameters,
  needs: ['fee_list_d'],
  async detect(world, params, context) {
    throwIfAborted(context.signal);
    const seed = deriveSeed(context.seed, 'minhash');
    const records = recordsByDiagnosis(world, { ...params, seed }, () =>
      throwIfAborted(context.signal),
    );
    const units = cloneUnits(world, records, params.minRecords);
    return inOrder(
      units
        .filter((u) => u.clones.length >= params.minRecords)
        .flatMap((u) => describe(world, u, units.length, params) ?? []),
    );
  },
};

function describe(
  world: World,
  unit: CloneUnit,
  looks: number,
  params: Parameters,
): Finding | undefined {
  const p = sidak(unit.p, looks);
  if (p > params.q) return undefined;
  const innocent: InnocentExplanation[] =
    unit.house === undefined
      ? []
      : [
          {
            code: 'pathway-template',
            q: sidak(unit.house, looks),
            weight: unit.house > unit.p ? 1 : 0,
          },
        ];
  const s = world.settlements;
  const rows = unit.clones;
  return {
    detector: DETECTOR,
    detectorVersion: VERSION,
    kind: 'ring',
    subjects: [
      institutionSubject(world, unit.institution),
      ...(unit.doctor >= 0 ? [doctorSubject(world, unit.doctor)] : []),
      ...memberSubjects(
        world,
        rows.map((row) => s.patient[row]!),
      ),
    ],
    reasons: [
      reason(world, DETECTOR, 'same-items', {
        ...{ measured: rows.length, expected: unit.expected, unit: 'stays', rows, p },
      }),
      reason(world, DETECTOR, 'share-of-records', {
        ...{ measured: rows.length / unit.records, expected: unit.expected / unit.records },
        ...{ unit: 'share', rows },
      }),
    ],
    innocent: ranked(innocent),
    // Nobody of the house to compare with: its pathway cannot be told from a copy.
    ...(unit.house === undefined ? { status: 'review', p: null } : conclude(p, innocent, params.q)),
    fundAtRisk: fundOf(world, rows),
  };
}
