import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ringfence, serve, succeed, temporary } from './run.js';

interface Line {
  ring: string;
  detector: string;
  status: string;
  subjects: Array<{ kind: string; id: string; role: string }>;
}
interface Profile {
  id: string;
  score: number;
  grade: string;
  parts?: Array<{ code: string; by: number; ring?: string }>;
}

const parse = <T>(text: string): T[] =>
  text
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** Rebuilds of a small world, each some seconds on a machine of its own. */
const SLOWLY_MS = 1_200_000;

describe('verdicts and rules', () => {
  const at = temporary('feedback');
  const cwd = at.dir;
  const write = (name: string, text: string) => writeFileSync(join(cwd, name), text);
  let rings: Line[];
  let before: Profile[];

  beforeAll(async () => {
    await succeed(['seed', '--out', 'world', '--settlements', '10000', '--seed', '7701'], { cwd });
    await succeed(['import', 'world'], { cwd });
    await succeed(['rebuild'], { cwd });
    rings = parse<Line>((await succeed(['findings', '--all'], { cwd })).stdout);
    before = await profiles();
    for (const detector of ['patient-brokering-ring', 'card-farming-pharmacy'])
      expect(patientsOf(ringOf(detector)).length).toBeGreaterThanOrEqual(3);
  }, SLOWLY_MS);
  afterAll(at.remove);

  async function profiles(kind = 'patient'): Promise<Profile[]> {
    return parse((await succeed(['profiles', '--kind', kind], { cwd })).stdout);
  }
  const ringOf = (detector: string) =>
    rings.find((r) => r.detector === detector && r.status === 'finding') as Line;
  const patientsOf = (ring: Line) => ring.subjects.filter((s) => s.kind === 'patient');

  it(
    'are refused with file, line, field and value',
    async () => {
      write('wrong.jsonl', '{"ring":"R-ZZZZZZ","verdict":"confirmed","at":"2026-01-31"}\n');
      const unknown = await ringfence(['verdicts', 'import', 'wrong.jsonl'], { cwd });
      expect(unknown).toMatchObject({ code: 1, stdout: '' });
      expect(unknown.stderr).toContain(
        'wrong.jsonl line 1: ring ("R-ZZZZZZ") is in no published run',
      );
      const rule = { from: '2025-01-01', detector: 'bed-hanging', parameters: { q: 7 }, note: 'x' };
      write('wrong.json', JSON.stringify([rule]));
      for (const command of [
        ['rules', 'check'],
        ['rules', 'diff'],
      ]) {
        const wrong = await ringfence([...command, 'wrong.json'], { cwd });
        expect(wrong).toMatchObject({ code: 1, stdout: '' });
        expect(wrong.stderr).toMatch(/wrong\.json at \[0\]\.parameters\.q: 7 is not a number from/);
      }
      expect((await ringfence(['rules', 'check'], { cwd })).stderr).toContain(
        'no rules of its own',
      );
    },
    SLOWLY_MS,
  );

  it(
    'of rings move the profiles at the next rebuild, and say by how much',
    async () => {
      const confirmed = ringOf('patient-brokering-ring');
      const dismissed = ringOf('card-farming-pharmacy');
      write(
        'verdicts.jsonl',
        [
          { ring: confirmed.ring, verdict: 'confirmed', reason: '现场核实', at: '2026-01-30' },
          { ring: dismissed.ring, verdict: 'dismissed', reason: '同一家庭', at: '2026-01-31' },
        ]
          .map((line) => `${JSON.stringify(line)}\n`)
          .join(''),
      );
      const command = ['verdicts', 'import', 'verdicts.jsonl'];
      expect(JSON.parse((await succeed(command, { cwd })).stdout)).toMatchObject({ added: 2 });
      expect(JSON.parse((await succeed(command, { cwd })).stdout)).toMatchObject({
        added: 0,
        known: 2,
      });
      const listed = parse<{ ring: string; verdict: string; detectors: string[] }>(
        (await succeed(['verdicts', 'list'], { cwd })).stdout,
      );
      expect(listed.map((v) => v.verdict).sort()).toEqual(['confirmed', 'dismissed']);
      expect(listed.every((v) => v.detectors.length > 0)).toBe(true);

      await succeed(['rebuild'], { cwd });
      const after = new Map((await profiles()).map((p) => [p.id, p]));
      const was = new Map(before.map((p) => [p.id, p.score]));
      for (const { id } of patientsOf(confirmed)) {
        expect(after.get(id)).toMatchObject({ grade: 'E' });
        expect(after.get(id)!.score).toBeGreaterThanOrEqual(0.95);
        expect(after.get(id)!.parts!.map((p) => p.code)).toContain('confirmed');
      }
      const others = new Set(
        rings.filter((r) => r !== dismissed).flatMap((r) => r.subjects.map((s) => s.id)),
      );
      for (const { id } of patientsOf(dismissed).filter((s) => !others.has(s.id)))
        expect(after.get(id)!.score).toBeLessThan(was.get(id)!);
      const near: Profile[] = [];
      for (const kind of ['patient', 'doctor', 'institution', 'drug'] as const)
        for (const profile of await profiles(kind))
          if (profile.parts?.some((part) => part.code === 'spread')) near.push(profile);
      expect(near.length).toBeGreaterThan(0);

      const serving = await serve([], { cwd });
      try {
        const get = async (path: string) => (await fetch(`${serving.url}${path}`)).json();
        const { runs } = (await get('/api/runs')) as { runs: Array<{ id: string }> };
        const run = (await get(`/api/runs/${runs[0]!.id}`)) as Record<string, unknown>;
        expect(run.verdicts).toMatchObject({ confirmed: 1, dismissed: 1, unknown: [] });
        expect(run).not.toHaveProperty('rules');
        const { id } = patientsOf(confirmed)[0]!;
        expect(await get(`/api/entities/patient/${id}`)).toMatchObject({
          grade: 'E',
          inspectionMonths: 1,
          previous: { run: runs[1]!.id, score: was.get(id) },
          parts: expect.arrayContaining([expect.objectContaining({ code: 'confirmed' })]),
        });
      } finally {
        await serving.stop();
      }
    },
    SLOWLY_MS,
  );

  it(
    'of a bureau are tried on the last run before they count',
    async () => {
      const farming = (parameters: Record<string, unknown>, region: string | null = null) => ({
        from: '2024-01-01',
        region,
        detector: 'card-farming-pharmacy',
        parameters,
        note: '试行',
      });
      write('same.json', JSON.stringify([farming({})]));
      write('strict.json', JSON.stringify([farming({ minUnits: 20 })]));
      const same = await succeed(['rules', 'diff', 'same.json'], { cwd });
      expect(same.stdout).toBe('');
      expect(same.stderr).toContain('0 appear, 0 vanish, 0 change. Nothing was published.');
      const strict = await succeed(['rules', 'diff', 'strict.json'], { cwd });
      const lines = parse<{ ring: string; change: string; before: { detector: string } | null }>(
        strict.stdout,
      );
      const gone = lines.filter((d) => d.change === 'vanishes');
      expect(gone.length).toBeGreaterThan(0);
      expect(gone.every((d) => rings.some((r) => r.ring === d.ring))).toBe(true);
      const now = parse<Line>((await succeed(['findings', '--all'], { cwd })).stdout);
      expect(now.map((r) => r.ring)).toEqual(rings.map((r) => r.ring));

      // All of the district's people are insured in its six counties, 5199xx.
      const regional = [farming({ minUnits: 20 }, '5199'), farming({ minUnits: 3 }, '5101')];
      write('data/rules.json', JSON.stringify(regional));
      const checked = await succeed(['rules', 'check'], { cwd });
      expect(checked.stderr).toContain("of the data's region 5199");
      const inForce = parse<{ inForce: boolean }>(checked.stdout).map((rule) => rule.inForce);
      expect(inForce).toEqual([true, false]);
      await succeed(['rebuild'], { cwd });
      const after = parse<Line>((await succeed(['findings', '--all'], { cwd })).stdout);
      for (const { ring } of gone) expect(after.map((r) => r.ring)).not.toContain(ring);
    },
    SLOWLY_MS,
  );
});
