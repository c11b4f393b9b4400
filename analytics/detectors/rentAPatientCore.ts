import { z } from 'zod';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation } from '../model/finding.js';
import type { Detector } from './detector.js';
import {
  bestExplanation,
  provableUnits,
  sharedAttributes,
  testHypotheses,
} from './explanations.js';
import { listLevel, redrawnWorlds } from './parameters.js';
import { homeAreas } from './places.js';
import { smallCores } from './rentAPatientCore/circles.js';
import { dayCores } from './rentAPatientCore/days.js';
import { describeCore, ID, VERSION } from './rentAPatientCore/describe.js';
import { largeCores, SEARCHES } from './rentAPatientCore/large.js';
import { householdLinks, usedLinks } from './rentAPatientCore/links.js';
import { inOrder } from './telling.js';

const parameters = z.object({
  minLinks: z
    .number()
    .int()
    .min(3)
    .max(50)
    .default(6)
    .describe('People who used fewer institutions do not enter; also tried at steps of 1.6 times'),
  patients: z
    .number()
    .int()
    .min(3)
    .max(1000)
    .default(6)
    .describe('Unrelated patients of a core, at least'),
  institutions: z
    .number()
    .int()
    .min(3)
    .max(1000)
    .default(5)
    .describe('Institutions of a core, at least'),
  circleScore: z
    .number()
    .min(1)
    .max(100)
    .default(6)
    .describe(
      'Two people who share places rare for their homes start a small core above this score',
    ),
  dayScore: z
    .number()
    .min(1)
    .max(100)
    .default(2.5)
    .describe('Two people enter a core by joint days at several places above this score'),
  density: z
    .number()
    .min(0.1)
    .max(1)
    .default(0.35)
    .describe('Share of the possible links that a small core has, at least'),
  excess: z
    .number()
    .min(1)
    .max(10)
    .default(1.3)
    .describe('Density at least so many times that of the best block of redrawn worlds'),
  worlds: redrawnWorlds.describe('Redrawn worlds that blocks are compared with (N2)'),
  q: listLevel,
});

/** Many patients lent to many institutions, all joined with all (公布案例：122 家 × 181 人). */
export const rentAPatientCore: Detector<typeof parameters> = {
  id: ID,
  version: VERSION,
  parameters,
  needs: [],
  async detect(world, params, context) {
    throwIfAborted(context.signal);
    const used = usedLinks(world);
    const links = householdLinks(used, world.patients.household);
    const area = homeAreas(world);
    const told = new Set<number>();
    // Whom one search told the next need not tell again, unless an explanation took him off the list: a core may lie in a crowd
    // that a referral centre explains.
    const isTold = (members: readonly number[], innocent: readonly InnocentExplanation[]) => {
      const known = members.filter((m) => told.has(m)).length;
      if (bestExplanation(innocent) <= params.q) for (const m of members) told.add(m);
      return known * 2 > members.length;
    };
    const unknown = (members: readonly number[]) =>
      provableUnits(members, world.patients) < params.patients;
    const { cores: together, search } = dayCores(world, used, area, params, context);
    const days = together.flatMap(({ group, ...core }) => {
      const p = Math.min(1, SEARCHES * group.p);
      if (!search || p > params.q) return [];
      const innocent = testHypotheses(
        group.members,
        sharedAttributes(group.members, world.patients),
        search,
        world.patients.household,
        params.patients,
      );
      if (isTold([...core.rows], innocent)) return [];
      return [{ ...core, p, innocent, unknown: unknown(group.members) }];
    });
    const large = largeCores(world, params, links, area, context).filter(
      (core) => !isTold([...core.rows], core.innocent),
    );
    const small = smallCores(world, used, area, params, context).flatMap((core) => {
      const p = Math.min(1, SEARCHES * core.p);
      if (p > params.q || isTold([...core.rows], core.innocent)) return [];
      return [{ ...core, p, unknown: unknown([...core.rows]) }];
    });
    return inOrder(
      [...days, ...large, ...small].map(
        (core): Finding => describeCore(world, used, area, core, core.p, core.innocent, params.q),
      ),
    );
  },
};
