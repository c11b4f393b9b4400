import { describe, expect, it } from 'vitest';
import { buildWorld, type PlainSettlement } from '../worldBuilder.js';
import { detect, listed, people } from './detecting.js';

describe('hand-made conflicts', () => {
  const FROM = 20089;
  const thrice = (patient: string, institution: string, from: number, to: number) => {
    const out: PlainSettlement[] = [];
    for (let day = from; day < to; day++)
      if ([0, 2, 4].includes((day + 3) % 7))
        out.push({
          patient,
          institution,
          day,
          class: 2,
          dialysis: true,
          fund: 40000,
          total: 40000,
          supports: ['dialyser', 'bloodLine', 'anticoagulant'],
        });
    return out;
  };
  const honest = [0, 1, 2].flatMap((c) =>
    Array.from({ length: 8 }, (_, i) => thrice(`h${c}${i}`, `C${c}`, FROM, FROM + 200)).flat(),
  );
  const dead = (n: number) => Array.from({ length: n }, (_, i) => `d${i}`);
  const deadWorld = (n: number, cancelled = false) =>
    buildWorld({
      patients: dead(n).map((id) => ({ id, deathDay: FROM + 60 })),
      settlements: [
        ...honest,
        ...dead(n).flatMap((id) =>
          thrice(id, 'C0', FROM, FROM + 150).map((s) => ({
            ...s,
            cancelled: cancelled && (s.day as number) > FROM + 60,
          })),
        ),
      ],
    });

  it('a lone death is for review, without p; four are a finding', async () => {
    const [lone] = await detect(deadWorld(1));
    expect(lone).toMatchObject({ status: 'review', p: null });
    expect(people(lone!)).toEqual(['d0']);
    const four = listed(await detect(deadWorld(4)));
    expect(four).toHaveLength(1);
    expect(people(four[0]!).sort()).toEqual(dead(4));
  });

  it('cancelled sessions are no conflict', async () => {
    expect(await detect(deadWorld(4, true))).toEqual([]);
  });

  it('somebody whom another hospital has seen since is not dead', async () => {
    const world = (seen: PlainSettlement[]) =>
      buildWorld({
        patients: dead(4).map((id) => ({ id, deathDay: FROM + 60 })),
        settlements: [
          ...honest,
          ...dead(4).flatMap((id) => thrice(id, 'C0', FROM, FROM + 150)),
          ...seen,
        ],
      });
    expect(listed(await detect(world([])))).toHaveLength(1);
    const seen = dead(4).map((patient) => ({ patient, institution: 'H9', day: FROM + 120 }));
    expect(await detect(world(seen))).toEqual([]);
  });
});
