import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { TABLES, type TableName } from '../analytics/model/tables.js';
import type { Handover } from './hardships.js';

const CHUNK = 1 << 18;

/** One growing CSV file; it takes its name only when the whole world is written. */
export class CsvFile {
  rows = 0;
  /** Rows go straight into bytes: long strings of strings would keep the collector busy. */
  private readonly bytes = Buffer.allocUnsafe(CHUNK);
  private used = 0;
  private readonly file: number;
  private readonly part: string;
  private readonly path: string;

  constructor(
    dir: string,
    table: TableName,
    private readonly handover: Handover | null = null,
  ) {
    this.path = join(dir, `${table}.csv`);
    this.part = `${this.path}.part`;
    this.file = openSync(this.part, 'w');
    this.put(`${(handover?.columns ?? Object.keys(TABLES[table].columns)).join(',')}\n`);
  }

  /** A row with its line end, shorter than 80,000 characters; no field of it needs quotes. */
  row(line: string): void {
    let text = line;
    if (this.handover) {
      const fields = this.handover.withheld
        ? null
        : this.handover.row(line.slice(0, -1).split(','));
      if (!fields) return;
      text = `${fields.join(',')}\n`;
    }
    this.put(text);
    this.rows++;
  }

  private put(text: string): void {
    if (this.used + text.length * 3 > CHUNK) this.flush();
    this.used += this.bytes.write(text, this.used, 'utf8');
  }

  private flush(): void {
    for (let done = 0; done < this.used; )
      done += writeSync(this.file, this.bytes, done, this.used - done);
    this.used = 0;
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }

  /** Gives it its name; of a withheld table nothing stays, of an earlier world neither. */
  keep(): void {
    if (this.handover?.withheld) {
      rmSync(this.part);
      rmSync(this.path, { force: true });
    } else renameSync(this.part, this.path);
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
