import { describe, expect, it } from 'vitest';
import { patientBrokeringRing } from '../../../analytics/detectors/patientBrokering.js';
import type { Finding } from '../../../analytics/model/finding.js';
import { CLASS_INPATIENT, type World } from '../../../analytics/projection/world.js';
import { type HonestWorld, honestWorld, names, plantStays } from './honestWorld.js';
import { buildWorld } from './worldBuilder.js';

function detect(world: World, signal?: AbortSignal): Promise<readonly Finding[]> {
  const params = patientBrokeringRing.parameters.parse({});
  return patientBrokeringRing.detect(world, params, { seed: 7, ...(signal ? { signal } : {}) }, []);
}

const listed = (findings: readonly Finding[]) =>
  findings.filter((f) => f.status === 'finding' && f.p !== null && f.p <= 0.05);

const people = (f: Finding) => f.subjects.filter((s) => s.kind === 'patient').map((s) => s.id);

function ring(edit: (w: HonestWorld) => void = () => {}): HonestWorld {
  const plain = honestWorld(21);
  plantStays(plain, names(3, 8), { rounds: 4, hospitals: ['ho0', 'ho2', 'ho3'] });
  edit(plain);
  return plain;
}

describe('patient-brokering-ring', () => {
  it('finds people admitted together who rotate over hospitals', async () => {
    const [finding, ...others] = listed(await detect(buildWorld(ring())));
    expect(others).toEqual([]);
    expect(people(finding!).sort()).toEqual(names(3, 8).sort());
    expect(
      finding!.subjects
        .filter((s) => s.role === 'core')
        .map((s) => s.id)
        .sort(),
    ).toEqual(['ho0', 'ho2', 'ho3']);
    const codes = finding!.reasons.map((r) => r.code);
    expect(codes).toContain('patient-brokering-ring.joint-stays');
    expect(codes).toContain('patient-brokering-ring.hospital-hops');
    expect(codes).toContain('patient-brokering-ring.zero-cash');
    expect(finding!.fundAtRisk).toBeGreaterThanOrEqual(8 * 4 * 400_000);
  });

  it('draws in those who were in one wave only', async () => {
    const plain = honestWorld(27);
    const [first, second, both] = [names(3, 4), names(31, 4), names(59, 5)];
    plantStays(plain, [...both, ...first], { rounds: 1, hospitals: ['ho0'], firstDay: 60 });
    plantStays(plain, [...both, ...second], { rounds: 1, hospitals: ['ho2'], firstDay: 200 });
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    const ring = [...first, ...second, ...both];
    expect(people(finding!)).toEqual(expect.arrayContaining(ring));
    // One in five of those who join may be there by chance.
    expect(people(finding!).length).toBeLessThanOrEqual(ring.length + 2);
    expect(finding!.reasons.map((r) => r.code)).toContain('patient-brokering-ring.wave-companions');
  });

  it('lists nobody in an honest world', async () => {
    for (const seed of [1, 2, 3])
      expect(listed(await detect(buildWorld(honestWorld(seed))))).toEqual([]);
  });

  it('takes stays that were settled by quarters for one, and none that the period cuts', async () => {
    const wards = honestWorld(29);
    for (const patient of names(3, 12))
      for (const [from, to] of [
        [0, 90],
        [90, 181],
        [181, 273],
        [273, 364],
      ] as const)
        wards.settlements.push({
          ...{ patient, institution: 'ho1', class: CLASS_INPATIENT, diagnosis: 'F20' },
          ...{ day: wards.day(to), begin: wards.day(from), end: wards.day(to), fund: 900_000 },
        });
    const period = { from: wards.day(0), to: wards.day(365) };
    expect(await detect(buildWorld({ ...wards, period }))).toEqual([]);
    // Taken in again together four times they are found.
    const plain = honestWorld(29);
    plantStays(plain, names(3, 12), { rounds: 4, hospitals: ['ho1'] });
    expect(listed(await detect(buildWorld(plain)))).not.toEqual([]);
  });

  it('takes two of unknown homes for one household, and six of them for three', async () => {
    const unknown = (size: number) => {
      const plain = honestWorld(24);
      plantStays(plain, names(3, size), { rounds: 4, hospitals: ['ho0', 'ho2', 'ho3'] });
      for (const p of plain.patients)
        if (names(3, size).includes(p.id)) delete (p as { household?: string }).household;
      return detect(buildWorld(plain));
    };
    const few = await unknown(3);
    expect(listed(few)).toEqual([]);
    expect(few.some((f) => f.status === 'review' && f.p === null)).toBe(true);
    expect(listed(await unknown(6)).map((f) => people(f).sort())).toEqual([names(3, 6).sort()]);
  });

  it('lets a nursing home send its residents to the hospital it has a contract with', async () => {
    const plain = honestWorld(22);
    plantStays(plain, names(3, 8), { rounds: 4, hospitals: ['ho0'] });
    for (const p of plain.patients)
      if (names(3, 8).includes(p.id)) Object.assign(p, { address: '颐养院', household: p.id });
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings.find((f) => f.status === 'explained')?.innocent[0]?.code).toBe('nursing-home');
  });

  it('lets chemotherapy cycles that once coincide go on coinciding', async () => {
    const plain = honestWorld(23);
    plantStays(plain, names(3, 6), { rounds: 10, hospitals: ['ho1'], diagnosis: 'C34' });
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('lets an outbreak be an outbreak', async () => {
    const plain = honestWorld(24);
    plantStays(plain, names(2, 30), { rounds: 1, hospitals: ['ho1'], diagnosis: 'J11' });
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  /** Stays of a person at `hospital` from day `first` of the year on. */
  const stay = (
    w: HonestWorld,
    patient: string,
    hospital: string,
    first: number,
    diagnosis: string,
    days = 5,
  ) =>
    w.settlements.push({
      patient,
      institution: hospital,
      class: CLASS_INPATIENT,
      day: w.day(first + days),
      begin: w.day(first),
      end: w.day(first + days),
      fund: 300_000,
      cash: 20_000,
      diagnosis,
    });

  /** Nine of one village who come to hospital in four waves, six at a time. */
  const village = (hospital: (k: number, wave: number) => string, diagnosis: string) => {
    const plain = honestWorld(25);
    const members = names(3, 9);
    plain.patients.forEach((p, k) => {
      Object.assign(p, { village: members.includes(p.id) ? '柳村' : `村${k % 40}` });
    });
    for (const [wave, day] of [30, 110, 190, 270].entries())
      for (const [k, m] of members.entries())
        if ((k + wave) % 3 > 0)
          stay(
            plain,
            m,
            hospital(k, wave),
            day + ((k * 5) % 4),
            diagnosis,
            4 + ((3 * k + wave) % 8),
          );
    return { plain, members };
  };

  it('lets an infection go round a village, and takes back pains for waves', async () => {
    const nearest = () => 'ho1';
    expect(listed(await detect(buildWorld(village(nearest, 'J20').plain)))).toEqual([]);
    expect(listed(await detect(buildWorld(village(nearest, 'M54').plain)))).not.toEqual([]);
  });

  it('lets a programme take the dust-lunged of a village in together', async () => {
    const taken = (diagnosis: string) => {
      const plain = honestWorld(30);
      for (const day of [20, 150, 290])
        for (const [k, m] of names(3, 8).entries()) stay(plain, m, 'ho1', day + (k % 2), diagnosis);
      return detect(buildWorld(plain));
    };
    const findings = await taken('J62');
    expect(listed(findings)).toEqual([]);
    const told = findings.find((f) => f.status === 'explained');
    expect(told?.innocent[0]?.code).toBe('treatment-programme');
    expect(listed(await taken('M51'))).not.toEqual([]);
  });

  it('finds a village that is sent out in waves, whatever the hospital and the day', async () => {
    const { plain, members } = village((k, wave) => `ho${(k + 2 * wave) % 4}`, 'M54');
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(people(finding!).sort()).toEqual(members);
    // What two looks saw is one ring once findings that share their people are joined.
    for (const f of others) expect(members).toEqual(expect.arrayContaining(people(f)));
    const waves = finding!.reasons.find((r) => r.code === 'patient-brokering-ring.joint-waves')!;
    expect(waves.measured).toBeGreaterThan(5 * waves.expected!);
  });

  it('takes people who are sent on to another hospital for sent on, not for brought', async () => {
    const plain = honestWorld(26);
    for (const m of names(3, 5)) {
      stay(plain, m, 'ho1', 100, 'I21');
      stay(plain, m, 'ho3', 102, 'I21');
    }
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('lets two buses of a campaign bring people of one town, some of them on both', async () => {
    const plain = honestWorld(28);
    const [both, first, second] = [names(3, 4), names(31, 9), names(94, 9)];
    const bus = (riders: readonly string[], day: number) => {
      for (const [k, m] of riders.entries()) stay(plain, m, 'ho1', day + (k % 2), 'M17');
    };
    bus([...both, ...first], 60);
    bus([...both, ...second], 150);
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    const told = findings.find((f) => f.status === 'explained');
    expect(told?.innocent[0]?.code).toBe('outbreak-week');
  });

  it('lets two buses come back together for the other eyes', async () => {
    const plain = honestWorld(29);
    for (const [k, m] of [...names(3, 10), ...names(94, 10)].entries())
      for (const day of [60, 95]) stay(plain, m, k < 10 ? 'ho1' : 'ho2', day + (k % 2), 'H25');
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('says the same whatever the order of the rows', async () => {
    const plain = ring();
    const named = plain.settlements.map((s, i) => ({ ...s, id: `s${i}` }));
    const turned = { ...plain, settlements: [...named].reverse() };
    expect(await detect(buildWorld(turned))).toEqual(
      await detect(buildWorld({ ...plain, settlements: named })),
    );
  });

  it('says nothing of nothing', async () => {
    expect(await detect(buildWorld({ settlements: [] }))).toEqual([]);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(detect(buildWorld(ring()), stop.signal)).rejects.toMatchObject({
      kind: 'cancelled',
    });
  });
});
