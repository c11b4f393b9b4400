import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { quote } from '../landing/duck.js';
import { invalid } from '../model/errors.js';
import { readCarefully } from './careful.js';
import {
  bytesOf,
  createUtf8Check,
  type Encoding,
  encodingByLines,
  encodingByMark,
  transcode,
} from './encoding.js';
import {
  addLine,
  createScanner,
  guessDelimiter,
  type PartialRecord,
  type ScanResult,
} from './scan.js';

export interface PrepareTask {
  readonly path: string;
  /** As messages and the reject file call it. */
  readonly name: string;
  /** Directory for what must be unpacked, decoded or cleaned; and a number unique in it. */
  readonly scratch: string;
  readonly index: number;
  /** Read carefully also when the file is regular (tests compare the two ways). */
  readonly careful?: boolean;
}

/** A file ready for DuckDB: rows that are CSV, with as many fields as the header. */
export interface PreparedFile {
  /** SHA-256 of the file's contents, unpacked. */
  readonly digest: string;
  readonly encoding: Encoding;
  readonly header: readonly string[];
  readonly delimiter: string;
  readonly path: string;
  /** Rows begin with the number of their line; else the lines count themselves from 2 on. */
  readonly numbered: boolean;
  readonly rows: number;
  readonly rejected: number;
  /** Rejected rows, where there are some. */
  readonly rejects: string | undefined;
  readonly quoted: boolean;
  readonly padded: boolean;
}

const HEADER_BYTES_MAX = 1 << 16;

/** Looks at every byte of a CSV file and makes it readable; see scan.ts and careful.ts. */
export async function prepareCsv(
  task: PrepareTask,
  progress?: (bytes: number) => void,
): Promise<PreparedFile> {
  const raw = await survey(task.path, task, progress);
  if (raw.bytes === 0)
    throw invalid(`${task.name} is empty`, 'Export the table again, with its header');
  let file = raw;
  let encoding: Encoding = 'utf-8';
  let damaged = false;
  if (!raw.utf8 || raw.encoding?.startsWith('utf-16')) {
    encoding = raw.encoding ?? (await encodingByLines(bytesOf(raw.path, 'csv')));
    const decoded = join(task.scratch, `decoded-${task.index}.csv`);
    damaged = await transcode(bytesOf(raw.path, 'csv'), encoding, decoded);
    file = await survey(decoded, { ...task, name: 'decoded.csv' });
  }
  const { header, delimiter, scan } = file;
  if (header === undefined || delimiter === undefined || scan === undefined)
    throw invalid(
      `${task.name} does not begin with a row of column names: ${file.headerProblem ?? 'it has no text'}`,
      'The first row names the columns; export the table again as CSV',
    );
  const base = { digest: raw.digest, encoding, header };
  const { quoted, padded, records, irregular } = scan;
  if (irregular === undefined && !damaged && !task.careful) {
    const rest = { quoted, padded, rejected: 0, rejects: undefined };
    return { ...base, ...rest, delimiter, path: file.path, numbered: false, rows: records };
  }
  const out = join(task.scratch, `clean-${task.index}.csv`);
  const rejects = join(task.scratch, `rejects-${task.index}.csv`);
  const result = await readCarefully({
    path: file.path,
    name: task.name,
    delimiter,
    width: header.length,
    out,
    rejects,
    ...(damaged ? { undecodable: encoding.toUpperCase() } : {}),
  });
  return {
    ...base,
    delimiter: ',',
    path: out,
    numbered: true,
    rows: result.accepted,
    rejected: result.rejected,
    rejects: result.rejected > 0 ? rejects : undefined,
    quoted: true,
    padded: true,
  };
}

interface Survey {
  readonly digest: string;
  readonly bytes: number;
  readonly utf8: boolean;
  /** What the file's mark says. */
  readonly encoding: Encoding | undefined;
  readonly header: readonly string[] | undefined;
  readonly headerProblem?: string;
  readonly delimiter: string | undefined;
  readonly scan: ScanResult | undefined;
  /** The file, or its unpacked copy. */
  readonly path: string;
}

/** One pass: digest, validity as UTF-8, header and regularity; gzip is unpacked on the way. */
async function survey(
  path: string,
  task: PrepareTask,
  progress?: (bytes: number) => void,
): Promise<Survey> {
  const hash = createHash('sha256');
  const check = createUtf8Check();
  const packed = task.name.toLowerCase().endsWith('.gz');
  const unpacked = join(task.scratch, `unpacked-${task.index}.csv`);
  const copy = packed ? createWriteStream(unpacked) : undefined;
  let waiting: Buffer[] = [];
  let begun: Begun | undefined;
  let bytes = 0;

  const begin = () => {
    const head = Buffer.concat(waiting);
    waiting = [];
    begun = beginScan(head);
    begun.go &&= begun.scanner?.push(head.subarray(begun.mark)) ?? false;
  };
  for await (const chunk of bytesOf(path, task.name, progress)) {
    bytes += chunk.length;
    hash.update(chunk);
    check.push(chunk);
    if (copy && !copy.write(chunk)) await once(copy, 'drain');
    if (begun === undefined) {
      waiting.push(chunk);
      if (bytes >= HEADER_BYTES_MAX) begin();
    } else if (begun.go) {
      begun.go = begun.scanner?.push(chunk) ?? false;
    }
  }
  if (copy) {
    copy.end();
    await once(copy, 'finish');
  }
  if (begun === undefined) begin();
  const { encoding, header, headerProblem, delimiter, scanner } = begun as Begun;
  return {
    digest: hash.digest('hex'),
    bytes,
    utf8: check.end(),
    encoding,
    header,
    ...(headerProblem === undefined ? {} : { headerProblem }),
    delimiter,
    scan: scanner?.end(),
    path: packed ? unpacked : path,
  };
}

interface Begun {
  readonly encoding: Encoding | undefined;
  readonly mark: number;
  readonly header: readonly string[] | undefined;
  readonly headerProblem?: string;
  readonly delimiter: string | undefined;
  readonly scanner: ReturnType<typeof createScanner> | undefined;
  go: boolean;
}

function beginScan(head: Buffer): Begun {
  const marked = encodingByMark(head);
  const mark = marked?.mark ?? 0;
  const nothing = { encoding: marked?.encoding, mark, delimiter: undefined, scanner: undefined };
  if (marked?.encoding.startsWith('utf-16')) return { ...nothing, header: undefined, go: false };
  const text = head.subarray(mark, mark + HEADER_BYTES_MAX).toString('utf8');
  const line = text.split(/\r\n|\n|\r/).find((l) => l !== '');
  if (line === undefined) return { ...nothing, header: undefined, go: false };
  const delimiter = guessDelimiter(line);
  const record: PartialRecord = { fields: [], open: undefined };
  const state = addLine(record, line, delimiter);
  const headerProblem =
    state !== 'done'
      ? 'its quotes are not closed'
      : line.includes('\0')
        ? 'it has a NUL byte'
        : undefined;
  if (headerProblem !== undefined)
    return { ...nothing, header: undefined, headerProblem, go: false };
  const scanner = createScanner(delimiter, record.fields.length);
  return { encoding: marked?.encoding, mark, header: record.fields, delimiter, scanner, go: true };
}

/** The rows of a prepared file as text columns f0, f1 …; and `line` where they are numbered. */
export function csvRelation(file: PreparedFile): string {
  const fields = file.header.map((_, i) => `'f${i}': 'VARCHAR'`);
  const columns = file.numbered ? ["'line': 'BIGINT'", ...fields] : fields;
  const quoteMark = file.quoted ? `'"'` : "''";
  return `read_csv(${quote(file.path)}, auto_detect = false, header = ${!file.numbered},
    delim = ${quote(file.delimiter)}, quote = ${quoteMark}, escape = ${quoteMark}, comment = '',
    strict_mode = true, max_line_size = 8000000,
    parallel = ${!file.numbered}, columns = {${columns.join(', ')}})`;
}
