import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { read } from './preparing.js';

describe('encodings', () => {
  const text = '姓名,编号\n张三,001\n李四,002\n';
  /** 姓名,编号 张三,001 李四,002 in GB18030. */
  const gb = Buffer.from('d0d5c3fb2cb1e0bac50ad5c5c8fd2c3030310ac0eecbc42c3030320a', 'hex');
  const rows = [
    ['张三', '001'],
    ['李四', '002'],
  ];

  it('reads UTF-8 with and without mark, GB18030, UTF-16 and gzip', async () => {
    const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le');
    const swapped = Buffer.from(utf16).swap16();
    const files: Array<[Buffer, string, string?]> = [
      [Buffer.from(text), 'utf-8'],
      [Buffer.from(`\uFEFF${text}`), 'utf-8'],
      [gb, 'gb18030'],
      [Buffer.concat([Buffer.from('84319533', 'hex'), gb]), 'gb18030'],
      [utf16, 'utf-16le'],
      [swapped, 'utf-16be'],
      [utf16.subarray(2), 'utf-16le'],
      [gzipSync(text), 'utf-8', 't.csv.gz'],
      [gzipSync(gb), 'gb18030', 't.csv.GZ'],
    ];
    for (const [bytes, encoding, name] of files) {
      const r = await read(bytes, false, name);
      expect([r.prepared.encoding, r.rows, r.prepared.header], encoding).toEqual([
        encoding,
        rows,
        ['姓名', '编号'],
      ]);
    }
  });

  it('is not misled by Chinese that passes for UTF-8 of two bytes', async () => {
    // 某医院 in GB18030, row after row, below a header that only GB18030 can have.
    const hospital = Buffer.from('c4b3d2bdd4ba', 'hex');
    const line = Buffer.concat([hospital, Buffer.from(',001\n')]);
    const r = await read(Buffer.concat([gb.subarray(0, 10), line, line, line]));
    expect([r.prepared.encoding, r.rows[0]]).toEqual(['gb18030', ['某医院', '001']]);
  });

  it('takes UTF-8 with a damaged line for UTF-8', async () => {
    const damaged = Buffer.concat([Buffer.from(text), Buffer.from('ff2c3030330a', 'hex')]);
    expect((await read(damaged)).prepared.encoding).toBe('utf-8');
    const accents = Buffer.concat([Buffer.from('name,id\nJosé,1\n'), Buffer.from([0xff, 10])]);
    expect((await read(accents)).prepared.encoding).toBe('utf-8');
  });

  it('passes over a mark before a quoted header', async () => {
    for (const end of ['\n', '\r\n'])
      for (const careful of [false, true]) {
        const r = await read(`\uFEFF"a","b"${end}"1","2"${end}`, careful);
        expect(r.prepared.header).toEqual(['a', 'b']);
        expect(r.rows).toEqual([['1', '2']]);
        expect(r.prepared.numbered).toBe(careful);
      }
  });

  it('reads a header without rows', async () => {
    for (const text of ['a,b', 'a,b\n', 'a,b\r\n', '"a","b"\n'])
      for (const careful of [false, true]) {
        const r = await read(text, careful);
        expect([r.prepared.header, r.rows]).toEqual([['a', 'b'], []]);
      }
  });

  it('has one digest for a file and its packed copy', async () => {
    const plain = await read(text);
    const packed = await read(gzipSync(text), false, 't.csv.gz');
    expect(packed.prepared.digest).toBe(plain.prepared.digest);
  });

  it('rejects the damaged row of a UTF-8 file, not the file', async () => {
    const bytes = Buffer.concat([
      Buffer.from(text),
      Buffer.from([0xff, 0xfe, 0x2c, 0x33, 0x0a]),
      Buffer.from('王五,004\n'),
    ]);
    const r = await read(bytes);
    expect(r.prepared.encoding).toBe('utf-8');
    expect(r.rows).toEqual([...rows, ['王五', '004']]);
    expect(r.rejects).toEqual([expect.stringMatching(/^t\.csv,4,,.*,bytes that are not UTF-8$/)]);
  });

  it('sees characters that chunk borders cut', async () => {
    const long = `a,b\n${'张三李四,王五赵六\n'.repeat(400_000)}`;
    const r = await read(long);
    expect(r.prepared.encoding).toBe('utf-8');
    expect(r.prepared.numbered).toBe(false);
    expect(r.prepared.rows).toBe(400_000);
  });

  it('refuses an empty file, a header that is none, and half a gzip file', async () => {
    await expect(read('')).rejects.toThrow(/t\.csv is empty/);
    await expect(read('\n\n')).rejects.toThrow(/does not begin with a row of column names/);
    await expect(read('"a,b\n1,2\n')).rejects.toThrow(/its quotes are not closed/);
    await expect(read(gzipSync(text).subarray(0, 30), false, 't.csv.gz')).rejects.toThrow(
      /t\.csv\.gz is not a whole gzip file/,
    );
  });
});
