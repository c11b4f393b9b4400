// Runs dependency-cruiser over the rooms and fails when it saw no module at all: a cruiser that
// reads nothing passes everything.
import { spawnSync } from 'node:child_process';

const run = spawnSync(
  process.execPath,
  [
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    'api',
    'analytics',
    'seed',
    'web/src',
    '--output-type',
    'json',
  ],
  { encoding: 'utf8', maxBuffer: 1 << 28 },
);
if (!run.stdout) {
  process.stderr.write(run.stderr);
  process.exit(1);
}
const { summary, modules } = JSON.parse(run.stdout);
const own = modules.filter((m) => /^(api|analytics|seed|web)\//.test(m.source)).length;
for (const v of summary.violations) process.stdout.write(`${v.rule.name}: ${v.from} -> ${v.to}\n`);
process.stdout.write(`${own} modules, ${summary.violations.length} layer violations\n`);
process.exit(own > 0 && summary.violations.length === 0 ? 0 : 1);
