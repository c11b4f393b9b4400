import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ringfence, succeed, temporary, type Where } from '../cli/run.js';
import {
  type Neo4jService,
  needNeo4j,
  needPostgres,
  type Service,
  startNeo4j,
  startPostgres,
} from './index.js';
import { findPostgres } from './install.mjs';

// The drill of docs/operations.md: what is backed up there restores to the same answers on servers,
// a volume and addresses that are all new; and the graph comes back from landing alone.

const exec = promisify(execFile);
const SLOWLY_MS = 900_000;
const [neo4j, postgres] = await Promise.all([needNeo4j(), needPostgres()]);

/** Runs a program with its standard input from, and its output to, a file. */
async function piped(command: string, args: string[], from: string | null, to: string | null) {
  const input = from ? openSync(from, 'r') : 'ignore';
  const output = to ? openSync(to, 'w') : 'ignore';
  const child = spawn(command, args, { stdio: [input, output, 'pipe'] });
  let said = '';
  child.stderr?.on('data', (text) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  for (const file of [input, output]) if (typeof file === 'number') closeSync(file);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${code}\n${said}`);
}

describe.skipIf(neo4j.missing ?? postgres.missing)('a backup', () => {
  const at = temporary('restore');
  const [tar, records, graph] = ['data.tar', 'records.dump', 'neo4j.dump'].map((name) =>
    join(at.dir, name),
  ) as [string, string, string];
  const started: Service[] = [];
  const before = { findings: '', imports: '' };
  let restored: { where: Where; neo4j: Neo4jService };

  /** Servers with nothing in them, and a place for the volume; the queue is PostgreSQL's. */
  async function place(name: string) {
    const [graphServer, recordsServer] = await Promise.all([
      startNeo4j({ heap: '384m', pageCache: '64m' }),
      startPostgres(),
    ]);
    started.push(graphServer, recordsServer);
    const data = join(at.dir, name);
    await exec('mkdir', [data]);
    const env = {
      NEO4J_URL: graphServer.url,
      DATABASE_URL: recordsServer.url,
      RINGFENCE_DATA: data,
    };
    return { where: { cwd: at.dir, env }, data, neo4j: graphServer, postgres: recordsServer };
  }

  const say = async (where: Where, ...args: string[]) => (await succeed(args, where)).stdout;
  /** How many, and their digest: a difference of megabytes helps nobody. */
  async function findings(where: Where): Promise<string> {
    const lines = await say(where, 'findings', '--all');
    const digest = createHash('sha256').update(lines).digest('hex');
    return `${lines.split('\n').length - 1} ${digest}`;
  }
  const imports = (where: Where) => say(where, 'imports', 'list', '--format', 'jsonl');
  const postgresTool = (name: string) => join(findPostgres() ?? '', name);

  beforeAll(async () => {
    await succeed(['seed', '--out', 'world', '--settlements', '10000'], { cwd: at.dir });
    const { where, data, ...servers } = await place('first');
    await say(where, 'import', 'world');
    await say(where, 'rebuild');
    before.findings = await findings(where);
    before.imports = await imports(where);
    expect(before.findings).toMatch(/^[1-9]/);
    await piped(postgresTool('pg_dump'), ['-Fc', servers.postgres.url], null, records);
    await piped('tar', ['-C', data, '--exclude=./tmp', '-cf', '-', '.'], null, tar);
    await servers.neo4j.stop();
    const admin = join(servers.neo4j.home, 'bin', 'neo4j-admin');
    await piped(admin, ['database', 'dump', 'neo4j', '--to-stdout'], null, graph);
    for (const service of started.splice(0)) await service.dispose();
    await exec('rm', ['-r', data]);

    const second = await place('second');
    restored = second;
    const into = ['--clean', '--if-exists', '-d', second.postgres.url];
    await piped(postgresTool('pg_restore'), into, records, null);
    await piped('tar', ['-C', second.data, '-xf', '-'], tar, null);
  }, SLOWLY_MS);
  afterAll(async () => {
    for (const service of started) await service.dispose();
    at.remove();
  });

  it('of records and landing brings the graph back by a rebuild', {
    timeout: SLOWLY_MS,
  }, async () => {
    const { where } = restored;
    expect(await imports(where)).toBe(before.imports);
    expect((await ringfence(['findings', '--all'], where)).code).toBe(1);
    await say(where, 'rebuild');
    expect(await findings(where)).toBe(before.findings);
  });

  it('of the graph brings its runs back without one', { timeout: SLOWLY_MS }, async () => {
    const { where, neo4j } = restored;
    await neo4j.stop();
    const load = ['database', 'load', 'neo4j', '--from-stdin', '--overwrite-destination=true'];
    await piped(join(neo4j.home, 'bin', 'neo4j-admin'), load, graph, null);
    await neo4j.restart();
    expect(await findings(where)).toBe(before.findings);
    expect(await say(where, 'import', 'world')).toMatch(/^setl_d +10000 +10000 +0 /m);
    expect(await imports(where)).toBe(before.imports);
  });
});
