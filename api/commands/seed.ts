import { InvalidArgumentError, type Command as Program } from 'commander';
import { PLANTED_TYPES, type PlantedType } from '../../analytics/planting/context.js';
import type { Hardships } from '../../seed/hardships.js';
import { pathFrom } from '../owner/io.js';
import { type Choose, seed, whole } from './command.js';
import { progressLine } from './wait.js';

const LEVELS = [0, 1, 2, 3, 4] as const;
type Level = (typeof LEVELS)[number];

function level(text: string): Level {
  const found = LEVELS.find((l) => String(l) === text);
  if (found === undefined) throw new InvalidArgumentError('must be 0, 1, 2, 3 or 4.');
  return found;
}

/** What `--types` names: `all`, or ids with commas between them. */
export function typesNamed(text: string): readonly PlantedType[] {
  if (text.trim() === 'all') return PLANTED_TYPES;
  return text.split(',').map((word) => {
    const found = PLANTED_TYPES.find((t) => t === word.trim());
    if (found === undefined)
      throw new InvalidArgumentError(
        `no ring is called “${word.trim()}”; give all, or some of ${PLANTED_TYPES.join(', ')}.`,
      );
    return found;
  });
}

/** A list with commas. */
const names = (text: string): readonly string[] => text.split(',').map((name) => name.trim());

function share(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value > 1)
    throw new InvalidArgumentError('must be a share such as 0.2.');
  return value;
}

/** What `--lost` names: a share of all visits, or of the rows of single tables, `mdtrt_d=0.2`. */
export function lossNamed(text: string): Losses {
  const tables: Record<string, number> = {};
  let lost: number | undefined;
  for (const word of names(text)) {
    const [left = '', right] = word.split('=');
    if (right === undefined) lost = share(left);
    else tables[left.trim()] = share(right.trim());
  }
  return { ...(lost === undefined ? {} : { lost }), lostRows: tables };
}

type Losses = Pick<Hardships, 'lost' | 'lostRows'>;

function linesEach(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text)) throw new InvalidArgumentError('must be a number such as 3.');
  return value;
}

interface Options {
  out: string;
  settlements: number;
  seed: number;
  camouflage?: Level;
  clean?: true;
  types?: readonly PlantedType[];
  rings?: number;
  crowded?: true;
  without?: readonly string[];
  lost?: Losses;
  wrongTimes?: number;
  feeLines?: number;
}

export function registerSeed(program: Program, choose: Choose): void {
  program
    .command('seed')
    .description('write a synthetic input directory, with planted rings and their truth beside it')
    .requiredOption('--out <dir>', 'where to')
    .requiredOption('--settlements <n>', 'how many', whole)
    .option('--seed <n>', 'of the random numbers', seed, 1)
    .option('--camouflage <level>', 'how well rings hide, 0 to 4 (default: a mix)', level)
    .option('--clean', 'without rings')
    .option(
      '--types <ids>',
      'which rings: all, or ids with commas (default: the headline three)',
      typesNamed,
    )
    .option('--rings <n>', 'rings of each type (default: 4 for each 200,000 settlements)', whole)
    .option('--crowded', 'a fifth of all visits goes to one hospital')
    .option('--without <names>', 'tables and columns that are missing: rltn_d,psn_b.addr', names)
    .option(
      '--lost <shares>',
      'visits lost with all that hangs on them, 0.2, or rows of single tables, fee_list_d=0.2',
      lossNamed,
    )
    .option('--fee-lines <n>', 'mean fee lines a settlement, 2 to 8 (default: 2)', linesEach)
    .option('--wrong-times <share>', 'records whose clocks are wrong', share)
    .action((options: Options) =>
      choose({
        name: 'seed',
        kind: 'alone',
        run: async (io) => {
          const { writeSeedWorld } = await import('../../seed/index.js');
          const line = progressLine(io, 'seed');
          try {
            const made = await writeSeedWorld({
              outDir: pathFrom(io, options.out),
              settlements: options.settlements,
              seed: options.seed,
              ...(options.camouflage === undefined ? {} : { camouflage: options.camouflage }),
              ...(options.clean ? { clean: true } : {}),
              ...(options.types === undefined ? {} : { types: options.types }),
              ...(options.rings === undefined ? {} : { rings: options.rings }),
              ...(options.crowded ? { crowded: true } : {}),
              ...(options.without === undefined ? {} : { without: options.without }),
              ...(options.wrongTimes === undefined ? {} : { wrongTimes: options.wrongTimes }),
              ...(options.feeLines === undefined ? {} : { feeLines: options.feeLines }),
              ...options.lost,
              signal: io.signal,
              progress: line.show,
            });
            await line.clear();
            await io.stderr(
              `${options.out}: ${made.settlements} settlements, ${made.rings} rings, ${made.lookAlikes} look-alikes\n`,
            );
          } finally {
            await line.clear();
          }
        },
      }),
    );
}
