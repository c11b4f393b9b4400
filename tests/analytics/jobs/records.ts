import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecords, type Records } from '../../../api/records/open.js';

let template: Promise<string> | undefined;

/** A database is made once a test file (it takes seconds) and copied for each test. */
function makeTemplate(): Promise<string> {
  template ??= (async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ringfence-template-'));
    await (await openRecords(dir)).close();
    process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
    return dir;
  })();
  return template;
}

/** Real records in a directory of their own; `close` removes it. */
export async function freshRecords(): Promise<Records & { readonly dir: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'ringfence-records-'));
  cpSync(await makeTemplate(), dir, { recursive: true });
  const records = await openRecords(dir);
  return {
    ...records,
    dir,
    async close() {
      await records.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
