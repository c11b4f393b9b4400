import type { Links } from '../../algorithms/placeLinks.js';
import type { Finding, InnocentExplanation } from '../../model/finding.js';
import { rowsOf } from '../../projection/indexes.js';
import type { World } from '../../projection/world.js';
import {
  conclude,
  type Fact,
  fundOf,
  institutionSubject,
  memberSubjects,
  reason,
} from '../telling.js';
import { expectedLinks } from './links.js';

export const ID = 'rent-a-patient-core';
export const VERSION = 7;

const review = (concluded: ReturnType<typeof conclude>, unknown = false) =>
  unknown && concluded.status === 'finding' ? { status: 'review' as const, p: null } : concluded;

const total = (values: readonly number[]) => values.reduce((x, y) => x + y, 0);

/** People × places, all joined with all. */
export interface Core {
  readonly rows: ReadonlySet<number>;
  readonly columns: ReadonlySet<number>;
  /** Days on which two of them were at one of the places: of all pairs, and what chance would give. */
  readonly joint?: Fact;
  /** So little is known of where they live that they may be one family: for review, without a p. */
  readonly unknown?: boolean;
}

export function describeCore(
  world: World,
  links: Links,
  area: Int32Array,
  { rows, columns, joint, unknown }: Core,
  p: number,
  innocent: readonly InnocentExplanation[],
  level: number,
): Finding {
  const perPatient = new Map<number, number>();
  links.patient.forEach((m, e) => {
    if (rows.has(m) && columns.has(links.place[e]!))
      perPatient.set(m, (perPatient.get(m) ?? 0) + 1);
  });
  const inside = [...perPatient.values()];
  const expected = total(expectedLinks(links, area, [...rows], [...columns]));
  const s = world.settlements;
  const settled = [...rows].flatMap((m) =>
    [...rowsOf(world, m)].filter((i) => columns.has(s.institution[i]!) && !s.cancelled[i]),
  );
  const dense = reason(world, ID, 'dense-core', {
    measured: total(inside),
    expected,
    unit: 'links',
    rows: settled,
    ...(joint ? {} : { p }),
  });
  const least = reason(world, ID, 'least-links', {
    measured: Math.min(...inside),
    expected: expected / Math.max(1, rows.size),
    unit: 'institutions',
    rows: settled,
  });
  return {
    detector: ID,
    detectorVersion: VERSION,
    kind: 'ring',
    subjects: [
      ...[...columns].map((h) => institutionSubject(world, h)),
      ...memberSubjects(world, rows),
    ],
    reasons: joint ? [reason(world, ID, 'joint-days', joint), dense, least] : [dense, least],
    innocent,
    ...review(conclude(p, innocent, level), unknown),
    fundAtRisk: fundOf(world, settled),
  };
}
