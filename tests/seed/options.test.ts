import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CARD_TYPES, HEADLINE_TYPES, PLANTED_TYPES } from '../../analytics/planting/context.js';
import { typesNamed } from '../../api/commands/seed.js';
import { writeSeedWorld } from '../../seed/index.js';
import { readGroups, readTable } from './support.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringfence-seed-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const small = (name: string, more: object = {}) =>
  writeSeedWorld({ outDir: join(dir, name), settlements: 5000, seed: 7, ...more });
const hashes = (name: string) => {
  const files = readdirSync(join(dir, name)).sort();
  return [
    ...files.map((f) => join(name, f)),
    `${name}.truth.jsonl`,
    `${name}.lookalikes.jsonl`,
  ].map((f) =>
    createHash('sha256')
      .update(readFileSync(join(dir, f)))
      .digest('hex'),
  );
};

describe('writeSeedWorld', () => {
  it('writes the same bytes for the same options and others for another seed', async () => {
    await small('a');
    await small('b');
    await small('c', { seed: 8 });
    expect(readdirSync(join(dir, 'a'))).toHaveLength(10);
    expect(hashes('b')).toEqual(hashes('a'));
    expect(hashes('c')).not.toEqual(hashes('a'));
  });

  it('plants nothing in a clean world, whose look-alikes live on', async () => {
    const summary = await small('clean', { clean: true });
    expect(summary.rings).toBe(0);
    expect(summary.prevalence).toBe(0);
    expect(readGroups(summary.truthFile)).toEqual([]);
    expect(readGroups(summary.lookAlikesFile).length).toBeGreaterThan(5);
    expect(readTable(join(dir, 'clean'), 'setl_d')).toHaveLength(5000);
  });

  it('keeps to one level of camouflage and to a number of rings', async () => {
    const summary = await writeSeedWorld({
      outDir: join(dir, 'level'),
      settlements: 20_000,
      seed: 3,
      camouflage: 2,
      rings: 3,
    });
    const truth = readGroups(summary.truthFile);
    expect(truth.map((t) => t.camouflage)).toEqual(truth.map(() => 2));
    expect(truth.filter((t) => t.type === 'card-farming-pharmacy')).toHaveLength(3);
  });

  it('writes more fee lines when asked to', async () => {
    const of = async (lines: number) => {
      const summary = await writeSeedWorld({
        outDir: join(dir, `lines-${lines}`),
        settlements: 20_000,
        seed: 4,
        feeLines: lines,
      });
      return summary.rows.fee_list_d / 20_000;
    };
    expect(Math.abs((await of(2)) - 2)).toBeLessThan(0.35);
    expect(Math.abs((await of(4)) - 4)).toBeLessThan(0.5);
  });

  it('plants the headline three unless told, and other types with what resembles them', async () => {
    await small('a');
    await small('b', { types: HEADLINE_TYPES });
    expect(hashes('b')).toEqual(hashes('a'));
    const options = { settlements: 20_000, seed: 5, types: CARD_TYPES };
    const summary = await writeSeedWorld({ outDir: join(dir, 'cards'), ...options });
    const truth = readGroups(summary.truthFile);
    expect(new Set(truth.map((t) => t.type))).toEqual(new Set(CARD_TYPES));
    expect(readTable(join(dir, 'cards'), 'setl_d')).toHaveLength(20_000);
    const resembled = new Set(readGroups(summary.lookAlikesFile).map((l) => l.resembles));
    for (const type of CARD_TYPES) expect(resembled.has(type), type).toBe(true);
    const clean = await writeSeedWorld({ outDir: join(dir, 'clean'), clean: true, ...options });
    expect(readGroups(clean.truthFile)).toEqual([]);
    const lives = new Set(readGroups(clean.lookAlikesFile).map((l) => l.type));
    expect(lives.has('chain-event') && lives.has('duplicate-batch')).toBe(true);
  });

  it('writes what planted packs, contacts and prescriptions are', async () => {
    const summary = await writeSeedWorld({
      outDir: join(dir, 'rows'),
      settlements: 30_000,
      seed: 6,
      camouflage: 0,
      rings: 2,
      types: ['trace-code-loop', 'card-agent-hub', 'steering-loop'],
    });
    const truth = readGroups(summary.truthFile);
    const rows = (table: Parameters<typeof readTable>[1]) => readTable(join(dir, 'rows'), table);
    const sold = new Map<string, number>();
    for (const r of rows('drug_trac_d'))
      if (r.sel_retn_cnt === '1')
        sold.set(r.drug_trac_codg as string, (sold.get(r.drug_trac_codg as string) ?? 0) + 1);
    expect(Math.max(...sold.values())).toBeGreaterThan(2);
    const people = new Map(rows('psn_b').map((r) => [r.psn_no as string, r]));
    const relations = rows('rltn_d');
    for (const ring of truth.filter((t) => t.type === 'card-agent-hub')) {
      const phones = ring.patients.map((p) => people.get(p)?.tel as string).filter((t) => t !== '');
      const agents = relations.filter(
        (r) => ring.patients.includes(r.src as string) && /proxy|payee/.test(r.rltn as string),
      );
      const most = Math.max(...phones.map((t) => phones.filter((x) => x === t).length));
      expect(Math.max(most, agents.length)).toBeGreaterThan(ring.patients.length * 0.6);
    }
    const doctors = new Map(rows('dr_b').map((r) => [r.dr_code as string, r.fixmedins_code]));
    const filled = rows('fee_list_d').filter(
      (r) => r.fixmedins_code?.startsWith('P') && r.bilg_dr_code !== '',
    );
    expect(filled.length).toBeGreaterThan(100);
    // Who prescribed works elsewhere, and is on no visit of the pharmacy's.
    for (const r of filled)
      expect(doctors.get(r.bilg_dr_code as string)).not.toBe(r.fixmedins_code);
    for (const r of rows('mdtrt_d'))
      if (r.fixmedins_code?.startsWith('P')) expect(r.atddr_no).toBe('');
  });

  it('knows types by name, all of them, and no others', () => {
    expect(typesNamed('all')).toEqual(PLANTED_TYPES);
    expect(typesNamed('steering-loop, card-agent-hub')).toEqual([
      'steering-loop',
      'card-agent-hub',
    ]);
    expect(() => typesNamed('steering-loop,fraud')).toThrow(/“fraud”/);
    expect(() => typesNamed('')).toThrow(/no ring is called/);
  });

  it('replaces an earlier world and refuses a directory with other files', async () => {
    await small('a');
    const first = hashes('a');
    await small('a', { seed: 9 });
    expect(hashes('a')).not.toEqual(first);
    mkdirSync(join(dir, 'other'));
    writeFileSync(join(dir, 'other', 'setl_d_2024.csv'), 'setl_id\n');
    await expect(small('other')).rejects.toMatchObject({ kind: 'conflict' });
    expect(readdirSync(join(dir, 'other'))).toEqual(['setl_d_2024.csv']);
  });

  it('refuses options out of range by name', async () => {
    await expect(small('x', { settlements: 12 })).rejects.toThrow(/--settlements 12/);
    await expect(small('x', { seed: -1 })).rejects.toThrow(/--seed -1/);
    await expect(small('x', { camouflage: 5 })).rejects.toThrow(/--camouflage 5/);
    expect(existsSync(join(dir, 'x'))).toBe(false);
  });

  it('stops when aborted and leaves the earlier world whole', async () => {
    await small('a');
    const before = hashes('a');
    const stop = new AbortController();
    const phases = new Set<string>();
    await expect(
      small('a', {
        seed: 10,
        signal: stop.signal,
        progress: (p: { phase: string }) => {
          phases.add(p.phase);
          if (p.phase === 'writing') stop.abort();
        },
      }),
    ).rejects.toMatchObject({ kind: 'cancelled' });
    expect(phases).toContain('life');
    expect(hashes('a')).toEqual(before);
  });
});
