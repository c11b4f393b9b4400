import type { Command as Program } from 'commander';
import type { SelfTest } from '../../analytics/planting/shadow/judge.js';
import type { SelfTestResult } from '../contract/index.js';
import { presentResult } from '../presentSelfTest.js';
import { type Choose, formatOption, seed } from './command.js';
import { runId } from './lists.js';
import { table } from './text.js';
import { doJob } from './wait.js';

const LEVELS = [0, 1, 2, 3, 4];

/** Type by camouflage, found of planted, and the evasion floor in a sentence. */
export function selfTestText(result: Omit<SelfTestResult, 'finishedAt'>): string {
  const types = [...new Set(result.cells.map((c) => c.type))];
  const rows = types.map((type) => [
    type,
    ...LEVELS.map((level) => {
      const cell = result.cells.find((c) => c.type === type && c.camouflage === level);
      return cell ? `${cell.found}/${cell.planted}` : '-';
    }),
  ]);
  const { floor, found, planted, worlds, settlements } = result;
  const lines = [
    `${found} of ${planted} planted rings found, in ${worlds} shadow copies of ${settlements} settlements, seed ${result.seed}`,
    planted === 0
      ? 'the period has too few people and institutions for any ring to be planted'
      : floor
        ? `evasion floor: missed a planted ${floor.type} of ${floor.people} people and ${floor.fund} yuan at camouflage ${floor.camouflage}`
        : 'evasion floor: none of the planted rings was missed',
    'planted results are never field precision',
  ];
  return `${table(['type', ...LEVELS.map((level) => `c${level}`)], rows)}${lines.join('\n')}\n`;
}

export function registerSelfTest(program: Program, choose: Choose): void {
  program
    .command('self-test')
    .description('plant rings in shadow copies of the newest run’s period and search them, now')
    .option('--seed <n>', 'of what is planted (default: follows from the run)', seed)
    .addOption(formatOption())
    .action((options: { seed?: number; format: 'jsonl' | 'table' }) =>
      choose({
        name: 'self-test',
        kind: 'works',
        run: async (io, services) => {
          const run = await runId(services.graph.read, undefined);
          const done = await doJob(io, services, 'self-test', {
            run,
            ...(options.seed === undefined ? {} : { seed: options.seed }),
          });
          if (!done) return;
          const { finishedAt: _, ...result } = presentResult(done.result as SelfTest, 0);
          await io.stdout(
            options.format === 'table'
              ? selfTestText(result)
              : `${JSON.stringify({ run, ...result })}\n`,
          );
        },
      }),
    );
}
