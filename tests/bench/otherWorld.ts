/**
 * Another team's prefecture, to check detectors that were not made on it. It shares no code with
 * `seed/` or `analytics/planting`, and was written from the data and detector pages alone.
 *
 * Deterministic: the same options give the same bytes. As a script:
 *
 *   npx esbuild tests/bench/otherWorld.ts --bundle --platform=node --format=esm \
 *     --outfile=node_modules/.cache/otherWorld.mjs
 *   node node_modules/.cache/otherWorld.mjs --out DIR --settlements 200000 --seed 7 \
 *     [--camouflage 0..4] [--clean] [--rings PER_TYPE] [--types all|ID,ID…]
 *     [--withhold psn_b.addr,psn_b.tel,rltn_d]
 *
 * It writes DIR/*.csv, DIR.truth.jsonl and DIR.lookalikes.jsonl (see `rings.ts` for what each level
 * of camouflage does) and prints the rows of each table as one JSON line.
 */
import { parseArgs } from 'node:util';
import { writeOtherWorld } from './otherWorld/make.js';
import { ALL_TYPES } from './otherWorld/schemes.js';
import { WITHHOLDABLE, type Withheld } from './otherWorld/world.js';

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
  const types = values.types === 'all' ? ALL_TYPES : values.types.split(',').filter(Boolean);
  const strange = types.find((type) => !ALL_TYPES.includes(type));
  if (!values.out || camouflage === undefined || unknown !== undefined || strange !== undefined) {
    process.stderr.write(
      `usage: --out DIR [--camouflage 0..4] [--types all|${ALL_TYPES.join(',')}] [--withhold ${WITHHOLDABLE.join(',')}]\n`,
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

main();
