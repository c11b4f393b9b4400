import { z } from 'zod';
import { sidak } from '../algorithms/multiplicity.js';
import { throwIfAborted } from '../model/errors.js';
import type { World } from '../projection/world.js';
import type { Detector } from './detector.js';
import { listLevel } from './parameters.js';
import { inOrder } from './telling.js';
import { DETECTOR, describe, VERSION } from './traceCodes/finding.js';
import { type JudgedSeller, type JudgedSite, together } from './traceCodes/groups.js';
import { type TraceSales, traceSales } from './traceCodes/loops.js';
import { traceSellers } from './traceCodes/sellers.js';
import { traceSites } from './traceCodes/sites.js';

const parameters = z.object({
  minRepeats: z
    .number()
    .int()
    .min(2)
    .max(100)
    .default(3)
    .describe('Repeated sales of codes at one institution, or of the packs of one card, at least'),
  rebillDays: z
    .number()
    .int()
    .min(0)
    .max(90)
    .default(30)
    .describe(
      'The same code for the same person at the same place within so many days is one bill',
    ),
  sharedCodes: z
    .number()
    .int()
    .min(1)
    .max(20)
    .default(2)
    .describe('Institutions with so many codes in common belong together'),
  q: listLevel,
});
/** Drug trace codes settled more than once: the packs went round, or never left (药品追溯码回流). */
export const traceCodeLoop: Detector<typeof parameters> = {
  id: DETECTOR,
  version: VERSION,
  parameters,
  needs: ['drug_trac_d'],
  uses: ['fee_list_d'],
  async detect(world, params, context) {
    const traced = traceSales(world, params.rebillDays);
    throwIfAborted(context.signal);
    const sites = judgedSites(world, traced);
    throwIfAborted(context.signal);
    const sellers = judgedSellers(world, traced);
    throwIfAborted(context.signal);
    const strong = {
      sites: sites.filter((s) => s.repeats >= params.minRepeats && s.p <= params.q),
      sellers: sellers.filter((s) => s.passed >= params.minRepeats && s.p <= params.q),
    };
    const findings = together(world, sites, strong, params).map((group) =>
      describe(world, traced, group, { status: 'finding', q: params.q }),
    );
    for (const s of sites) {
      const repeats = s.repeats + s.rebilled + s.parts + s.standIns;
      const odd = repeats >= params.minRepeats && s.pNaive <= params.q;
      if (odd && s.p > params.q)
        findings.push(
          describe(
            world,
            traced,
            { sites: [s], sellers: [], loops: s.loops, byPlace: true },
            { status: 'explained', q: params.q },
          ),
        );
    }
    return inOrder(findings);
  },
};

/** Places are one family and buyers the other: half of the level is for each. */
const familyWise = (logP: number, looks: number) => sidak(Math.exp(logP), 2 * looks);

function judgedSites(world: World, traced: TraceSales): JudgedSite[] {
  const sites = traceSites(world, traced);
  const pOf = (logP: number) => familyWise(logP, sites.length);
  return sites.map((s) => ({
    ...s,
    p: pOf(s.logP),
    pByLot: pOf(s.logPByLot),
    pRebilled: pOf(s.logPRebilled),
    pParts: pOf(s.logPParts),
    pStandIns: pOf(s.logPStandIns),
    pNaive: pOf(s.logPNaive),
  }));
}

function judgedSellers(world: World, traced: TraceSales): JudgedSeller[] {
  const sellers = traceSellers(world, traced);
  return sellers.map((s) => ({ ...s, p: familyWise(s.logP, sellers.length) }));
}
