import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { TABLES, type TableName } from '../analytics/model/tables.js';

const CHUNK = 1 << 20;

/** One growing CSV file; it takes its name only when the whole world is written. */
export class CsvFile {
  rows = 0;
  private text: string;
  private readonly file: number;
  private readonly part: string;
  private readonly path: string;

  constructor(dir: string, table: TableName) {
    this.path = join(dir, `${table}.csv`);
    this.part = `${this.path}.part`;
    this.file = openSync(this.part, 'w');
    this.text = `${Object.keys(TABLES[table].columns).join(',')}\n`;
  }

  /** A row without its line end; the caller vouches that no field needs quotes. */
  row(line: string): void {
    this.text += line;
    this.text += '\n';
    this.rows++;
    if (this.text.length > CHUNK) this.flush();
  }

  private flush(): void {
    const bytes = Buffer.from(this.text, 'utf8');
    for (let done = 0; done < bytes.length; ) done += writeSync(this.file, bytes, done);
    this.text = '';
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }

  keep(): void {
    renameSync(this.part, this.path);
  }

  /** After a failure: nothing half-written stays behind. */
  discard(): void {
    try {
      closeSync(this.file);
    } catch {
      /* closed already */
    }
    if (existsSync(this.part)) rmSync(this.part);
  }
}

/** Fen as yuan with two places. */
export function yuan(fen: number): string {
  const whole = Math.trunc(Math.abs(fen) / 100);
  const rest = Math.abs(fen) % 100;
  return `${fen < 0 ? '-' : ''}${whole}.${rest < 10 ? '0' : ''}${rest}`;
}
