import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Duck, openDuck } from '../../../analytics/landing/duck.js';

let dir: string;
let duck: Duck;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ringfence-duck-'));
  duck = await openDuck({ tempDir: join(dir, 'tmp'), threads: 2, memoryLimit: '1GB' });
});
afterAll(async () => {
  await duck.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('duck', () => {
  it('reads every kind of column, nulls included, into shared arrays', async () => {
    const c = await duck.columns(`SELECT * FROM (VALUES
      (1::BIGINT, 1.5, 7::INTEGER, true, 'a'), (NULL, NULL, NULL, NULL, NULL)) t(a, b, c, d, e)`);
    expect(c.rows).toBe(2);
    expect([...(c.get('a') as Float64Array)]).toEqual([1, Number.NaN]);
    expect([...(c.get('b') as Float64Array)]).toEqual([1.5, Number.NaN]);
    expect([...(c.get('c') as Int32Array)]).toEqual([7, -1]);
    expect([...(c.get('d') as Uint8Array)]).toEqual([1, 0]);
    expect(c.get('e')).toEqual(['a', '']);
    expect((c.get('a') as Float64Array).buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(() => c.get('z')).toThrow(/no column z/);
  });

  it('keeps order over chunk and segment borders', async () => {
    const n = 300_001;
    const c = await duck.columns(
      `SELECT range AS a, (range % 1000)::INTEGER AS b FROM range(${n}) ORDER BY range DESC`,
    );
    const a = c.get('a') as Float64Array;
    const b = c.get('b') as Int32Array;
    expect(c.rows).toBe(n);
    for (let i = 0; i < n; i++) {
      if (a[i] !== n - 1 - i || b[i] !== (n - 1 - i) % 1000) throw new Error(`wrong at ${i}`);
    }
  });

  it('runs statements of one connection one after another', async () => {
    const [x, y] = await Promise.all([
      duck.columns('SELECT range AS a FROM range(200000)'),
      duck.rows<{ s: number }>('SELECT sum(range)::BIGINT AS s FROM range(?)', [10]),
    ]);
    expect(x.rows).toBe(200_000);
    expect(y).toEqual([{ s: 45 }]);
  });

  it('streams batches and lets the next statement run when left early', async () => {
    for await (const batch of duck.batches<{ a: number }>('SELECT range AS a FROM range(10000)')) {
      expect(batch[0]).toEqual({ a: 0 });
      break;
    }
    expect(await duck.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('uses the calendar of Shanghai and loads nothing from outside', async () => {
    const [row] = await duck.rows<{ t: string; a: string }>(
      `SELECT to_timestamp(0)::VARCHAR AS t, current_setting('autoload_known_extensions')::VARCHAR AS a`,
    );
    expect(row?.t).toBe('1970-01-01 08:00:00+08');
    expect(row?.a).toBe('false');
  });

  it('stops a running statement when its signal is aborted', async () => {
    const control = new AbortController();
    const own = await openDuck({ tempDir: join(dir, 'tmp2'), signal: control.signal });
    const work = own.rows(
      'SELECT count(*) FROM range(100000) a, range(10000000) b WHERE a.range*b.range % 7 = 3',
    );
    setTimeout(() => control.abort(), 100);
    await expect(work).rejects.toMatchObject({ kind: 'cancelled' });
    await own.close();
  });
});
