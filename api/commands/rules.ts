import { existsSync } from 'node:fs';
import type { Command as Program } from 'commander';
import { loadDictionary, readJson } from '../../analytics/ingest/dictionary.js';
import { rulesFor } from '../../analytics/jobs/rebuild.js';
import type { Rehearsal } from '../../analytics/jobs/rehearse.js';
import { invalid, notFound } from '../../analytics/model/errors.js';
import type { RingState } from '../../analytics/scoring/differences.js';
import { checkRules, type RuleSet, rulesPath } from '../../analytics/scoring/rules.js';
import { type Io, pathFrom } from '../owner/io.js';
import type { Services } from '../wiring.js';
import { type Choose, formatOption } from './command.js';
import { table } from './text.js';
import { doJob } from './wait.js';

type Format = 'jsonl' | 'table';

/** The file's rules, as they stand there and checked; without a file the data directory's. */
function readFile(io: Io, services: Services, given: string | undefined) {
  const path = given === undefined ? rulesPath(services.dataDir) : pathFrom(io, given);
  const file = given ?? path;
  if (!existsSync(path))
    throw given === undefined
      ? notFound(path, 'Name a file: the data directory has no rules of its own.')
      : invalid(`${given} is no file`, 'Name a JSON file of rules.');
  const raw = readJson(path);
  return { file, raw, set: checkRules(raw, file, loadDictionary(services.dataDir)) };
}

/** Which rules the newest run's period and data would take up; none of them before the first run. */
async function taken(services: Services, set: RuleSet) {
  const run = await services.graph.read.run();
  if (!run) return undefined;
  const reader = await services.landing.reader();
  try {
    return (await rulesFor(reader, run.period, set)).rules;
  } finally {
    await reader.close();
  }
}

async function check(io: Io, services: Services, given: string | undefined, format: Format) {
  const { file, set } = readFile(io, services, given);
  const rules = await taken(services, set);
  const lines = set.rules.map((rule) => ({
    ...rule,
    inForce: rules ? rules.entries.some((e) => JSON.stringify(e) === JSON.stringify(rule)) : null,
  }));
  if (format === 'jsonl') for (const line of lines) await io.stdout(`${JSON.stringify(line)}\n`);
  else
    await io.stdout(
      table(
        ['from', 'region', 'of', 'in force', 'sets', 'note'],
        lines.map((l) => [
          l.from,
          l.region,
          l.detector ?? 'codes',
          l.inForce === null ? null : l.inForce ? 'yes' : 'no',
          JSON.stringify(l.parameters ?? l.codes),
          l.note,
        ]),
      ),
    );
  const where = rules ? `, of the data's region ${rules.region || 'none'}` : '';
  await io.stderr(`${file}: ${set.rules.length} rules, version ${set.hash}${where}\n`);
}

const state = (s: RingState | null) =>
  s === null ? [null, null, null] : [s.status, s.score.toFixed(3), s.q?.toExponential(1)];

async function diff(io: Io, services: Services, given: string, format: Format) {
  const { file, raw } = readFile(io, services, given);
  const done = await doJob(io, services, 'rehearse', { file, rules: raw as unknown[] });
  if (!done) return;
  const rehearsal = done.result as Rehearsal;
  const { differences } = rehearsal;
  if (format === 'jsonl')
    await io.stdout(differences.map((d) => `${JSON.stringify(d)}\n`).join(''));
  else
    await io.stdout(
      table(
        ['ring', 'change', 'detector', 'was', 'score', 'q', 'becomes', 'score', 'q'],
        differences.map((d) => [
          d.ring,
          d.change,
          (d.after ?? d.before)?.detector,
          ...state(d.before),
          ...state(d.after),
        ]),
      ),
    );
  const counted = (change: string) => differences.filter((d) => d.change === change).length;
  await io.stderr(
    `${rehearsal.run}, ${rehearsal.period.from} to ${rehearsal.period.to}: ${rehearsal.before} rings, with ${file} ${rehearsal.after}: ` +
      `${counted('appears')} appear, ${counted('vanishes')} vanish, ${counted('changes')} change. Nothing was published.\n`,
  );
  if (!rehearsal.sameCode)
    await io.stderr(
      'The run was made by another version of the program: some of this may come of that.\n',
    );
}

export function registerRules(program: Program, choose: Choose): void {
  const rules = program
    .command('rules')
    .description("a bureau's own thresholds and code lists (rules.json of the data directory)");
  rules
    .command('check')
    .description('whether a file of rules can be used, and which of them are in force')
    .argument('[file]', 'JSON (default: the rules of the data directory)')
    .addOption(formatOption())
    .action((file: string | undefined, options: { format: Format }) =>
      choose({
        name: 'rules check',
        kind: 'reads',
        run: (io, services) => check(io, services, file, options.format),
      }),
    );
  rules
    .command('diff')
    .description('what a file of rules would change of the newest run; publishes nothing')
    .argument('<file>', 'JSON')
    .addOption(formatOption())
    .action((file: string, options: { format: Format }) =>
      choose({
        name: 'rules diff',
        kind: 'works',
        run: (io, services) => diff(io, services, file, options.format),
      }),
    );
}
