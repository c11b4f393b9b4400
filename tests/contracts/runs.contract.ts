import { beforeAll, describe, expect, it } from 'vitest';
import type { RiskProfile } from '../../analytics/model/finding.js';
import type { GraphStore } from '../../analytics/store/port.js';
import { detectionRun, ring } from '../fixtures/runs.js';

const profile = (id: string, score: number, grade: RiskProfile['grade']): RiskProfile => ({
  kind: 'patient',
  id,
  score,
  grade,
  findings: ['a'],
});

const h2 = { kind: 'institution', id: 'H2', role: 'core' } as const;
const A = ring('a', 0.5);
const B = ring('b', 0.9, { detector: 'patient-brokering-ring', q: null, status: 'review' });
const d1 = { kind: 'doctor', id: 'D1', role: 'doctor' } as const;
const C = ring('c', 0.5, { fundAtRisk: 5, change: 'grew', subjects: [h2, d1] });
const moved: RiskProfile = {
  ...profile('P2', 0.9, 'E'),
  parts: [
    { code: 'dismissed', by: -0.05, ring: 'R-7K2Q', reason: '同一家庭', measured: 0.8 },
    { code: 'spread', by: 0.2, measured: 0.5, via: { kind: 'institution', id: 'H1' } },
  ],
};
const PROFILES = [profile('P3', 0.1, 'A'), moved, profile('P1', 0.9, 'E')];

/** The part of the contract about published runs, over the graph that `prepare` loads. */
export function runContract(open: () => GraphStore, prepare: () => Promise<void>): void {
  describe('published runs', () => {
    beforeAll(prepare);
    const ids = async (filter = {}, run?: string) => {
      const { total, rings } = await open().read.rings(filter, run);
      return [total, ...rings.map((r) => r.id)];
    };

    it('are none at first', async () => {
      const { read } = open();
      expect(await read.runs()).toEqual([]);
      expect(await read.run()).toBeUndefined();
      expect(await ids()).toEqual([0]);
      expect(await read.ring('a')).toBeUndefined();
      expect(await read.profiles('patient', {})).toEqual({ total: 0, profiles: [] });
      expect(await read.profile({ kind: 'patient', id: 'P1' })).toBeUndefined();
      expect(await read.standing({ kind: 'patient', id: 'P1' })).toBeUndefined();
      expect(await read.facets()).toEqual({
        statuses: {},
        detectors: {},
        regions: {},
        changes: {},
      });
    });

    it('come back whole', async () => {
      const run = detectionRun('r1', [A, B, C], PROFILES);
      await open().publish(run);
      const { rings, profiles, ...head } = run;
      const { read } = open();
      expect(await read.run()).toEqual(head);
      expect(await read.run('r1')).toEqual(head);
      expect(await read.run('other')).toBeUndefined();
      expect(await read.rings({})).toEqual({ total: 3, rings: [B, A, C] });
      expect(await read.ring('b')).toEqual(B);
      expect(await read.ring('R-b')).toEqual(B);
      expect(await read.runs()).toEqual([
        { id: 'r1', publishedAt: expect.any(String), ledgerVersion: 1, findings: 2 },
      ]);
      expect(rings).toHaveLength(3);
      expect(profiles).toHaveLength(3);
    });

    it('are filtered and paged, the total being of the filter', async () => {
      expect(await ids({ statuses: ['finding'] })).toEqual([2, 'a', 'c']);
      expect(await ids({ statuses: [] })).toEqual([0]);
      expect(await ids({ detectors: ['patient-brokering-ring'] })).toEqual([1, 'b']);
      expect(await ids({ changes: ['grew', 'split'] })).toEqual([1, 'c']);
      expect(await ids({ minFundAtRisk: 6 })).toEqual([2, 'b', 'a']);
      expect(await ids({ minFundAtRisk: 12_345_678 })).toEqual([2, 'b', 'a']);
      expect(await ids({ subject: h2 })).toEqual([1, 'c']);
      expect(await ids({ subject: { kind: 'patient', id: 'H2' } })).toEqual([0]);
      expect(await ids({ offset: 1, limit: 1 })).toEqual([3, 'a']);
      expect(await ids({ limit: 0 })).toEqual([3]);
      expect(await ids({ statuses: ['finding'], offset: 1, subject: h2 })).toEqual([1]);
    });

    it('are found by region of a core institution and by text', async () => {
      expect(await ids({ region: '5001' })).toEqual([3, 'b', 'a', 'c']);
      expect(await ids({ region: '500102' })).toEqual([0]);
      expect(await ids({ text: '康复' })).toEqual([1, 'c']);
      expect(await ids({ text: 'r-C' })).toEqual([1, 'c']);
      expect(await ids({ text: 'p1' })).toEqual([2, 'b', 'a']);
      expect(await ids({ text: '单雄' })).toEqual([0]);
      expect(await ids({ text: "'; DROP TABLE rings; --" })).toEqual([0]);
    });

    it('are counted by value', async () => {
      expect(await open().read.facets()).toEqual({
        statuses: { finding: 2, review: 1 },
        detectors: { 'card-farming-pharmacy': 2, 'patient-brokering-ring': 1 },
        regions: { '500101': 3 },
        changes: { born: 2, grew: 1 },
      });
    });

    it('rank profiles by score, then id', async () => {
      const { read } = open();
      const [p3, p2, p1] = PROFILES as [RiskProfile, RiskProfile, RiskProfile];
      expect(await read.profiles('patient', {})).toEqual({ total: 3, profiles: [p1, p2, p3] });
      expect(await read.profiles('patient', { offset: 1, limit: 1 })).toEqual({
        total: 3,
        profiles: [p2],
      });
      expect(await read.profiles('drug', {})).toEqual({ total: 0, profiles: [] });
      expect(await read.profile(p2)).toEqual(p2);
      expect(await read.standing(p2)).toEqual({ rank: 2, total: 3, grades: { A: 1, E: 2 } });
    });

    it('switch at once: a reader sees one run or the other', async () => {
      const many = (prefix: string, n: number) =>
        Array.from({ length: n }, (_, i) => ring(`${prefix}${i}`, i / n));
      await open().publish(detectionRun('r2', many('x', 300)));
      let publishing = true;
      const publish = (async () => {
        for (let i = 0; i < 6; i++)
          await open().publish(
            i % 2 ? detectionRun('r2', many('x', 300)) : detectionRun('r3', many('y', 200)),
          );
        publishing = false;
      })();
      while (publishing) {
        const { total, rings } = await open().read.rings({});
        expect(rings).toHaveLength(total);
        expect([300, 200]).toContain(total);
        expect(rings.every((r) => r.id.startsWith(total === 300 ? 'x' : 'y'))).toBe(true);
      }
      await publish;
    });

    it('published again replace themselves and are the newest', async () => {
      await open().publish(detectionRun('r1', [A]));
      expect(await ids()).toEqual([1, 'a']);
      expect((await open().read.runs()).map((r) => r.id)).toEqual(['r1', 'r2', 'r3']);
      expect((await ids({}, 'r2'))[0]).toBe(300);
    });

    it('stay when a newer graph is loaded, and are pruned but for the newest and the pinned', async () => {
      await open().pruneRuns(1, ['r3', 'unknown']);
      expect((await open().read.runs()).map((r) => r.id)).toEqual(['r1', 'r3']);
      expect((await ids({}, 'r2'))[0]).toBe(0);
      expect((await ids({}, 'r3'))[0]).toBe(200);
      await open().pruneRuns(5, []);
      expect(await open().read.runs()).toHaveLength(2);
    });

    it('are not there when cancelled', async () => {
      const stop = AbortSignal.abort();
      await expect(open().publish(detectionRun('r9', [A]), { signal: stop })).rejects.toMatchObject(
        { kind: 'cancelled' },
      );
      expect(await open().read.run('r9')).toBeUndefined();
      expect(await ids()).toEqual([1, 'a']);
    });
  });
}
