import { serialize } from 'node:v8';
import { beforeAll, describe, expect, it } from 'vitest';
import { DETECTORS } from '../../../analytics/detectors/index.js';
import { CLASS_PHARMACY } from '../../../analytics/projection/world.js';
import type { Searched } from '../../../analytics/scoring/detectOne.js';
import { detectAll } from '../../../analytics/scoring/lanes.js';
import { honestWorld } from '../detectors/honestWorld.js';
import { buildWorld } from '../detectors/worldBuilder.js';

describe('detectors side by side', () => {
  let searched: Searched;
  let ids: string[];
  beforeAll(() => {
    const plain = honestWorld(4);
    // Twelve cards through one pharmacy within the same minutes, on thirty days of no habit.
    for (let n = 0; n < 30; n++) {
      const day = plain.day(plain.rng.int(360));
      const from = 30_000 + plain.rng.int(40_000);
      for (let p = 0; p < 12; p++)
        plain.settlements.push({
          patient: plain.patients[p * 7]!.id,
          institution: 'ph3',
          class: CLASS_PHARMACY,
          day,
          second: from + 20 * p,
          fund: 9_000,
          cash: 0,
        });
    }
    const world = buildWorld(plain);
    searched = { world, seed: 5 };
    ids = DETECTORS.filter((d) => !d.needs.some((t) => world.missing.has(t))).map((d) => d.id);
  });

  it('say the same on one thread as on three', async () => {
    const said = async (threads: number) => {
      const phases: string[] = [];
      const progress = ({ phase }: { phase: string }) => void phases.push(phase);
      const artifacts = [serialize({})];
      const found = await detectAll(searched, ids, artifacts, threads, { progress });
      for (const id of ids) expect(phases).toContain(id);
      return new Map(ids.map((id) => [id, found.get(id)?.findings]));
    };
    const one = await said(1);
    expect([...one.values()].flat().length).toBeGreaterThan(0);
    expect(await said(3)).toEqual(one);
  }, 60_000);

  it('end in the middle when told to stop', async () => {
    const stop = new AbortController();
    const progress = () => stop.abort();
    for (const threads of [1, 2])
      await expect(
        detectAll(searched, ids, [], threads, { signal: stop.signal, progress }),
      ).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('end without taking the process along, also while their threads start', async () => {
    for (let delay = 0; delay < 200; delay += 10) {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), delay);
      await expect(detectAll(searched, ids, [], 2, { signal: stop.signal })).rejects.toMatchObject({
        kind: 'cancelled',
      });
    }
  }, 60_000);

  it('hand on what one of them throws', async () => {
    const broken = { ...searched, world: { ...searched.world, settlements: null as never } };
    for (const threads of [1, 2])
      await expect(detectAll(broken, ids, [], threads, {})).rejects.toThrow(/null/);
  });
});
