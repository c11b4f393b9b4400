/**
 * Another team's prefecture, to check detectors that were not made on it. It shares no code with
 * `seed/` or `analytics/planting`, and was written from the data and detector pages alone.
 *
 * Deterministic: the same options give the same bytes. As a script:
 *
 *   npx esbuild tests/bench/otherWorld.ts --bundle --platform=node --format=esm \
 *     --outfile=node_modules/.cache/otherWorld.mjs
 *   node node_modules/.cache/otherWorld.mjs --out DIR --settlements 200000 --seed 7 \
 *     [--camouflage 0..4] [--clean] [--rings PER_TYPE] [--types others|ID,ID…]
 *     [--withhold psn_b.addr,psn_b.tel,rltn_d]
 *
 * It writes DIR/*.csv, DIR.truth.jsonl and DIR.lookalikes.jsonl (see `rings.ts` for what each level
 * of camouflage does) and prints the rows of each table as one JSON line.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { plannedCourses } from './otherWorld/courses.js';
import { buildGeography } from './otherWorld/geography.js';
import { innocentGroups } from './otherWorld/groups.js';
import { impersonation } from './otherWorld/impersonation.js';
import { dropUnsettled, giveRefunds, refundRows } from './otherWorld/noise.js';
import { ordinaryStays, ordinaryVisits } from './otherWorld/ordinary.js';
import { buildPeople } from './otherWorld/people.js';
import { honestDialysis, type Renal, renalCentres } from './otherWorld/renal.js';
import { brokering, farming, type Plot } from './otherWorld/rings.js';
import { SCHEMES } from './otherWorld/schemes.js';
import {
  emptyWorld,
  type OtherWorldOptions,
  WITHHOLDABLE,
  type Withheld,
  type World,
} from './otherWorld/world.js';
import { writeWorld } from './otherWorld/write.js';

export type { OtherWorldOptions, Withheld };

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
  if (world.options.types)
    return world.options.types.flatMap((type) =>
      Array.from({ length: world.options.rings ?? 1 }, (_, i) => SCHEMES[type]!(world, i)),
    );
  const plots: Plot[] = [];
  for (let i = 0; i < count; i++) plots.push(brokering(world, i), farming(world, i));
  const small = renal.centres.filter((c) => world.places[c]!.kind !== 'tertiary');
  for (const [i, centre] of world.draw('centres').sample(small, count).entries())
    plots.push(impersonation(world, renal, centre, i));
  return plots;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      settlements: { type: 'string', default: '200000' },
      seed: { type: 'string', default: '1' },
      camouflage: { type: 'string', default: '0' },
      rings: { type: 'string' },
      clean: { type: 'boolean', default: false },
      withhold: { type: 'string', default: '' },
      types: { type: 'string', default: '' },
    },
  });
  const camouflage = [0, 1, 2, 3, 4].find((level) => String(level) === values.camouflage);
  const withhold = values.withhold.split(',').filter(Boolean);
  const unknown = withhold.find((x) => !WITHHOLDABLE.includes(x as Withheld));
  const types =
    values.types === 'others' ? Object.keys(SCHEMES) : values.types.split(',').filter(Boolean);
  const strange = types.find((type) => !(type in SCHEMES));
  if (!values.out || camouflage === undefined || unknown !== undefined || strange !== undefined) {
    process.stderr.write(
      `usage: --out DIR [--camouflage 0..4] [--types others|${Object.keys(SCHEMES).join(',')}] [--withhold ${WITHHOLDABLE.join(',')}]\n`,
    );
    process.exitCode = 2;
    return;
  }
  const counts = writeOtherWorld({
    outDir: values.out,
    settlements: Number(values.settlements),
    seed: Number(values.seed),
    camouflage: camouflage as 0 | 1 | 2 | 3 | 4,
    clean: values.clean,
    withhold: withhold as Withheld[],
    types: types.length > 0 ? types : undefined,
    ...(values.rings === undefined ? {} : { rings: Number(values.rings) }),
  });
  process.stdout.write(`${JSON.stringify(counts)}\n`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
