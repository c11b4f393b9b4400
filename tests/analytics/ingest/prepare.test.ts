import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RECORD_BYTES_MAX } from '../../../analytics/ingest/scan.js';
import { read } from './preparing.js';

/** What a file holds by RFC 4180, independently of the program: for files whose quotes are right. */
function reference(text: string): string[][] {
  const out: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  let any = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') {
        field += '"';
        i++;
      } else quoted = false;
    } else if (c === '"' && field === '') {
      quoted = true;
      any = true;
    } else if (c === ',') {
      row.push(field);
      field = '';
      any = true;
    } else if (c === '\n') {
      if (any || field !== '') out.push([...row, field]);
      row = [];
      field = '';
      any = false;
    } else if (c !== '\r') field += c;
  }
  if (any || field !== '') out.push([...row, field]);
  return out;
}

const cell = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('', '1', 'a', '张三', 'x y', '0012', ' b ', '2025-01-31'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('a"b', 'a,b', '"', '""', 'l1\nl2', "'7", '\t8', '\u3000'),
  },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'grapheme', maxLength: 6 })
      .map((s) => s.replace(/[\0\r\uFFFD\uFEFF]/g, '')),
  },
);
const quoteIt = (s: string) => `"${s.replaceAll('"', '""')}"`;
const written = fc
  .tuple(cell, fc.boolean())
  .map(([s, always]) => (always || /[",\n]/.test(s) ? quoteIt(s) : s));
const wellFormed = fc
  .tuple(
    fc.array(fc.array(written, { minLength: 3, maxLength: 3 }), { maxLength: 12 }),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([rows, end]) => `${[['h1', 'h2', 'h3'], ...rows].map((r) => r.join(',')).join(end)}${end}`);
const hostile = fc
  .array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.constantFrom('a,b,c', '1,2,3', '张,三,四', '"q","r","s"', '"a ""b""",c,d'),
      },
      fc.constantFrom(
        'a,b',
        'a,b,c,d',
        '',
        ' ',
        ',,',
        '"open,b,c',
        'a,b"c,d',
        '"a"x,b,c',
        'a,\0,c',
        '"',
        '""',
        ',"',
        'x,y,"z',
      ),
      fc.array(cell, { minLength: 1, maxLength: 4 }).map((c) => c.join(',')),
    ),
    { maxLength: 14 },
  )
  .chain((lines) =>
    fc
      .array(fc.constantFrom('\n', '\n', '\n', '\r\n', '\r'), {
        minLength: lines.length + 1,
        maxLength: lines.length + 1,
      })
      .map((ends) => `h1,h2,h3\n${lines.map((l, i) => l + ends[i]).join('')}`),
  );

describe('reading CSV', () => {
  it('gives what RFC 4180 says, whichever way it is read', async () => {
    await fc.assert(
      fc.asyncProperty(wellFormed, async (text) => {
        const wanted = reference(text)
          .slice(1)
          .filter((r) => r.length === 3);
        const fast = await read(text);
        const careful = await read(text, true);
        expect(fast.rows).toEqual(wanted);
        expect(careful.rows).toEqual(wanted);
        expect(careful.lines).toEqual(fast.lines);
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same rows, lines and rejects both ways, whatever the file holds', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const fast = await read(text);
        const careful = await read(text, true);
        expect(careful.rows).toEqual(fast.rows);
        expect(careful.lines).toEqual(fast.lines);
        expect(careful.rejects).toEqual(fast.rejects);
        expect(careful.prepared.digest).toBe(fast.prepared.digest);
        // Every line that is not blank is part of one row or one reject.
        const seen = new Set([...careful.lines]);
        expect(seen.size).toBe(careful.lines.length);
        expect(careful.prepared.rejected).toBe(careful.rejects.length);
      }),
      { numRuns: 120 },
    );
  });

  it('reads regular files the fast way and others with care', async () => {
    const regular = [
      'a,b\n1,2\n',
      'a,b\r\n1,2\r\n',
      '"a","b"\n"1","2"',
      'a;b\n1;2\n',
      'a\tb\n1\t2\n',
    ];
    for (const text of regular) expect((await read(text)).prepared.numbered, text).toBe(false);
    const other = [
      'a,b\n1\n',
      'a,b\n\n1,2\n',
      'a,b\n"1\n2",3\n',
      'a,b\n1,2"3\n',
      'a,b\n1,2\r3,4\n',
      'a,b\r\n1,2\n',
    ];
    for (const text of other) expect((await read(text)).prepared.numbered, text).toBe(true);
  });

  it('finds what must be trimmed, also where chunks end', async () => {
    expect((await read('a,b\n12,34\n')).prepared.padded).toBe(false);
    for (const odd of [' 12', '12 ', "'12", '\t12', '12\u3000', '\u00a012'])
      expect((await read(`a,b\n${odd},34\n`)).prepared.padded, JSON.stringify(odd)).toBe(true);
    expect((await read('a,b\n"x"," 12"\n')).prepared.padded).toBe(true);
    expect((await read('a,b\n"x","12 "\n')).prepared.padded).toBe(true);
    expect((await read('a,b\n"x","12"\n')).prepared.padded).toBe(false);
    expect((await read('a,b\n内科,痀\n')).prepared.padded).toBe(false);
  });

  it('counts physical lines, also over line breaks inside quotes and blank lines', async () => {
    const r = await read('a,b\n1,2\n\n"x\ny",3\n4,5\n');
    expect(r.lines).toEqual([2, 4, 6]);
    expect(r.rows[1]).toEqual(['x\ny', '3']);
  });

  it('lets an unclosed quote cost one row', async () => {
    const r = await read('a,b\n1,2\n"3,4\n5,6\n7,8\n');
    expect(r.rows).toEqual([
      ['1', '2'],
      ['5', '6'],
      ['7', '8'],
    ]);
    expect(r.rejects).toHaveLength(1);
    expect(r.rejects[0]).toMatch(/^t\.csv,3,,"""3,4",a quote that is/);
  });

  it('rejects a field of 10 MB and goes on', async () => {
    for (const big of [
      'x'.repeat(10_000_000),
      `"${'x'.repeat(10_000_000)}"`,
      `"${'x\n'.repeat(10)}${'y'.repeat(10_000_000)}`,
    ]) {
      const r = await read(`a,b\n1,2\n${big},3\n4,5\n`);
      expect(r.rows.filter((row) => row[0] === '1' || row[0] === '4')).toHaveLength(2);
      expect(r.rejects.length).toBeGreaterThan(0);
      expect(r.rejects.some((line) => line.includes(`longer than ${RECORD_BYTES_MAX} bytes`))).toBe(
        true,
      );
    }
  });

  it('rejects rows with NUL bytes, ragged rows and text after quotes, each with its line', async () => {
    const r = await read('a,b\n1,2\n3,\0\n4\n5,6,7\n"8"x,9\n10,11\n');
    expect(r.rows).toEqual([
      ['1', '2'],
      ['10', '11'],
    ]);
    expect(r.rejects).toEqual([
      't.csv,3,,"3,␀",a NUL byte',
      't.csv,4,,4,1 fields where the header has 2',
      't.csv,5,,"5,6,7",3 fields where the header has 2',
      't.csv,6,,"""8""x,9",text after a closing quote',
    ]);
  });
});
