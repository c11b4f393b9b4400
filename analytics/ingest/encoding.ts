import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { invalid } from '../model/errors.js';

export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be';

export const CHUNK_BYTES = 1 << 22;

/** The bytes of a file, unpacked where it is gzip; `read` counts those of the file itself. */
export async function* bytesOf(
  path: string,
  name: string,
  read?: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (read) file.on('data', (chunk) => read(chunk.length));
  if (!name.toLowerCase().endsWith('.gz')) {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  const plain: Readable = file.pipe(createGunzip({ chunkSize: 1 << 18 }));
  file.on('error', (error) => plain.destroy(error));
  try {
    yield* plain as AsyncIterable<Buffer>;
  } catch (error) {
    throw invalid(
      `${name} is not a whole gzip file: ${error instanceof Error ? error.message : String(error)}`,
      'Pack the file again',
    );
  }
}

/** What a byte-order mark, or zeros in every other byte, say before anything is decoded. */
export function encodingByMark(head: Buffer): { encoding: Encoding; mark: number } | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf)
    return { encoding: 'utf-8', mark: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', mark: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', mark: 2 };
  if (head[0] === 0x84 && head[1] === 0x31 && head[2] === 0x95 && head[3] === 0x33)
    return { encoding: 'gb18030', mark: 4 };
  const zeros = [0, 0] as [number, number];
  const sample = head.subarray(0, Math.min(1024, head.length & ~1));
  for (let i = 0; i < sample.length; i += 2) {
    if (sample[i] === 0) zeros[0]++;
    if (sample[i + 1] === 0) zeros[1]++;
  }
  const half = sample.length / 2;
  // Headings are ASCII or Chinese: with UTF-16 many high bytes are zero and no low one is.
  if (zeros[1] > half / 4 && zeros[0] === 0) return { encoding: 'utf-16le', mark: 0 };
  if (zeros[0] > half / 4 && zeros[1] === 0) return { encoding: 'utf-16be', mark: 0 };
  return undefined;
}

/** Validity of a stream of bytes as UTF-8, character by character over the borders of its chunks. */
export function createUtf8Check() {
  let tail = Buffer.alloc(0);
  let valid = true;
  return {
    push(chunk: Buffer): void {
      if (!valid) return;
      let from = 0;
      if (tail.length > 0) {
        // At most three bytes wait; complete them with at most three more.
        const bridge = Buffer.concat([tail, chunk.subarray(0, 3)]);
        const used = completeLength(bridge, tail.length);
        valid = isUtf8(bridge.subarray(0, used));
        from = Math.max(0, used - tail.length);
        tail = Buffer.alloc(0);
      }
      const cut = cutBeforePartial(chunk, from);
      valid &&= isUtf8(chunk.subarray(from, cut));
      tail = Buffer.from(chunk.subarray(cut));
    },
    end: () => valid && tail.length === 0,
  };
}

/** Length of the character that a partial one at the start becomes. */
function completeLength(bytes: Buffer, partial: number): number {
  const lead = bytes[0] as number;
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  return Math.max(partial, Math.min(size, bytes.length));
}

function cutBeforePartial(chunk: Buffer, from: number): number {
  for (let back = 1; back <= 3 && chunk.length - back >= from; back++) {
    const b = chunk[chunk.length - back] as number;
    if (b < 0x80) return chunk.length;
    if (b >= 0xc0) {
      const size = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
      return back < size ? chunk.length - back : chunk.length;
    }
  }
  return chunk.length;
}

/** Chinese in UTF-8 has lead bytes from here on; below are the letters of other scripts. */
const THREE_BYTES = 0xe0;
/** Lead bytes below this are Latin letters with accents. */
const BEYOND_LATIN = 0xc4;

/**
 * For a file that is not all UTF-8: UTF-8 with some damage where most of the lines that are not
 * ASCII are valid, else GB18030, which Windows writes. Common characters of GB18030 pass for UTF-8 of two bytes
 * (医院 always does), so lines that have nothing else of UTF-8 say nothing.
 */
export async function encodingByLines(chunks: AsyncIterable<Buffer>): Promise<Encoding> {
  let good = 0;
  let bad = 0;
  let rest = Buffer.alloc(0);
  const judge = (line: Buffer) => {
    if (line.every((b) => b < 0x80)) return;
    if (!isUtf8(line)) bad++;
    else if (line.some((b) => b >= THREE_BYTES) || line.every((b) => b < BEYOND_LATIN)) good++;
  };
  for await (const chunk of chunks) {
    const all = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    for (let end = all.indexOf(10, at); end >= 0; end = all.indexOf(10, at)) {
      judge(all.subarray(at, end));
      at = end + 1;
    }
    rest = Buffer.from(all.subarray(at));
    if (rest.length > CHUNK_BYTES) {
      judge(rest);
      rest = Buffer.alloc(0);
    }
    if (good + bad > 100_000) break;
  }
  judge(rest);
  return good >= bad && good > 0 ? 'utf-8' : 'gb18030';
}

/** Writes a file as UTF-8 without mark; true when some bytes were not of the encoding (U+FFFD stands there). */
export async function transcode(
  chunks: AsyncIterable<Buffer>,
  encoding: Encoding,
  out: string,
): Promise<boolean> {
  const decoder = new TextDecoder(encoding);
  const stream = createWriteStream(out);
  let damaged = false;
  const put = async (text: string) => {
    damaged ||= text.includes('\uFFFD');
    if (text !== '' && !stream.write(text)) await once(stream, 'drain');
  };
  for await (const chunk of chunks) await put(decoder.decode(chunk, { stream: true }));
  await put(decoder.decode());
  stream.end();
  await once(stream, 'finish');
  return damaged;
}
