import { describe, expect, it } from 'vitest';
import { remembering } from '../../../analytics/store/duckdb/remember.js';
import type { RunReader } from '../../../analytics/store/port.js';

/** A reader that counts what it is asked, and answers with the number of the question. */
function counting(answer: (n: number) => Promise<never>) {
  let asked = 0;
  const one = () => answer(++asked);
  const names = ['runs', 'run', 'rings', 'ring', 'facets', 'profiles', 'profile', 'standing'];
  const reader = Object.fromEntries(names.map((name) => [name, one])) as unknown as RunReader;
  return { reader, asked: () => asked };
}
const number = async (n: number) => n as never;

describe('answers that are remembered', () => {
  it('are asked once until something is written, each question for itself', async () => {
    const { reader, asked } = counting(number);
    const { read, forget } = remembering(reader);
    expect(await read.facets('a')).toBe(1);
    expect(await read.facets('a')).toBe(1);
    expect(await read.facets('b')).toBe(2);
    expect(await read.facets()).toBe(3);
    expect(await read.rings({ limit: 50, text: 'x' })).toBe(4);
    expect(await read.rings({ limit: 50, text: 'y' })).toBe(5);
    expect(await read.rings({ limit: 50, text: 'x' })).toBe(4);
    expect(asked()).toBe(5);
    forget();
    expect(await read.facets('a')).toBe(6);
  });

  it('are not those of a question that a write overtook', async () => {
    const gates: Array<() => void> = [];
    const { reader } = counting(async (n) => {
      await new Promise<void>((open) => gates.push(open));
      return n as never;
    });
    const { read, forget } = remembering(reader);
    const before = read.run();
    forget();
    const after = read.run();
    for (const open of gates) open();
    expect(await before).toBe(1);
    expect(await after).toBe(2);
    expect(await read.run()).toBe(2);
  });

  it('leave out long pages and failures, and do not grow without end', async () => {
    let fails = true;
    const { reader, asked } = counting(async (n) => {
      if (fails) throw new Error('away');
      return n as never;
    });
    const { read } = remembering(reader);
    await expect(read.runs()).rejects.toThrow('away');
    fails = false;
    expect(await read.runs()).toBe(2);
    expect(await read.rings({})).toBe(3);
    expect(await read.rings({})).toBe(4);
    for (let i = 0; i < 1000; i++) await read.ring(`R${i}`);
    expect(await read.ring('R999')).toBe(1004);
    expect(asked()).toBe(1004);
    expect(await read.runs()).toBe(1005);
  });
});
