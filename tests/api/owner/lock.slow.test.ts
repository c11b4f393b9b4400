import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acquire, LOCK_FILE, ownerOf } from '../../../api/owner/lock.js';

const CONTENDERS = 4;
const ROUNDS = 20;

interface Answer {
  won: boolean;
  heldBy: number | null;
}

describe('the lock of a data directory', () => {
  let dir = '';
  const children: ChildProcess[] = [];

  async function start(): Promise<ChildProcess> {
    const child = fork(fileURLToPath(new URL('./contender.mjs', import.meta.url)));
    await once(child, 'message');
    return child;
  }

  /** Everybody at one moment; the winner keeps it for 200 ms, or for good. */
  async function contest(keep: boolean): Promise<Array<Answer & { pid: number | undefined }>> {
    const at = Date.now() + 30;
    return Promise.all(
      children.map(async (child) => {
        const answer = once(child, 'message');
        child.send({ dir, at, keep });
        return { ...((await answer)[0] as Answer), pid: child.pid };
      }),
    );
  }

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ringfence-lock-'));
    children.push(...(await Promise.all(Array.from({ length: CONTENDERS }, start))));
  });

  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });

  it(`is won by exactly one of ${CONTENDERS} processes, ${ROUNDS} times`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const answers = await contest(false);
      const winners = answers.filter((a) => a.won);
      expect(winners).toHaveLength(1);
      for (const a of answers) if (!a.won) expect(a.heldBy).toBe(winners[0]?.pid);
      await sleep(300);
      expect(readdirSync(dir)).toEqual([]);
    }
  });

  it(`is taken over from a dead process by exactly one, ${ROUNDS} times`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const answers = await contest(true);
      const winners = answers.filter((a) => a.won);
      expect(winners).toHaveLength(1);
      const dead = children.findIndex((child) => child.pid === winners[0]?.pid);
      const child = children[dead] as ChildProcess;
      const gone = once(child, 'exit');
      child.send({ die: true });
      await gone;
      expect(ownerOf(dir)).toBeUndefined();
      children[dead] = await start();
    }
    const last = acquire(dir, { socket: '', command: 'test' });
    expect('heldBy' in last).toBe(false);
    if (!('heldBy' in last)) last.release();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is taken over from a process whose number another one has now', () => {
    const mine = acquire(dir, { socket: '', command: 'test' });
    if ('heldBy' in mine) throw new Error('held');
    const other = { ...mine.holder, started: '1', token: 'old' };
    writeFileSync(join(dir, LOCK_FILE), JSON.stringify(other));
    expect(ownerOf(dir)).toBeUndefined();
    const again = acquire(dir, { socket: '', command: 'test' });
    expect('heldBy' in again).toBe(false);
    mine.release();
    expect(ownerOf(dir)?.pid).toBe(process.pid);
    if (!('heldBy' in again)) again.release();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('trusts the heartbeat of an owner whose processes it cannot see', () => {
    const mine = acquire(dir, { socket: '', command: 'test' });
    if ('heldBy' in mine) throw new Error('held');
    mine.release();
    const elsewhere = { ...mine.holder, place: 'another container', token: 'far' };
    writeFileSync(join(dir, LOCK_FILE), JSON.stringify(elsewhere));
    expect(acquire(dir, { socket: '', command: 'test' })).toMatchObject({ heldBy: elsewhere });
    rmSync(join(dir, LOCK_FILE));
  });

  it('is taken over where the file is no lock', () => {
    writeFileSync(join(dir, LOCK_FILE), 'rubbish');
    const mine = acquire(dir, { socket: '', command: 'test' });
    expect('heldBy' in mine).toBe(false);
    if (!('heldBy' in mine)) mine.release();
  });
});
