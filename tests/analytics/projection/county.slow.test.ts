import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDictionary } from '../../../analytics/ingest/dictionary.js';
import { importDirectory } from '../../../analytics/ingest/import.js';
import { listCounties, prepareEvents } from '../../../analytics/landing/events.js';
import type { LandingReader } from '../../../analytics/landing/types.js';
import { loadCounty, loadWorld } from '../../../analytics/projection/load.js';
import { writeSeedWorld } from '../../../seed/index.js';
import { openWorld, type TestWorld } from '../ingest/world.js';

const PERIOD = { from: '2025-03-01', to: '2025-09-01' };

describe('a county as its screening sees it', () => {
  let made: TestWorld;
  let reader: LandingReader;
  beforeAll(async () => {
    made = await openWorld();
    const outDir = join(made.dir, 'seed');
    await writeSeedWorld({ outDir, settlements: 5_000, seed: 3 });
    const rejectDir = join(made.dir, 'rejects');
    await importDirectory({ landing: made.landing, dir: outDir, rejectDir });
    reader = await made.landing.reader();
  }, 120_000);
  afterAll(async () => {
    await reader.close();
    await made.close();
  });

  it('is what the whole world has of it, with the same numbers', async () => {
    const counties = (await listCounties(reader)).map((c) => c.county);
    expect(counties.length).toBeGreaterThan(1);
    let settlements = 0;
    for (const county of counties) {
      await prepareEvents(reader, { ...PERIOD, counties: [county] });
      const seen = await loadCounty(reader);
      const whole = await loadWorld(reader, PERIOD, loadDictionary(made.dir));
      settlements += seen.settlements.count;
      expect(seen.patients.ids.length).toBe(whole.patients.ids.length);
      expect(seen.missing).toEqual(whole.missing);
      expect(seen.institutions).toEqual(whole.institutions);
      for (const [name, column] of Object.entries(seen.settlements))
        expect(column).toEqual(whole.settlements[name as 'patient']);
    }
    await prepareEvents(reader, { ...PERIOD });
    expect(settlements).toBe((await loadCounty(reader)).settlements.count);
    expect(settlements).toBeGreaterThan(1_000);
  }, 120_000);
});
