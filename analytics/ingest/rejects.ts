import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { REJECT_HEADER, rejectRow } from './csv.js';

/** The reject file of one import; it is made with its first row. */
export interface Rejects {
  /** Rows written by the careful reader, without a heading. */
  addFile(path: string): Promise<void>;
  addRows(
    file: string,
    batches: AsyncIterable<ReadonlyArray<Record<string, unknown>>>,
  ): Promise<void>;
  /** Path of the file, null when there are no rows. */
  close(): Promise<string | null>;
  drop(): Promise<void>;
}

export function openRejects(dir: string): Rejects {
  const path = join(dir, 'rejects.csv');
  let stream: WriteStream | undefined;
  const put = async (text: string | Buffer) => {
    if (!stream) {
      mkdirSync(dir, { recursive: true });
      // Rows of a bureau's tables may be in it: for the owner's eyes.
      stream = createWriteStream(path, { mode: 0o600 });
      stream.write(REJECT_HEADER);
    }
    if (!stream.write(text)) await once(stream, 'drain');
  };
  const end = async () => {
    if (!stream || stream.writableEnded) return;
    stream.end();
    await once(stream, 'finish');
  };
  return {
    async addFile(from) {
      for await (const chunk of createReadStream(from)) await put(chunk as Buffer);
    },
    async addRows(file, batches) {
      for await (const batch of batches) {
        let text = '';
        for (const row of batch)
          text += rejectRow(
            file,
            Number(row.line),
            String(row.column),
            String(row.value),
            String(row.reason),
          );
        await put(text);
      }
    },
    async close() {
      await end();
      return stream ? path : null;
    },
    async drop() {
      await end();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
