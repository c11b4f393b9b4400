/**
 * A pass over the bytes of a UTF-8 file that decides whether DuckDB's parallel reader may have it:
 * whether every record stands on one line, has as many fields as the header and quotes as RFC 4180
 * says. Anything else goes through the careful reader (careful.ts), which tells each row's fate.
 */

/** Longer records are rejected. */
export const RECORD_BYTES_MAX = 1_000_000;

const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const APOSTROPHE = 39;

export const DELIMITERS = [',', '\t', ';', '|'] as const;

export interface ScanResult {
  /** Rows below the header; only meaningful when regular. */
  readonly records: number;
  /** Why the file is not regular; undefined when it is. */
  readonly irregular: string | undefined;
  /** Some field has a quote around it. */
  readonly quoted: boolean;
  /** Some field begins or ends with what is to be trimmed (blank, apostrophe, or a rarer blank). */
  readonly padded: boolean;
}

export interface Scanner {
  /** False when the file is known to be irregular and need not be read on. */
  push(chunk: Uint8Array): boolean;
  end(): ScanResult;
}

const FIELD_START = 0;
const PLAIN = 1;
const QUOTED = 2;
const CLOSED = 3;
const AFTER_CR = 4;

/** Bytes by which a field may begin that has something to trim: lead bytes of rarer blanks included. */
function mayPad(b: number): boolean {
  return b <= SPACE || b === APOSTROPHE || b === 0xc2 || b === 0xe3 || b === 0xef;
}

/** Whether a field that ends in these bytes has something to trim: ASCII, U+00A0, U+3000 or U+FEFF. */
function endsPadded(third: number, second: number, last: number): boolean {
  if (last < 0x80) return last <= SPACE || last === APOSTROPHE;
  if (last === 0xa0) return second === 0xc2;
  if (last === 0x80) return second === 0x80 && third === 0xe3;
  return last === 0xbf && second === 0xbb && third === 0xef;
}

/** `width` is the number of fields of the header; the header itself is scanned like any record. */
export function createScanner(delimiter: string, width: number): Scanner {
  const delim = delimiter.charCodeAt(0);
  const stops = new Uint8Array(256);
  for (const b of [delim, LF, CR, QUOTE, 0]) stops[b] = 1;
  const quotedStops = new Uint8Array(256);
  for (const b of [LF, CR, QUOTE, 0]) quotedStops[b] = 1;

  let state = FIELD_START;
  let fields = 1;
  let records = 0;
  let offset = 0;
  let start = 0;
  let opened = -1;
  let quoted = false;
  let crlf = 0;
  let lf = 0;
  let padded = false;
  let irregular: string | undefined;
  /** The last three bytes of the chunk before, for fields that end at a border. */
  let tail = [0, 0, 0];

  const before = (chunk: Uint8Array, i: number, back: number) =>
    (i >= back ? chunk[i - back] : tail[3 + i - back]) as number;
  const padsBefore = (chunk: Uint8Array, i: number) =>
    endsPadded(before(chunk, i, 3), before(chunk, i, 2), before(chunk, i, 1));

  function endRecord(length: number): void {
    if (length === 0) irregular ??= 'a blank line';
    if (fields !== width) irregular ??= 'a row with another number of fields';
    if (length > RECORD_BYTES_MAX) irregular ??= 'a very long row';
    records++;
    fields = 1;
    state = FIELD_START;
  }

  /** What one byte that is not simply inside a field does. */
  function step(b: number, chunk: Uint8Array, i: number): void {
    const at = offset + i;
    if (state === AFTER_CR) {
      if (b !== LF) {
        irregular = 'a line that ends in CR alone';
        return;
      }
      crlf++;
      endRecord(at - 1 - start);
      start = at + 1;
    } else if (b === 0) {
      irregular = 'a NUL byte';
    } else if (state === QUOTED) {
      if (b !== QUOTE) {
        irregular = 'a line break inside quotes';
        return;
      }
      if (at > opened + 1 && padsBefore(chunk, i)) padded = true;
      state = CLOSED;
    } else if (b === QUOTE) {
      if (state === PLAIN) irregular = 'a quote inside a field';
      else if (state === FIELD_START) opened = at;
      quoted = true;
      state = QUOTED;
    } else {
      if (state === PLAIN && padsBefore(chunk, i)) padded = true;
      if (b === delim) {
        fields++;
        state = FIELD_START;
      } else if (b === CR) {
        state = AFTER_CR;
      } else if (b === LF) {
        lf++;
        endRecord(at - start);
        start = at + 1;
      } else if (state === CLOSED) {
        irregular = 'text after a closing quote';
      } else {
        if (mayPad(b)) padded = true;
        state = PLAIN;
      }
    }
  }

  return {
    push(chunk) {
      const n = chunk.length;
      for (let i = 0; i < n; i++) {
        if (state === PLAIN) while (i < n && stops[chunk[i] as number] === 0) i++;
        else if (state === QUOTED) {
          if (offset + i === opened + 1 && mayPad(chunk[i] as number)) padded = true;
          while (i < n && quotedStops[chunk[i] as number] === 0) i++;
        }
        if (i < n) step(chunk[i] as number, chunk, i);
        if (irregular !== undefined) return false;
      }
      offset += n;
      tail = [before(chunk, n, 3), before(chunk, n, 2), before(chunk, n, 1)];
      return true;
    },
    end() {
      if (irregular === undefined) {
        if (state === QUOTED) irregular = 'a quote that is never closed';
        else if (state === AFTER_CR) irregular = 'a line that ends in CR alone';
        else if (offset > start) {
          if (state === PLAIN && endsPadded(tail[0]!, tail[1]!, tail[2]!)) padded = true;
          endRecord(offset - start);
        }
      }
      if (crlf > 0 && lf > 0) irregular ??= 'lines that end in two ways';
      return { records: Math.max(0, records - 1), irregular, quoted, padded };
    },
  };
}

/** What has been read of a record; `open` is the text of a quoted field whose quote is not closed yet. */
export interface PartialRecord {
  fields: string[];
  open: string | undefined;
}

/**
 * Adds a line to a record. `open` asks for the next line, `bad` means text after a closing quote. A
 * quote inside an unquoted field is text.
 */
export function addLine(
  record: PartialRecord,
  line: string,
  delimiter: string,
): 'done' | 'open' | 'bad' {
  let at = 0;
  if (record.open === undefined) {
    if (!line.includes('"')) {
      record.fields.push(...line.split(delimiter));
      return 'done';
    }
  }
  for (;;) {
    let text = record.open === undefined ? undefined : `${record.open}\n`;
    record.open = undefined;
    if (text === undefined && line[at] === '"') {
      text = '';
      at++;
    }
    if (text === undefined) {
      const end = line.indexOf(delimiter, at);
      record.fields.push(end < 0 ? line.slice(at) : line.slice(at, end));
      if (end < 0) return 'done';
      at = end + 1;
      continue;
    }
    for (;;) {
      const close = line.indexOf('"', at);
      if (close < 0) {
        record.open = text + line.slice(at);
        return 'open';
      }
      text += line.slice(at, close);
      at = close + 1;
      if (line[at] !== '"') break;
      text += '"';
      at++;
    }
    record.fields.push(text);
    if (at === line.length) return 'done';
    if (line[at] !== delimiter) return 'bad';
    at++;
  }
}

/** The delimiter that the header has most of, outside quotes; a comma where it has none. */
export function guessDelimiter(header: string): string {
  const bare = header.replace(/"[^"]*"/g, '');
  let best: string = ',';
  let most = 0;
  for (const d of DELIMITERS) {
    const count = bare.split(d).length - 1;
    if (count > most) {
      most = count;
      best = d;
    }
  }
  return best;
}
