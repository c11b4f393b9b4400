import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dateSql,
  hasClockSql,
  intSql,
  mangledSql,
  moneySql,
  numberSql,
  textOf,
  timeSql,
} from '../../../analytics/ingest/values.js';
import { type Duck, openDuck } from '../../../analytics/landing/duck.js';
import { formatFen } from '../../../analytics/model/money.js';
import { formatTime } from '../../../analytics/model/time.js';

let dir: string;
let duck: Duck;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ringfence-values-'));
  duck = await openDuck({ tempDir: dir, threads: 2, memoryLimit: '1GB' });
});
afterAll(async () => {
  await duck.close();
  rmSync(dir, { recursive: true, force: true });
});

async function all(sql: (t: string) => string, texts: readonly string[]): Promise<unknown[]> {
  const rows = await duck.rows<{ v: unknown }>(
    `SELECT ${sql('t')} AS v FROM (SELECT unnest(?::VARCHAR[]) AS t)`.replace(
      '?::VARCHAR[]',
      `[${texts.map((t) => `'${t.replaceAll("'", "''")}'`).join(', ')}]::VARCHAR[]`,
    ),
  );
  return rows.map((r) => r.v);
}

describe('times', () => {
  const local = async (texts: string[], clockAlone = false) =>
    (await all((t) => timeSql(t, 28_800, clockAlone), texts)).map((v) =>
      v === null ? null : formatTime(v as number).slice(0, 19),
    );

  it('reads every form that exports have', async () => {
    expect(
      await local([
        '20250131',
        '2025-01-31',
        '2025/1/31 8:05',
        '2025-01-31T08:05:00',
        '20250131080500',
        '202501310805',
        '2025年1月31日 8:05:09',
        '2025.1.31',
        '2025-01-31 08:05:00.123',
        '2025-1-31 8:5:9',
      ]),
    ).toEqual([
      '2025-01-31T00:00:00',
      '2025-01-31T00:00:00',
      '2025-01-31T08:05:00',
      '2025-01-31T08:05:00',
      '2025-01-31T08:05:00',
      '2025-01-31T08:05:00',
      '2025-01-31T08:05:09',
      '2025-01-31T00:00:00',
      '2025-01-31T08:05:00',
      '2025-01-31T08:05:09',
    ]);
  });

  it('follows a zone that the value names, else the dialect', async () => {
    expect(
      await local([
        '2025-01-31T00:05:00Z',
        '2025-01-31 08:05:00+08:00',
        '2025-01-31 08:05:00+0930',
        '2025-01-31 08:05:00-05',
      ]),
    ).toEqual([
      '2025-01-31T08:05:00',
      '2025-01-31T08:05:00',
      '2025-01-31T06:35:00',
      '2025-01-31T21:05:00',
    ]);
    const utc = await all((t) => timeSql(t, 0, false), ['2025-01-31 08:05:00', '2025-01-31']);
    expect(utc.map((v) => formatTime(v as number).slice(0, 19))).toEqual([
      '2025-01-31T16:05:00',
      '2025-01-31T00:00:00',
    ]);
  });

  it('refuses what the calendar does not have', async () => {
    const wrong = [
      '2025-02-30',
      '20250230',
      '2025-13-01',
      '0000-00-00',
      '2025-01-31 25:00:00',
      '2025-01-31 08:61',
      'yesterday',
      '202501',
      '1 2025-01-31',
      '2025-01-31 08:05:00 maybe',
      '08:05',
      '99999999',
      'infinity',
      'epoch',
    ];
    expect(await local(wrong)).toEqual(wrong.map(() => null));
    expect(await all(dateSql, wrong)).toEqual(wrong.map(() => null));
  });

  it('knows whether there is a clock; midnight to the second is a date that passed through a clock', async () => {
    expect(
      await all(hasClockSql, [
        '2025-01-31',
        '20250131',
        '2025-01-31 08:05',
        '20250131080500',
        '2025-01-31 00:00:00',
        '20250131000000',
        '2025-01-31 00:00:01',
        '2025/1/31 0:05',
      ]),
    ).toEqual([false, false, true, true, false, false, true, true]);
  });

  it('puts a clock alone on the first day of all', async () => {
    expect(await local(['08:05', '8:05:09', '25:00', '08:60'], true)).toEqual([
      '1970-01-01T08:05:00',
      '1970-01-01T08:05:09',
      null,
      null,
    ]);
  });

  it('reads dates that have a clock as the day in Shanghai', async () => {
    const texts = ['2025-01-31T20:00:00Z', '2025-01-31 20:00:00', '20250131235959', '9999-12-31'];
    const days = await all((t) => `(${dateSql(t)})::VARCHAR`, texts);
    expect(days).toEqual(['2025-02-01', '2025-01-31', '2025-01-31', '9999-12-31']);
  });
});

describe('money and numbers', () => {
  it('takes at most two places that count', async () => {
    expect(
      await all(moneySql, ['1234', '-0.01', '1.5', '.5', '5.', '+3', '1.500000', '1,234.50']),
    ).toEqual([123400, -1, 150, 50, 500, 300, 150, 123450]);
    const wrong = [
      '1.005',
      'abc',
      '１２',
      '1e3',
      '1,23',
      '12345678901234',
      '.',
      '-',
      '--1',
      '1.2.3',
      '(5)',
    ];
    expect(await all(moneySql, wrong)).toEqual(wrong.map(() => null));
  });

  it('is exact for every amount', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -(10 ** 15) + 1, max: 10 ** 15 - 1 }), { minLength: 1 }),
        async (fens) => {
          expect(await all(moneySql, fens.map(formatFen))).toEqual(
            fens.map((f) => (f === 0 ? 0 : f)),
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it('reads numbers and whole numbers', async () => {
    expect(await all(numberSql, ['1.5', '-2', '1e-3', '1,234.5', 'NaN', 'inf', '0x1'])).toEqual([
      1.5,
      -2,
      0.001,
      1234.5,
      null,
      null,
      null,
    ]);
    expect(await all(intSql, ['12', '12.0', '12.5', '99999999999', '850'])).toEqual([
      12,
      12,
      null,
      null,
      850,
    ]);
  });
});

describe('text', () => {
  it('loses what exports put around it', async () => {
    const strip = (kind: 'id' | 'text') => (t: string) => textOf(t, kind, true);
    expect(
      await all(strip('id'), [
        '\t00123',
        "'00123",
        ' 00123 ',
        '\u300000123\u00a0',
        'NULL',
        '',
        "'",
      ]),
    ).toEqual(['00123', '00123', '00123', '00123', null, null, null]);
    expect(await all(strip('text'), ["'s Hertogen", '\t name '])).toEqual(["'s Hertogen", 'name']);
  });

  it('tells identifiers that a spreadsheet turned into numbers', async () => {
    expect(await all(mangledSql, ['1.23457E+17', '1E+12', 'E+12', '12345', 'ABE+1'])).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
