import { InvalidArgumentError, type Command as Program } from 'commander';
import { PLANTED_TYPES, type PlantedType } from '../../analytics/planting/context.js';
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

interface Options {
  out: string;
  settlements: number;
  seed: number;
  camouflage?: Level;
  clean?: true;
  types?: readonly PlantedType[];
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
