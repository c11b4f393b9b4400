import { Option, type Command as Program } from 'commander';
import { keepGraph } from '../../analytics/jobs/graph.js';
import { type Io, pathFrom } from '../owner/io.js';
import type { Services } from '../wiring.js';
import type { Choose } from './command.js';
import { progressLine } from './wait.js';

/** As a shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

async function exportGraph(
  io: Io,
  services: Services,
  options: { out: string; database?: string },
): Promise<void> {
  const { exportBulk } = await import('../../analytics/store/neo4j/bulk.js');
  const { bulkCommand } = await import('../../analytics/store/neo4j/bulkPlan.js');
  const out = pathFrom(io, options.out);
  const line = progressLine(io, 'graph export');
  const work = { signal: io.signal, progress: line.show };
  const reader = await services.landing.reader({ signal: io.signal });
  try {
    const graph = await keepGraph(services.dataDir, reader, work);
    const made = await exportBulk(
      graph,
      reader.version,
      { out, ...(options.database ? { database: options.database } : {}) },
      work,
    );
    await line.clear();
    await io.stdout(`${bulkCommand(out, made.plan).map(shellWord).join(' ')}\n`);
    await io.stderr(
      `${options.out}: ${made.nodes} nodes, ${made.relationships} relationships of ledger version ${reader.version}\n`,
    );
  } finally {
    await line.clear();
    await reader.close();
  }
}

async function loadFiles(io: Io, dir: string, tool: string | undefined): Promise<void> {
  const { loadBulk } = await import('../../analytics/store/neo4j/bulkLoad.js');
  const plan = await loadBulk(pathFrom(io, dir), {
    ...(tool ? { tool } : {}),
    signal: io.signal,
    said: (text) => void io.stderr(text),
  });
  await io.stderr(
    `${plan.database} holds the graph of ledger version ${plan.version}. Start it: the program applies and verifies its constraints when it next opens it.\n`,
  );
}

export function registerGraph(program: Program, choose: Choose): void {
  const graph = program.command('graph').description('the graph store, for a first load at scale');
  graph
    .command('export')
    .description('write the graph for neo4j-admin; prints the command that loads it')
    .addOption(
      new Option('--format <format>', 'what kind of files')
        .choices(['neo4j-csv'])
        .makeOptionMandatory(),
    )
    .requiredOption('--out <dir>', 'where to')
    .option('--database <name>', 'which database it becomes (default: neo4j)')
    .action((options: { out: string; database?: string }) =>
      choose({
        name: 'graph export',
        kind: 'reads',
        run: (io, services) => exportGraph(io, services, options),
      }),
    );
  graph
    .command('load')
    .description(
      'load such files where Neo4j runs, while its database is stopped: all in it is replaced',
    )
    .requiredOption('--bulk <dir>', 'what `graph export` wrote')
    .option('--neo4j-admin <file>', 'the tool (default: neo4j-admin on PATH)')
    .action((options: { bulk: string; neo4jAdmin?: string }) =>
      choose({
        name: 'graph load',
        kind: 'alone',
        run: (io) => loadFiles(io, options.bulk, options.neo4jAdmin),
      }),
    );
}
