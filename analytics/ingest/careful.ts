import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { csvRow, rejectRow } from './csv.js';
import { addLine, type PartialRecord, RECORD_BYTES_MAX } from './scan.js';

export interface CarefulOptions {
  /** A UTF-8 file. */
  readonly path: string;
  /** Its name in the reject file. */
  readonly name: string;
  readonly delimiter: string;
  readonly width: number;
  /** U+FFFD stands for bytes that were not of this encoding: such rows are rejected. */
  readonly undecodable?: string;
  /** Where good rows go: comma-separated, the line number before the fields. */
  readonly out: string;
  /** Where rejected rows go, without a heading. */
  readonly rejects: string;
}

export interface CarefulResult {
  readonly accepted: number;
  readonly rejected: number;
}

interface Line {
  readonly text: string;
  readonly number: number;
  /** The line went on beyond what is kept of it. */
  readonly cut: boolean;
}

/** After so many unclosed quotes a file's quotes are not trusted beyond their own line. */
const UNCLOSED_MAX = 1000;
const CHUNK = 1 << 20;

/**
 * Reads any CSV, one physical line at a time, and tells each row's fate. A line that cannot be read
 * is rejected by itself and reading goes on with the next line, so that an unclosed quote costs one
 * row and not the rest of the file. Blank lines are no rows. The first row is the header and is
 * left out. Memory is bounded whatever the file holds.
 */
export async function readCarefully(options: CarefulOptions): Promise<CarefulResult> {
  const out = createWriteStream(options.out);
  const rejects = createWriteStream(options.rejects);
  const lines = createLines();
  let accepted = 0;
  let rejected = 0;
  let unclosed = 0;
  let header = false;
  let good = '';
  let bad = '';

  const reject = (line: Line, reason: string) => {
    rejected++;
    bad += rejectRow(options.name, line.number, '', line.text, reason);
  };

  /** A line that needs no quotes read or written and has the right number of fields. */
  function plain(text: string): boolean {
    if (options.delimiter !== ',' || text.includes('"')) return false;
    let fields = 1;
    for (let at = text.indexOf(','); at >= 0; at = text.indexOf(',', at + 1)) fields++;
    return fields === options.width;
  }

  /** The record at the head of the lines; undefined when more lines must be read first. */
  function next(ended: boolean): boolean {
    const first = lines.at(0) as Line;
    const wrong = lineProblem(first, options.undecodable);
    if (first.text === '' && !first.cut) {
      lines.drop(1);
      return true;
    }
    if (wrong !== undefined) {
      if (header) reject(first, wrong);
      header = true;
      lines.drop(1);
      return true;
    }
    if (plain(first.text)) {
      // Most lines of most files: as they stand they are good CSV.
      if (header) {
        accepted++;
        good += `${first.number},${first.text}\n`;
      }
      header = true;
      lines.drop(1);
      return true;
    }
    const record: PartialRecord = { fields: [], open: undefined };
    let state = addLine(record, first.text, options.delimiter);
    let used = 1;
    let length = first.text.length;
    let problem: string | undefined;
    while (state === 'open') {
      const line = lines.at(used);
      if (line === undefined) {
        if (!ended) return false;
        problem = 'a quote that is never closed';
        break;
      }
      length += line.text.length;
      if (
        unclosed >= UNCLOSED_MAX ||
        length > RECORD_BYTES_MAX ||
        lineProblem(line, options.undecodable) !== undefined
      ) {
        problem = 'a quote that is not closed';
        break;
      }
      state = addLine(record, line.text, options.delimiter);
      used++;
    }
    if (problem === undefined && state === 'bad') problem = 'text after a closing quote';
    else if (problem === undefined && record.fields.length !== options.width)
      problem = `${record.fields.length} fields where the header has ${options.width}`;
    if (problem !== undefined) {
      // What went on over lines and came out wrong was most likely one forgotten quote.
      if (used > 1 || state === 'open') unclosed++;
      if (header) reject(first, used > 1 ? 'a quote that is not closed in its row' : problem);
      header = true;
      lines.drop(1);
      return true;
    }
    if (header) {
      accepted++;
      good += `${first.number},${csvRow(record.fields)}`;
    }
    header = true;
    lines.drop(used);
    return true;
  }

  async function flush(force: boolean): Promise<void> {
    if (good.length > CHUNK || force) {
      await write(out, good);
      good = '';
    }
    if (bad.length > CHUNK || force) {
      await write(rejects, bad);
      bad = '';
    }
  }

  const decoder = new TextDecoder('utf-8');
  for await (const chunk of createReadStream(options.path, { highWaterMark: CHUNK })) {
    lines.push(decoder.decode(chunk as Buffer, { stream: true }));
    while (lines.at(0) !== undefined && next(false)) {
      /* each record in turn */
    }
    await flush(false);
  }
  lines.push(decoder.decode());
  lines.end();
  while (lines.at(0) !== undefined && next(true)) {
    /* the rest */
  }
  await flush(true);
  await finish(out);
  await finish(rejects);
  return { accepted, rejected };
}

function lineProblem(line: Line, undecodable: string | undefined): string | undefined {
  if (
    line.cut ||
    (line.text.length > RECORD_BYTES_MAX / 4 && Buffer.byteLength(line.text) > RECORD_BYTES_MAX)
  )
    return `longer than ${RECORD_BYTES_MAX} bytes`;
  if (line.text.includes('\0')) return 'a NUL byte';
  if (undecodable !== undefined && line.text.includes('\uFFFD'))
    return `bytes that are not ${undecodable}`;
  return undefined;
}

/** Physical lines as text comes in; they end in LF, CR LF or CR. Of a long one only the beginning is kept. */
function createLines() {
  let ready: Line[] = [];
  let head = 0;
  let rest = '';
  let cut = false;
  let number = 0;
  let afterCr = false;

  function emit(text: string): void {
    number++;
    const whole = rest === '' ? text : rest + text;
    ready.push({
      text: whole.length > RECORD_BYTES_MAX ? whole.slice(0, RECORD_BYTES_MAX) : whole,
      number,
      cut: cut || whole.length > RECORD_BYTES_MAX,
    });
    rest = '';
    cut = false;
  }

  return {
    push(text: string): void {
      if (text === '') return;
      let at = afterCr && text[0] === '\n' ? 1 : 0;
      afterCr = false;
      const ends = /\r\n|\n|\r/g;
      ends.lastIndex = at;
      for (let m = ends.exec(text); m !== null; m = ends.exec(text)) {
        emit(text.slice(at, m.index));
        at = ends.lastIndex;
        // A CR at the very end may have its LF in the next piece.
        if (m[0] === '\r' && at === text.length) afterCr = true;
      }
      rest += text.slice(at);
      if (rest.length > RECORD_BYTES_MAX) {
        rest = rest.slice(0, RECORD_BYTES_MAX);
        cut = true;
      }
    },
    end(): void {
      if (rest !== '' || cut) emit('');
    },
    at(i: number): Line | undefined {
      return ready[head + i];
    },
    drop(n: number): void {
      head += n;
      if (head > 4096 && head * 2 > ready.length) {
        ready = ready.slice(head);
        head = 0;
      }
    },
  };
}

async function write(stream: WriteStream, text: string): Promise<void> {
  if (text !== '' && !stream.write(text)) await once(stream, 'drain');
}

async function finish(stream: WriteStream): Promise<void> {
  stream.end();
  await once(stream, 'finish');
}
