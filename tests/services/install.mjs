// What the test servers are made of: where each is found on this machine, and how it is installed.
// Plain JavaScript, so that `.ci/run` can prepare a machine before anything is built:
// `node tests/services/install.mjs` installs whatever is missing.
import { spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The long-term support line of Neo4j 5; docker-compose.yml names the same minor version. */
export const NEO4J_VERSION = '5.26.0';

const INSTALL_MS = 540_000;

/** Absolute path of an executable on PATH or in `also`; undefined where there is none. */
export function findExecutable(name, also = []) {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...also]) {
    if (!folder) continue;
    try {
      const file = join(folder, name);
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      /* the next */
    }
  }
  return undefined;
}

export function findRedis() {
  return findExecutable('redis-server');
}

/** The folder with `postgres` and `initdb`, the newest first: Debian keeps it off PATH. */
export function findPostgres() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const newest = versions.sort((a, b) => Number(b) - Number(a)).map((v) => join(debian, v, 'bin'));
  const onPath = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return [...newest, ...onPath].find((folder) =>
    ['postgres', 'initdb'].every((name) => existsSync(join(folder, name))),
  );
}

function neo4jCache() {
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(caches, 'ringfence', `neo4j-${NEO4J_VERSION}`);
}

const hasServer = (lib) =>
  existsSync(lib) && readdirSync(lib).some((jar) => jar.startsWith('neo4j-server-5.'));

/** `{ java, lib }`: a Java, and the folder with the jars of a Neo4j 5 Community server. */
export function findNeo4j() {
  const java = findExecutable('java', [join(process.env.JAVA_HOME ?? '/nowhere', 'bin')]);
  const libs = [join(neo4jCache(), 'lib'), join(process.env.NEO4J_HOME ?? '/nowhere', 'lib')];
  const lib = libs.find(hasServer);
  return java && lib ? { java, lib } : undefined;
}

/** Runs a command to its end; throws with the last of what it said where it fails. */
async function run(command, args, env = {}) {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    timeout: INSTALL_MS,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said = (said + text).slice(-4000);
    });
  const code = await new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} gave ${code}: ${said.trim()}`);
}

async function installPackages(...packages) {
  if (process.getuid?.() !== 0 || !findExecutable('apt-get'))
    throw new Error(`${packages.join(', ')} can only be installed by root on a Debian`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  // Another apt may be at work at the same time: wait for its lock.
  const apt = (...args) => run('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], env);
  await apt('update');
  await apt('install', '-y', '--no-install-recommends', ...packages);
}

function pomOf() {
  const dependency = ([group, name]) =>
    `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId>` +
    `<version>${NEO4J_VERSION}</version></dependency>`;
  const wanted = [
    ['org.neo4j', 'neo4j'],
    ['org.neo4j.app', 'neo4j-server'],
  ];
  return (
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>' +
    '<groupId>ringfence</groupId><artifactId>test-servers</artifactId><version>1</version>' +
    `<dependencies>${wanted.map(dependency).join('')}</dependencies></project>\n`
  );
}

/** Takes the jars from Maven's repository into the cache; a half-done download leaves nothing. */
async function downloadNeo4j() {
  const home = neo4jCache();
  mkdirSync(join(home, '..'), { recursive: true });
  const work = mkdtempSync(`${home}-`);
  try {
    writeFileSync(join(work, 'pom.xml'), pomOf());
    await run('mvn', [
      '-q',
      '-B',
      '-f',
      join(work, 'pom.xml'),
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${join(work, 'lib')}`,
    ]);
    if (!hasServer(join(home, 'lib'))) {
      rmSync(home, { recursive: true, force: true });
      renameSync(work, home);
    }
  } catch (error) {
    // Somebody else may have put it there meanwhile.
    if (!hasServer(join(home, 'lib'))) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export async function installRedis() {
  await installPackages('redis-server');
}

export async function installPostgres() {
  await installPackages('postgresql');
}

export async function installNeo4j() {
  const packages = [];
  if (!findExecutable('java')) packages.push('default-jre-headless');
  if (!findExecutable('mvn')) packages.push('maven');
  if (packages.length > 0) await installPackages(...packages);
  if (!findNeo4j()) await downloadNeo4j();
}

// Not where this file is inside a bundle, as it is in a benchmark's.
if (
  import.meta.url.endsWith('/install.mjs') &&
  import.meta.url === pathToFileURL(process.argv[1] ?? '').href
) {
  for (const [name, find, install] of [
    ['redis', findRedis, installRedis],
    ['postgres', findPostgres, installPostgres],
    ['neo4j', findNeo4j, installNeo4j],
  ]) {
    try {
      if (!find()) await install();
      process.stdout.write(`${name}: ${find() ? 'found' : 'not found after installing it'}\n`);
    } catch (error) {
      process.stdout.write(`${name}: ${error.message}\n`);
    }
  }
}
