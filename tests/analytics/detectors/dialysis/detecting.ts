import { impersonatedDialysis } from '../../../../analytics/detectors/impersonatedDialysis.js';
import type { Finding } from '../../../../analytics/model/finding.js';
import type { World } from '../../../../analytics/projection/world.js';

const PARAMETERS = impersonatedDialysis.parameters.parse({});

export async function detect(world: World, parameters = PARAMETERS): Promise<readonly Finding[]> {
  return impersonatedDialysis.detect(world, parameters, { seed: 1 }, []);
}

export const listed = (findings: readonly Finding[]) =>
  findings.filter((f) => f.status === 'finding');
export const people = (f: Finding) =>
  f.subjects.filter((s) => s.kind === 'patient').map((s) => s.id);
