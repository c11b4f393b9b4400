import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { plannedCourses } from './courses.js';
import { buildGeography } from './geography.js';
import { innocentGroups } from './groups.js';
import { impersonation } from './impersonation.js';
import { dropUnsettled, giveRefunds, refundRows } from './noise.js';
import { ordinaryStays, ordinaryVisits } from './ordinary.js';
import { buildPeople } from './people.js';
import { honestDialysis, type Renal, renalCentres } from './renal.js';
import { brokering, farming, type Plot, type Scheme } from './rings.js';
import { SCHEMES } from './schemes.js';
import { emptyWorld, type OtherWorldOptions, type World } from './world.js';
import { writeWorld } from './write.js';

/** Writes one world; returns the rows of each table and the number of rings and look-alikes. */
export function writeOtherWorld(options: OtherWorldOptions): Record<string, number> {
  const world = emptyWorld(options);
  const count = options.rings ?? Math.max(1, Math.round(4 * world.scale));
  buildGeography(world);
  buildPeople(world);
  const renal = renalCentres(world);
  const plots = options.clean ? [] : conspire(world, renal, count);
  innocentGroups(world, count);
  plannedCourses(world, count);
  ordinaryStays(world);
  honestDialysis(world, renal);
  for (const plot of plots) plot();
  dropUnsettled(world);
  const refunds = Math.round(options.settlements * 0.05);
  const again = Math.round(refunds * 0.45);
  const special = world.visits.length + refundRows(world.visits);
  ordinaryVisits(world, Math.max(0, options.settlements - refunds - again - special));
  dropUnsettled(world);
  giveRefunds(world, refunds, again);
  mkdirSync(options.outDir, { recursive: true });
  for (const old of readdirSync(options.outDir))
    if (old.endsWith('.csv')) rmSync(join(options.outDir, old));
  return writeWorld(world);
}

function conspire(world: World, renal: Renal, count: number): Plot[] {
  const small = renal.centres.filter((c) => world.places[c]!.kind !== 'tertiary');
  const centres = world.draw('centres').sample(small, count);
  const { types } = world.options;
  if (types) {
    const schemes: Readonly<Record<string, Scheme>> = {
      ...SCHEMES,
      'patient-brokering-ring': brokering,
      'card-farming-pharmacy': farming,
      'impersonated-dialysis': (_, i) => impersonation(world, renal, centres[i]!, i),
    };
    const each = world.options.rings ?? 1;
    return types.flatMap((type) =>
      Array.from({ length: each }, (_, i) => schemes[type]!(world, i)),
    );
  }
  const plots: Plot[] = [];
  for (let i = 0; i < count; i++) plots.push(brokering(world, i), farming(world, i));
  for (const [i, centre] of centres.entries()) plots.push(impersonation(world, renal, centre, i));
  return plots;
}
