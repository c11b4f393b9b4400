import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { importDirectory } from '../../../analytics/ingest/import.js';
import { type Landing, openLanding } from '../../../analytics/landing/landing.js';
import { forget, openWorld, type Row, type TestWorld } from '../ingest/world.js';

// Several processes on one volume: each has a landing of its own over the same ledger.

let world: TestWorld;
const open: Landing[] = [];
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  for (const landing of open.splice(0)) await landing.close();
  await forget(world);
});
afterAll(() => world.close());

async function another(): Promise<Landing> {
  const { dir, ledger } = world;
  const limits = { memoryLimit: '1GB', threads: 1 };
  const landing = await openLanding({ dir, ledger, exclusive: false, ...limits });
  open.push(landing);
  return landing;
}

const S = (id: string, day: string, fee = '10.00'): Row => ({
  ...{ setl_id: id, mdtrt_id: `M${id}`, psn_no: 'A1', fixmedins_code: 'H1' },
  ...{ setl_time: `${day} 10:00:00`, medfee_sumamt: fee },
});

const load = (
  landing: Landing,
  rows: Row[],
  more: { job?: string; replacePeriod?: boolean } = {},
) =>
  importDirectory({
    ...{ landing, rejectDir: join(world.dir, 'rejects'), ...more },
    dir: world.input({ 'setl_d.csv': rows }),
  });

const fees = async (landing: Landing, ids: string[]) =>
  (await landing.settlements(ids)).map((s) => `${s.id} ${s.medfee}`);

describe('landing shared by processes', () => {
  it('commits what two stage at once, each key from the later, and fails neither', async () => {
    const [a, b] = [await another(), await another()];
    const [one, two] = await Promise.all([
      load(a, [S('1', '2025-01-01', '1'), S('2', '2025-01-01', '1')]),
      load(b, [S('1', '2025-01-01', '2'), S('3', '2025-01-01', '2')]),
    ]);
    const last = one.record.id > two.record.id ? 100 : 200;
    for (const landing of [a, b])
      expect(await fees(landing, ['1', '2', '3'])).toEqual([`1 ${last}`, '2 100', '3 200']);
  });

  it('answers all the while another prunes the files away', async () => {
    const [reading, pruning] = [await another(), await another()];
    await load(pruning, [S('1', '2024-01-01'), S('2', '2025-01-09')]);
    const { record } = await load(pruning, [S('3', '2025-01-09')]);
    expect(await fees(reading, ['2'])).toEqual(['2 1000']);
    let over = false;
    const asking = (async () => {
      let answers = 0;
      for (; !over || answers < 3; answers++)
        expect(await fees(reading, ['2'])).toEqual(['2 1000']);
      return answers;
    })();
    await pruning.withdraw(record.id);
    await pruning.prune('2025-01-01', []);
    over = true;
    expect(await asking).toBeGreaterThan(2);
    expect(await fees(reading, ['1', '2', '3'])).toEqual(['2 1000']);
  });

  it('asks again when files vanish between its look at the ledger and at them', async () => {
    const pruning = await another();
    await load(pruning, [S('1', '2024-01-01'), S('2', '2025-01-09')]);
    let seen: number | undefined;
    const reading = await openLanding({
      ...{ dir: world.dir, exclusive: false, memoryLimit: '1GB', threads: 1 },
      ledger: {
        ...world.ledger,
        async version() {
          const version = seen ?? (await world.ledger.version());
          seen = undefined;
          return version;
        },
      },
    });
    open.push(reading);
    expect(await fees(reading, ['1', '2'])).toEqual(['1 1000', '2 1000']);
    const before = await world.ledger.version();
    await pruning.prune('2025-01-01', []);
    seen = before;
    expect(await fees(reading, ['1', '2'])).toEqual(['2 1000']);
    expect(seen).toBeUndefined();
  });

  it('opens beside one that is staging, and removes only what is old', async () => {
    const staging = await another();
    const begun = await staging.begin();
    const old = join(world.dir, 'landing', '.tmp-old');
    mkdirSync(old);
    writeFileSync(join(old, 'setl_d.parquet'), 'half');
    const before = new Date(Date.now() - 2 * 86_400_000);
    utimesSync(old, before, before);
    await another();
    const left = readdirSync(join(world.dir, 'landing'));
    expect(left).toContain(`.tmp-${begun.id}`);
    expect(existsSync(old)).toBe(false);
    expect(existsSync(begun.duck.scratch)).toBe(true);
    await begun.abort();
  });

  it('does not replace again what came after it, when the same work is done twice', async () => {
    const landing = await another();
    const dir = world.input({ 'setl_d.csv': [S('1', '2025-01-01'), S('2', '2025-01-03')] });
    const work = { landing, dir, rejectDir: join(world.dir, 'rejects'), replacePeriod: true };
    const first = await importDirectory({ ...work, job: '7' });
    await load(landing, [S('9', '2025-01-02')]);
    const again = await importDirectory({ ...work, job: '7' });
    expect(again).toEqual(first);
    expect(await fees(landing, ['1', '9'])).toEqual(['1 1000', '9 1000']);
    // Asked for by somebody else it is another import, and replaces what is there.
    const other = await importDirectory({ ...work, job: '8' });
    expect(other.record.id).toBeGreaterThan(first.record.id);
    expect(await fees(landing, ['1', '9'])).toEqual(['1 1000']);
  });
});
