import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { csvRelation, type PreparedFile, prepareCsv } from '../../../analytics/ingest/prepare.js';
import { type Duck, openDuck } from '../../../analytics/landing/duck.js';

let dir: string;
let duck: Duck;
let made = 0;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ringfence-prepare-'));
  duck = await openDuck({ tempDir: dir, threads: 2, memoryLimit: '1GB' });
});
afterAll(async () => {
  await duck.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Read {
  prepared: PreparedFile;
  rows: string[][];
  lines: number[];
  rejects: string[];
}

/** A file as it is read: its rows, their lines and what was rejected. */
export async function read(
  content: string | Buffer,
  careful = false,
  name = 't.csv',
): Promise<Read> {
  const scratch = join(dir, `s${made++}`);
  mkdirSync(scratch);
  const path = join(scratch, name);
  writeFileSync(path, content);
  const prepared = await prepareCsv({
    path,
    name,
    scratch,
    index: 0,
    ...(careful ? { careful } : {}),
  });
  await duck.run(`CREATE OR REPLACE TEMP TABLE t AS SELECT * FROM ${csvRelation(prepared)}`);
  const fields = prepared.header.map((_, i) => `f${i}`);
  const rows = await duck.rows<Record<string, string | number>>(
    `SELECT ${prepared.numbered ? 'line' : 'rowid + 2'} AS line, ${fields.join(', ')} FROM t ORDER BY rowid`,
  );
  expect(rows.length).toBe(prepared.rows);
  const rejects = prepared.rejects
    ? readFileSync(prepared.rejects, 'utf8').trimEnd().split('\n')
    : [];
  rmSync(scratch, { recursive: true, force: true });
  return {
    prepared,
    // An empty field and a missing one are the same to us.
    rows: rows.map((r) => fields.map((f) => (r[f] as string | null) ?? '')),
    lines: rows.map((r) => Number(r.line)),
    rejects,
  };
}
