import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resource } from '../../analytics/model/resources.js';
import { type Outcome, ringfence, type Serving, serve, succeed, temporary } from './run.js';

/** What a person does from the first import on; `OUT` is a file of the data directory's own. */
const STEPS: readonly string[][] = [
  ['imports', 'list', '--format', 'jsonl'],
  ['findings'],
  ['import', 'world'],
  ['import', 'world'],
  ['rebuild'],
  ['findings'],
  ['findings', '--all', '--limit', '2'],
  ['findings', '--format', 'table'],
  ['findings', '--run', 'no-such-run'],
  ['profiles', '--kind', 'institution', '--limit', '20'],
  ['profiles', '--kind', 'patient'],
  ['profiles', '--kind', 'doctor', '--limit', '5', '--format', 'table'],
  ['profiles', '--kind', 'drug', '--limit', '5'],
  ['evaluate', '--truth', 'world.truth.jsonl', '--lookalikes', 'world.lookalikes.jsonl'],
  ['evaluate', '--truth', 'nowhere.jsonl'],
  ['export', 'RING', '--format', 'graphml', '--out', 'OUT.graphml'],
  ['export', 'RING', '--format', 'gexf', '--out', 'OUT.gexf'],
  ['export', 'RING', '--format', 'csv', '--out', 'OUT.csv'],
  ['export', 'RING', '--format', 'json', '--out', 'OUT.json'],
  ['export', 'RING', '--format', 'package', '--out', 'OUT.zip'],
  ['export', 'R-NONE', '--format', 'csv', '--out', 'OUT.none'],
  ['import', 'nowhere'],
  ['rebuild', '--from', '2026-01-01', '--to', '2025-01-01'],
  ['prune', '--before', '2025-02-01'],
  ['imports', 'withdraw', '1'],
  ['imports', 'withdraw', '1'],
  ['imports', 'withdraw', '7'],
  ['rebuild'],
];

/** Some sixty processes one after another, on a machine that may be busy. */
const SLOWLY_MS = 1_800_000;

/** The moment of an import is no part of its bytes. */
const timeless = (text: string) => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(Z|\+08:00)/g, 'TIME');

describe('every command', () => {
  const at = temporary('bytes');
  const alone: Outcome[] = [];
  let ring = '';

  async function run(data: string, step: readonly string[]): Promise<Outcome> {
    const words = step.map((w) => w.replace('RING', ring).replace('OUT', data));
    return ringfence(['--data', data, ...words], { cwd: at.dir });
  }

  beforeAll(async () => {
    await succeed(['seed', '--out', 'world', '--settlements', '10000'], { cwd: at.dir });
  });
  afterAll(at.remove);

  it('works without a server', { timeout: SLOWLY_MS }, async () => {
    for (const step of STEPS) {
      const outcome = await run('alone', step);
      alone.push(outcome);
      if (step[0] === 'findings' && outcome.code === 0 && !ring && step.length === 1)
        ring = (JSON.parse(outcome.stdout.split('\n')[0] ?? '') as { ring: string }).ring;
    }
    expect(alone.map((o, i) => `${STEPS[i]?.join(' ')}: ${o.code}`)).toEqual(
      STEPS.map((step, i) => `${step.join(' ')}: ${FAILING.has(i) ? 1 : 0}`),
    );
  });

  it('gives the same bytes with `serve` running', { timeout: SLOWLY_MS }, async () => {
    let serving: Serving | undefined;
    try {
      serving = await serve(['--data', 'served'], { cwd: at.dir });
      for (const [i, step] of STEPS.entries()) {
        const { code, stdout, stderr } = await run('served', step);
        const before = alone[i] as Outcome;
        const where = (text: string) => timeless(text).replaceAll('served', 'alone');
        expect({ step, code, stdout: where(stdout), stderr: where(stderr) }).toEqual({
          step,
          code: before.code,
          stdout: timeless(before.stdout),
          stderr: timeless(before.stderr),
        });
      }
      for (const format of ['graphml', 'gexf', 'csv', 'json'])
        expect(readFileSync(join(at.dir, `served.${format}`), 'utf8')).toBe(
          readFileSync(join(at.dir, `alone.${format}`), 'utf8'),
        );
    } finally {
      expect((await serving?.stop())?.code).toBe(0);
    }
  });

  it('ends quietly with 0 where its reader has enough', async () => {
    await succeed(['import', 'world', '--data', 'piped'], { cwd: at.dir });
    await succeed(['rebuild', '--data', 'piped'], { cwd: at.dir });
    const command = `'${process.execPath}' '${resource('bin/ringfence.cjs')}' --data piped profiles --kind patient`;
    const { INIT_CWD: _, ...env } = process.env;
    const shell = spawnSync('bash', ['-c', `set -o pipefail; ${command} | head -n 1`], {
      cwd: at.dir,
      env,
      encoding: 'utf8',
    });
    expect(shell).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(shell.stdout)).toMatchObject({ kind: 'patient' });
  });
});

/** Steps that must fail with 1: what they ask for is not there, or makes no sense. */
const FAILING = new Set(
  STEPS.flatMap((step, i) => {
    const text = step.join(' ');
    const again = STEPS.findIndex((s) => s.join(' ') === text) < i;
    const fails =
      i === 1 ||
      /no-such-run|nowhere|package|NONE|withdraw 7|--from 2026/.test(text) ||
      (again && /withdraw 1/.test(text)) ||
      i === STEPS.length - 1;
    return fails ? [i] : [];
  }),
);
