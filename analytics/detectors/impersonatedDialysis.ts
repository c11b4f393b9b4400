import { throwIfAborted } from '../model/errors.js';
import type { Finding } from '../model/finding.js';
import type { World } from '../projection/world.js';
import { type Detector, HEADLINE_WEIGHT } from './detector.js';
import { capacities } from './dialysis/capacity.js';
import { KINDS } from './dialysis/combine.js';
import { courses } from './dialysis/course.js';
import { errorRates } from './dialysis/errors.js';
import { explanations } from './dialysis/explained.js';
import { type CentreJudgement, type Evidence, judge } from './dialysis/judge.js';
import { PARAMETERS, type Parameters } from './dialysis/parameters.js';
import { findingOf, ID } from './dialysis/report.js';
import { dialysisPatients } from './dialysis/sessions.js';
import { supportEvidence } from './dialysis/supports.js';

const VERSION = 4;

/**
 * Dialysis billed on people who cannot have been there (冒名血液透析): one finding a centre, with
 * the patients whose own evidence stands. docs/detectors/impersonated-dialysis.md says how.
 */
export const impersonatedDialysis: Detector<typeof PARAMETERS> = {
  id: ID,
  version: VERSION,
  weight: HEADLINE_WEIGHT,
  parameters: PARAMETERS,
  needs: [],
  async detect(world, parameters, context) {
    const evidence = gather(world, parameters);
    throwIfAborted(context.signal);
    if (evidence.patients.length === 0) return [];
    const centres = judge(evidence);
    throwIfAborted(context.signal);
    const said = new Map(centres.map((centre) => [centre.centre, conclude(evidence, centre)]));
    for (const [centre, finding] of explained(world, parameters, centres))
      if (!said.get(centre)) said.set(centre, finding);
    return [...said.values()].filter((finding) => finding !== undefined);
  },
};

/** Centres that only innocent explanations keep off the list, with what explains them. */
function explained(
  world: World,
  parameters: Parameters,
  strict: readonly CentreJudgement[],
): Array<[number, Finding | undefined]> {
  const evidence = gather(world, parameters, true);
  const after = new Map(strict.map((c) => [c.centre, c]));
  return judge(evidence)
    .filter((c) => c.q <= parameters.q && c.members.length >= parameters.patients)
    .map((centre) => {
      const reasons = explanations(centre, after.get(centre.centre)!);
      return [
        centre.centre,
        findingOf(evidence, centre, centre.members, 'explained', VERSION, reasons),
      ];
    });
}

/** All that is measured, before anybody is judged; `naive` without innocent explanations. */
export function gather(world: World, parameters: Parameters, naive = false): Evidence {
  const patients = dialysisPatients(world, parameters, naive);
  const pairs = patients.flatMap((p) => p.pairs);
  return {
    world,
    patients,
    rates: errorRates(world, patients, parameters),
    supports: supportEvidence(world, pairs),
    capacities: capacities(world, pairs, parameters),
    courses: courses(world, patients),
    parameters,
    naive,
  };
}

/** Evidence of one kind that is beyond chance by itself, but may be one odd record. */
const LONE = Math.log(0.005);
/** A death is one record: it cannot be less likely than its date is mistyped. */
const LONE_DEATH = Math.log(0.05);
const KIND = Math.log(0.01);

function conclude(evidence: Evidence, centre: CentreJudgement): Finding | undefined {
  const { parameters } = evidence;
  const { members } = centre;
  const looks = evidence.patients.reduce((n, p) => n + p.pairs.length, 0);
  const standing = (m: (typeof members)[number]) =>
    KINDS.filter((kind) => (m.logP.get(kind) ?? 0) <= KIND).length >= 2 &&
    m.combined + Math.log(looks) <= Math.log(parameters.q);
  if (centre.q <= parameters.q) {
    if (members.length >= parameters.patients || (members.length === 1 && standing(members[0]!)))
      return findingOf(evidence, centre, members, 'finding', VERSION);
    if (members.length > 0) return findingOf(evidence, centre, members, 'review', VERSION);
  }
  const lone = centre.pairs.filter((m) =>
    KINDS.some((kind) => {
      const limit = kind === 'afterDeath' ? LONE_DEATH : LONE;
      return kind !== 'supports' && (m.logP.get(kind) ?? 0) <= limit;
    }),
  );
  return lone.length > 0 ? findingOf(evidence, centre, lone, 'review', VERSION) : undefined;
}
