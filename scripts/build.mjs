// Transpiles the server rooms one file to one file (dist/ mirrors the tree, so stack traces and
// worker paths stay readable) and, when asked, bundles the page. Nothing is rebuilt that is fresh.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

function filesUnder(folder, keep) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile() && keep(e.name))
    .map((e) => join(e.parentPath, e.name))
    .sort();
}

/** A fingerprint of names, sizes and mtimes: cheap enough to take before every command. */
function fingerprint(files) {
  return files
    .map((f) => {
      const s = statSync(f);
      return `${f}:${s.size}:${s.mtimeMs}`;
    })
    .join('\n');
}

function isFresh(stamp, print) {
  try {
    return readFileSync(join(dist, stamp), 'utf8') === print;
  } catch {
    return false;
  }
}

/** One builder at a time; a lock older than two minutes belongs to a process that died. */
async function withLock(work) {
  const lock = join(dist, '.lock');
  mkdirSync(dist, { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      try {
        if (Date.now() - statSync(lock).mtimeMs > 120_000)
          rmSync(lock, { recursive: true, force: true });
      } catch {
        /* gone meanwhile */
      }
      await sleep(100);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

async function once(stamp, print, work) {
  if (isFresh(stamp, print)) return false;
  return withLock(async () => {
    if (isFresh(stamp, print)) return false;
    await work();
    writeFileSync(join(dist, stamp), print);
    return true;
  });
}

const serverFiles = () =>
  ['api', 'analytics', 'seed'].flatMap((f) => filesUnder(f, (n) => n.endsWith('.ts')));

export async function buildServer() {
  await buildRecords();
  const files = serverFiles();
  return once('.server', fingerprint(files), async () => {
    const { build } = await import('esbuild');
    await build({
      entryPoints: files,
      outdir: dist,
      outbase: root,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'linked',
      logLevel: 'warning',
    });
  });
}

/** An empty database cluster, which every new data directory copies: initdb in WebAssembly takes seconds. */
function buildRecords() {
  const made = join(root, 'node_modules/@electric-sql/pglite/package.json');
  return once('.records', JSON.parse(readFileSync(made, 'utf8')).version, async () => {
    const { PGlite } = await import('@electric-sql/pglite');
    const folder = join(dist, 'records');
    rmSync(folder, { recursive: true, force: true });
    await (await PGlite.create({ dataDir: folder })).close();
  });
}

export function buildWeb() {
  const files = [...filesUnder('web', () => true), ...filesUnder('api/contract', () => true)];
  return once('.web', fingerprint(files), async () => {
    process.stderr.write('building the page (first start only) ...\n');
    const { build } = await import('vite');
    await build({
      configFile: join(root, 'web/vite.config.ts'),
      root: join(root, 'web'),
      logLevel: 'warn',
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildServer();
  if (process.argv.includes('--web')) await buildWeb();
}
