import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../analytics/model/rng.js';
import { succeed, temporary } from './run.js';

/** As `npm start` makes it. */
const DISTRICT = ['--settlements', '50000', '--seed', '1'];
const SLOWLY_MS = 900_000;
/** Three sessions a week for a year, holidays and a stay in hospital left out. */
const SESSIONS = 140;

interface Line {
  readonly subjects: ReadonlyArray<{ kind: string; id: string }>;
}

const rowsOf = (file: string) => {
  const [head = '', ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n');
  return { head, rows };
};

/** The rows of every table dealt again; fields of the seed world hold no line breaks. */
function shuffle(from: string, to: string): void {
  mkdirSync(to);
  const rng = createRng(5);
  for (const name of readdirSync(from)) {
    const { head, rows } = rowsOf(join(from, name));
    for (let k = rows.length - 1; k > 0; k--) {
      const other = rng.int(k + 1);
      [rows[k], rows[other]] = [rows[other] as string, rows[k] as string];
    }
    writeFileSync(join(to, name), `${[head, ...rows].join('\n')}\n`);
  }
}

describe('the sample district', () => {
  const at = temporary('district');
  const cwd = at.dir;
  let all = '';
  let listed: Line[] = [];

  const run = async (data: string, args: readonly string[], threads = '2') =>
    (await succeed(['--data', data, ...args], { cwd, env: { RINGFENCE_THREADS: threads } })).stdout;

  beforeAll(async () => {
    await succeed(['seed', '--out', 'world', ...DISTRICT], { cwd });
    await run('data', ['import', 'world']);
    await run('data', ['rebuild']);
    all = await run('data', ['findings', '--all']);
    listed = (await run('data', ['findings']))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
  }, SLOWLY_MS);
  afterAll(at.remove);

  const people = (lines: readonly Line[]) =>
    new Set(lines.flatMap((l) => l.subjects.filter((s) => s.kind === 'patient').map((s) => s.id)));

  it('has rings to show', () => {
    expect(listed.length).toBeGreaterThan(3);
    expect(people(listed).size).toBeGreaterThan(10);
  });

  it('lists nobody who has honest dialysis three times a week for a year', () => {
    const { head, rows } = rowsOf(join(cwd, 'world', 'setl_d.csv'));
    const columns = head.split(',');
    const [who, what] = [columns.indexOf('psn_no'), columns.indexOf('dise_no')];
    const guilty = new Set(
      readFileSync(join(cwd, 'world.truth.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .flatMap((line) => (JSON.parse(line) as { patients: string[] }).patients),
    );
    const sessions = new Map<string, number>();
    for (const row of rows) {
      const fields = row.split(',');
      if (!fields[what]?.startsWith('M078')) continue;
      const id = fields[who] as string;
      if (!guilty.has(id)) sessions.set(id, (sessions.get(id) ?? 0) + 1);
    }
    const honest = [...sessions].filter(([, n]) => n >= SESSIONS).map(([id]) => id);
    expect(honest.length).toBeGreaterThan(5);
    const on = people(listed);
    expect(honest.filter((id) => on.has(id))).toEqual([]);
  });

  it('lists no family that shops together', () => {
    const families = readFileSync(join(cwd, 'world.lookalikes.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; patients: string[] })
      .filter(({ type }) => type === 'same-household');
    expect(families.length).toBeGreaterThan(0);
    const on = people(listed);
    expect(families.flatMap((f) => f.patients).filter((id) => on.has(id))).toEqual([]);
  });

  it(
    'says the same whatever the order of the rows and the number of threads',
    async () => {
      shuffle(join(cwd, 'world'), join(cwd, 'shuffled'));
      await run('other', ['import', 'shuffled'], '1');
      await run('other', ['rebuild'], '1');
      expect(await run('other', ['findings', '--all'], '1')).toBe(all);
    },
    SLOWLY_MS,
  );
});
