import { expect, it } from 'vitest';
import type { z } from 'zod';
import type { Detector } from '../../../analytics/detectors/detector.js';
import type { Finding } from '../../../analytics/model/finding.js';
import type { World } from '../../../analytics/projection/world.js';
import type { HonestWorld } from './honestWorld.js';
import { buildWorld, type PlainWorld } from './worldBuilder.js';

/** Runs a detector that needs no screening of counties, with its defaults. */
export function detectWith<Schema extends z.ZodObject>(detector: Detector<Schema>) {
  return (world: World, signal?: AbortSignal): Promise<readonly Finding[]> =>
    detector.detect(
      world,
      detector.parameters.parse({}),
      { seed: 7, ...(signal ? { signal } : {}) },
      [],
    );
}

export const listed = (findings: readonly Finding[]) =>
  findings.filter((f) => f.status === 'finding' && f.p !== null && f.p <= 0.05);

export const idsOf = (f: Finding, kind: 'patient' | 'institution' | 'doctor') =>
  f.subjects
    .filter((s) => s.kind === kind)
    .map((s) => s.id)
    .sort();

/** The same world under other names, which sort the other way round. */
function renamed(plain: PlainWorld): { world: PlainWorld; back: (id: string) => string } {
  const known = new Map<string, string>();
  const other = (id: string) => {
    const turned = [...id].map((c) => String.fromCharCode(0x17f - c.charCodeAt(0))).join('');
    known.set(turned, id);
    return turned;
  };
  const world: PlainWorld = {
    ...plain,
    ...(plain.patients ? { patients: plain.patients.map((p) => ({ ...p, id: other(p.id) })) } : {}),
    ...(plain.institutions
      ? { institutions: plain.institutions.map((h) => ({ ...h, id: other(h.id) })) }
      : {}),
    settlements: plain.settlements.map((s) => ({
      ...s,
      patient: other(s.patient),
      institution: other(s.institution),
      ...(s.doctor ? { doctor: other(s.doctor) } : {}),
    })),
  };
  return { world, back: (id) => known.get(id) ?? id };
}

/** What holds of every detector; `planted` has at least one finding. */
export function itBehaves<Schema extends z.ZodObject>(
  detector: Detector<Schema>,
  planted: () => PlainWorld | HonestWorld,
): void {
  const detect = detectWith(detector);
  const said = (findings: readonly Finding[], back: (id: string) => string) =>
    findings
      .map((f) => `${f.status} ${f.subjects.map((s) => `${s.role} ${back(s.id)}`).sort()}`)
      .sort();

  it('says nothing of nothing', async () => {
    expect(await detect(buildWorld({ settlements: [] }))).toEqual([]);
  });

  it('says the same again, and whatever the order of the rows', async () => {
    const plain = planted();
    const settlements = plain.settlements.map((s, i) => ({ ...s, id: `s${i}` }));
    const one = await detect(buildWorld({ ...plain, settlements }));
    const two = await detect(buildWorld({ ...plain, settlements: [...settlements].reverse() }));
    expect(one.length).toBeGreaterThan(0);
    expect(two).toEqual(one);
  });

  it('says the same of other names', async () => {
    const plain = planted();
    const { world, back } = renamed(plain);
    const one = await detect(buildWorld(plain));
    const two = await detect(buildWorld(world));
    expect(said(two, back)).toEqual(said(one, (id) => id));
  });

  it('names its own reasons first, with settlements that exist', async () => {
    const world = buildWorld(planted());
    const ids = new Set(world.settlements.ids);
    for (const f of await detect(world)) {
      expect(f.detector).toBe(detector.id);
      for (const r of f.reasons) {
        expect(r.code.startsWith(`${detector.id}.`)).toBe(true);
        expect(r.settlements.length).toBeGreaterThan(0);
        expect(r.settlements.every((s) => ids.has(s))).toBe(true);
      }
    }
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(detect(buildWorld(planted()), stop.signal)).rejects.toMatchObject({
      kind: 'cancelled',
    });
  });
}
