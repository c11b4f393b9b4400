import type { Command as Program } from 'commander';
import type { RebuildResult } from '../../analytics/jobs/rebuild.js';
import { type Choose, day, seed } from './command.js';
import { doJob } from './wait.js';

export function rebuildText(result: RebuildResult): string {
  const { run, period, counts } = result;
  const lines = [
    `run ${run}: ${counts.finding} findings, ${counts.explained} explained, ${counts.review} for review`,
    `period ${period.from} to ${period.to}, ledger version ${result.ledgerVersion}, seed ${result.seed}`,
    ...result.detectors.map((d) =>
      d.status === 'ran' ? `${d.detector}: ${d.findings}` : `${d.detector}: not run: ${d.reason}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

export function registerRebuild(program: Program, choose: Choose): void {
  program
    .command('rebuild')
    .description('the weekly rebuild, now')
    .option('--from <day>', 'first local day (default: 365 days before --to)', day)
    .option('--to <day>', 'the local day after the last (default: from the data)', day)
    .option('--seed <n>', 'of the random numbers', seed, 1)
    .action((options) =>
      choose({
        name: 'rebuild',
        kind: 'works',
        run: async (io, services) => {
          const done = await doJob(io, services, 'rebuild', options);
          if (done) await io.stdout(rebuildText(done.result as RebuildResult));
        },
      }),
    );
}
