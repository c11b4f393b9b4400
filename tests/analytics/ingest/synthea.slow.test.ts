import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDictionary } from '../../../analytics/ingest/dictionary.js';
import { importDirectory } from '../../../analytics/ingest/import.js';
import { prepareEvents } from '../../../analytics/landing/events.js';
import { resource } from '../../../analytics/model/resources.js';
import { openWorld, type TestWorld } from './world.js';

let world: TestWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

describe('the Synthea dialect', () => {
  it('is a mapping file: encounters settle, medications and procedures are their lines', async () => {
    const dir = resource('tests/fixtures/ingest/synthea');
    const { record, rejectFile } = await importDirectory({
      landing: world.landing,
      dir,
      dialect: 'synthea',
      rejectDir: join(world.dir, 'rejects'),
    });
    expect(rejectFile).toBeNull();
    expect(record.warnings).toEqual([]);
    const accepted = Object.entries(record.tables).map(([t, c]) => [
      t,
      c.read,
      c.accepted,
      c.repeated,
    ]);
    expect(accepted).toEqual([
      ['setl_d', 10, 10, 0],
      ['mdtrt_d', 10, 10, 0],
      ['fee_list_d', 13, 13, 0],
      ['fixmedins_b', 5, 5, 0],
      ['dr_b', 5, 5, 0],
      ['psn_b', 4, 4, 0],
    ]);

    const reader = await world.landing.reader();
    const report = await prepareEvents(reader);
    expect(report.orphans).toEqual({
      ...{ feeLinesWithoutSettlement: 0, unsettledFeeLines: 0, settlementsWithoutVisit: 0 },
    });
    // Sums taken from the file by hand.
    expect(
      await reader.rows(
        'SELECT sum(medfee)::BIGINT AS fee, sum(fund)::BIGINT AS fund FROM ev_settlement',
      ),
    ).toEqual([{ fee: 3737127, fund: 3025608 }]);

    const { names } = loadDictionary().dialysis;
    const sessions = await reader.rows(`SELECT f.hilist_name AS name, f.list_type AS type,
        f.fixmedins_code = s.fixmedins_code AS same_place, e.time_s
      FROM ${reader.sql('fee_list_d')} f JOIN ${reader.sql('setl_d')} s USING (setl_id)
      JOIN ev_settlement e USING (setl_id)
      WHERE f.list_type = '201' ORDER BY e.time_s`);
    expect(sessions).toHaveLength(3);
    expect(names).toContain(sessions[0]?.name);
    expect(sessions[0]).toMatchObject({
      ...{ type: '201', same_place: true },
      time_s: Date.parse('2026-07-18T01:37:09Z') / 1000,
    });
    const stays = await reader.rows(
      `SELECT med_type, end_day >= begin_day AS forward FROM ev_settlement WHERE med_type LIKE '2%'`,
    );
    expect(stays).toEqual([
      { med_type: '21', forward: true },
      { med_type: '21', forward: true },
    ]);
    await reader.close();
  });

  it('has no word of it in the code', () => {
    for (const file of ['import', 'stage', 'mapping', 'table', 'sources', 'headers'])
      expect(readFileSync(resource(`analytics/ingest/${file}.ts`), 'utf8')).not.toMatch(/synthea/i);
  });
});
