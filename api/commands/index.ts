import { type Chosen, createProgram, usageExit } from './command.js';
import { registerData } from './data.js';
import { registerEvaluate } from './evaluate.js';
import { registerExport } from './export.js';
import { registerGraph } from './graph.js';
import { registerLists } from './lists.js';
import { registerRebuild } from './rebuild.js';
import { registerRules } from './rules.js';
import { registerSeed } from './seed.js';
import { registerSelfTest } from './selfTest.js';
import { registerVerdicts } from './verdicts.js';

/** The words understood, or the exit code where help was asked or the usage wrong. */
export type Parsed = { command: Chosen; data: string | undefined } | { exit: number };

/** Understands `argv` (without node and script). Help goes to `out`, complaints to `err`. */
export function parseArguments(
  argv: readonly string[],
  write: { out(text: string): void; err(text: string): void },
): Parsed {
  const program = createProgram(write);
  let chosen: Chosen | undefined;
  const choose = (command: Chosen) => {
    chosen = command;
  };
  registerSeed(program, choose);
  registerData(program, choose);
  registerRebuild(program, choose);
  registerSelfTest(program, choose);
  registerLists(program, choose);
  registerEvaluate(program, choose);
  registerExport(program, choose);
  registerGraph(program, choose);
  registerVerdicts(program, choose);
  registerRules(program, choose);
  program
    .command('serve')
    .description('API, jobs, weekly schedule and page')
    .option('--demo', 'on a sample district of its own')
    .action((options) => choose({ name: 'serve', kind: 'serve', demo: options.demo === true }));
  program
    .command('api')
    .description('API and page, on servers')
    .action(() => choose({ name: 'api', kind: 'serve', demo: false }));
  program
    .command('worker')
    .description('jobs and weekly schedule, on servers; any number of them')
    .action(() => choose({ name: 'worker', kind: 'serve', demo: false }));
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    return { exit: usageExit(error) };
  }
  if (!chosen) return { exit: 2 };
  return { command: chosen, data: program.opts<{ data?: string }>().data };
}
