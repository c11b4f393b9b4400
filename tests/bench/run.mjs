// Runs a benchmark: node tests/bench/run.mjs NAME [arguments]. Benchmarks are TypeScript, bundled
// one by one into tests/bench/out; libraries stay outside the bundle.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildServer } from '../../scripts/build.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const [name = 'kernels', ...rest] = process.argv.slice(2);
const out = join(here, 'out', `${name}.mjs`);
const plugins = join(here, `${name}.plugins.mjs`);
await buildServer();
await build({
  entryPoints: [join(here, `${name}.ts`)],
  outfile: out,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  plugins: existsSync(plugins) ? (await import(plugins)).default : [],
});
const run = spawnSync(process.execPath, ['--max-old-space-size=14000', out, ...rest], {
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
