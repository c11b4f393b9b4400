import { renameSync, writeFileSync } from 'node:fs';
import { Option, type Command as Program } from 'commander';
import { invalid, notFound, RingfenceError } from '../../analytics/model/errors.js';
import { EXPORT_FORMATS, type ExportFormat } from '../contract/index.js';
import { type Io, pathFrom } from '../owner/io.js';
import type { Services } from '../wiring.js';
import type { Choose } from './command.js';
import { runId } from './lists.js';

/** These show settlements and what was found on site, so they wait for leads. */
const WITH_LEADS = ['xlsx', 'package'];

interface Options {
  format: string;
  out: string;
  run?: string;
}

async function runExport(io: Io, services: Services, id: string, options: Options): Promise<void> {
  if (WITH_LEADS.includes(options.format))
    throw new RingfenceError(
      'unavailable',
      `The format ${options.format} comes with leads, in a later version`,
      `Use one of ${EXPORT_FORMATS.join(', ')}.`,
    );
  const { exportRing } = await import('../export/ring.js');
  const run = await runId(services.graph.read, options.run);
  const ring = await services.graph.read.ring(id, run);
  if (!ring) throw notFound(`Ring ${id} in run ${run}`, '`ringfence findings` lists the ids.');
  const file = await exportRing(services.graph, ring, run, options.format as ExportFormat);
  const out = pathFrom(io, options.out);
  try {
    writeFileSync(`${out}.part`, file.body);
    renameSync(`${out}.part`, out);
  } catch (error) {
    throw invalid(`${options.out} cannot be written: ${(error as Error).message}`);
  }
  await io.stderr(`${options.out} written\n`);
}

export function registerExport(program: Program, choose: Choose): void {
  program
    .command('export')
    .description('the subgraph of a ring as a file')
    .argument('<id>', 'of the ring or of its line')
    .addOption(
      new Option('--format <format>', 'what kind of file')
        .choices([...EXPORT_FORMATS, ...WITH_LEADS])
        .makeOptionMandatory(),
    )
    .requiredOption('--out <file>', 'where to')
    .option('--run <id>', 'a run other than the newest')
    .action((id: string, options: Options) =>
      choose({
        name: 'export',
        kind: 'reads',
        run: (io, services) => runExport(io, services, id, options),
      }),
    );
}
