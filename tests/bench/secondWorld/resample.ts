import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openDuck, quote } from '../../../analytics/landing/duck.js';

/** People that one pharmacy serves, and fewest of a town that has pharmacies of its own. */
const CUSTOMERS = 120;
const TOWN = 60;
/** Days before the last encounter for which sales are made up: a run's period and a bit. */
const DAYS = 400;
/** What people take home; anything else is given where they are treated. */
const TAKEN_HOME = 'Oral|Inhal|Transdermal|insulin|Sublingual|Topical|Nasal|Patch';
const EASILY_RESOLD =
  'insulin|Oxycodone|Hydrocodone|Fentanyl|buprenorphine|tramadol|statin|clopidogrel';

export interface Resampled {
  /** Synthea's own tables without what is taken home (dialect synthea). */
  readonly treated: string;
  /** Pharmacies and their sales, in the platform's form. */
  readonly sold: string;
}

/**
 * Synthea's people have prescriptions but no pharmacies. Here what is taken home is sold: a pharmacy for each
 * CUSTOMERS people of a town, everybody at the usual one four times in five; a prescription is filled on its
 * day and then by the month (give or take three days, never on Sundays) as often as Synthea dispenses it, but
 * once in thirty days however many prescriptions there are, at the person's own hour or so. Everything is drawn from hashes of Synthea's ids: nobody acts together.
 */
export async function resample(synthea: string, folder: string): Promise<Resampled> {
  const [treated, sold] = [join(folder, 'treated'), join(folder, 'sold')];
  for (const dir of [treated, sold]) mkdirSync(dir, { recursive: true });
  for (const file of readdirSync(synthea))
    if (/^(encounters|procedures|organizations|providers|patients)\.csv/.test(file))
      symlinkSync(resolve(synthea, file), join(treated, file));
  const duck = await openDuck({ tempDir: join(folder, 'tmp'), memoryLimit: '2GB', threads: 2 });
  const table = (name: string) =>
    `read_csv(${quote(join(resolve(synthea), `${name}.csv*`))}, header = true, all_varchar = true)`;
  const write = (query: string, file: string) =>
    duck.run(`COPY (${query}) TO ${quote(file)} (HEADER, DELIMITER ',')`);
  try {
    const home = `regexp_matches(DESCRIPTION, '${TAKEN_HOME}', 'i')`;
    await write(
      `SELECT * FROM ${table('medications')} WHERE NOT ${home}`,
      join(treated, 'medications.csv'),
    );
    await duck.run(`
      CREATE TEMP TABLE person AS
      SELECT Id AS id, '250' || left(ZIP, 3) AS region, LAT::DOUBLE AS lat, LON::DOUBLE AS lon,
        try_cast(DEATHDATE AS DATE) AS died,
        CASE WHEN count(*) OVER (PARTITION BY CITY) >= ${TOWN} THEN CITY ELSE 'near ' || left(ZIP, 3) END AS town
      FROM ${table('patients')};
      CREATE TEMP TABLE town AS
      SELECT town, min(region) AS region, avg(lat) AS lat, avg(lon) AS lon,
        ceil(count(*) / ${CUSTOMERS}.0)::BIGINT AS shops FROM person GROUP BY town;
      CREATE TEMP TABLE fill AS
      WITH script AS (
        SELECT PATIENT AS person, CODE AS code, DESCRIPTION AS name, REASONCODE AS reason,
          REASONDESCRIPTION AS because, round(BASE_COST::DOUBLE, 2) AS cost,
          round(least(BASE_COST::DOUBLE, PAYER_COVERAGE::DOUBLE), 2) AS covered,
          left(START, 10)::DATE AS day, greatest(1, DISPENSES::BIGINT) AS times
        FROM ${table('medications')} WHERE ${home})
      SELECT s.*, k, day + (30 * k)::INTEGER
          + CASE WHEN k = 0 THEN 0 ELSE (hash(person, s.code, k) % 7)::INTEGER - 3 END AS on_day
      FROM script s, unnest(range(times)) AS u(k);
      CREATE TEMP TABLE sale AS
      WITH last AS (SELECT max(left(START, 10))::DATE AS day FROM ${table('encounters')}), open AS (
        SELECT f.*, on_day + CASE WHEN isodow(on_day) = 7 THEN 1 ELSE 0 END AS at_day FROM fill f)
      SELECT f.person, f.code, f.name, f.reason, f.because, f.cost, f.covered, f.times, f.at_day,
        'P' || right(p.region, 3) || lpad((hash(t.town, CASE WHEN hash(f.person, f.at_day) % 5 = 0
          THEN hash(f.person, f.at_day, 1) % t.shops ELSE hash(f.person) % t.shops END) % 100000000)::VARCHAR, 8, '0') AS shop,
        t.region, t.lat, t.lon, 'S' || hash(f.person, f.at_day)::VARCHAR AS setl,
        f.at_day::TIMESTAMP + to_seconds((30600 + (hash(f.person) % 34200)::BIGINT
          + (hash(f.person, f.at_day, 2) % 5400)::BIGINT)) AS at_time
      FROM open f JOIN person p ON p.id = f.person JOIN town t USING (town), last
      WHERE f.at_day BETWEEN last.day - ${DAYS} AND last.day AND (p.died IS NULL OR f.at_day < p.died)
      QUALIFY row_number() OVER (PARTITION BY f.person, f.code,
        floor(((f.at_day - DATE '2000-01-01') + (hash(f.person, f.code) % 30)::BIGINT) / 30)
        ORDER BY f.at_day, f.k, f.cost) = 1`);
    const time = `strftime(any_value(at_time), '%Y-%m-%d %H:%M:%S')`;
    await write(
      `SELECT setl AS setl_id, setl AS mdtrt_id, person AS psn_no, any_value(shop) AS fixmedins_code,
         CASE WHEN max(times) > 3 AND max(reason) IS NOT NULL THEN '14' ELSE '41' END AS med_type,
         any_value(at_day) AS begndate, any_value(at_day) AS enddate, ${time} AS setl_time,
         round(sum(cost), 2) AS medfee_sumamt, round(sum(covered), 2) AS fund_pay_sumamt,
         max(reason) AS dise_no, arg_max(because, reason) AS dise_name, '0' AS refd_setl_flag, '1' AS vali_flag
       FROM sale GROUP BY setl, person ORDER BY setl_id`,
      join(sold, 'setl_d.csv'),
    );
    await write(
      `SELECT setl || '-' || code AS bkkp_sn, setl AS mdtrt_id, setl AS setl_id, person AS psn_no,
         shop AS fixmedins_code, strftime(at_time, '%Y-%m-%d %H:%M:%S') AS fee_ocur_time, code AS hilist_code,
         name AS hilist_name, '101' AS list_type, 1 AS cnt, cost AS pric, cost AS det_item_fee_sumamt,
         covered AS inscp_amt, 30 AS prd_days, '1' AS vali_flag
       FROM sale ORDER BY bkkp_sn`,
      join(sold, 'fee_list_d.csv'),
    );
    await write(
      `SELECT shop AS fixmedins_code, 'Pharmacy ' || right(shop, 4) AS fixmedins_name, '2' AS fixmedins_type,
         any_value(region) AS admdvs, round(any_value(lon) + (hash(shop) % 1000) / 20000.0, 6) AS lnt,
         round(any_value(lat) + (hash(shop, 1) % 1000) / 20000.0, 6) AS lat
       FROM sale GROUP BY shop ORDER BY shop`,
      join(sold, 'fixmedins_b.csv'),
    );
    await write(
      `SELECT code AS hilist_code, any_value(name) AS hilist_name, '101' AS list_type, 30 AS pack_cnt,
         1 AS day_dose, CASE WHEN regexp_matches(any_value(name), '${EASILY_RESOLD}', 'i') THEN 3 ELSE 1 END AS resale_risk
       FROM sale GROUP BY code ORDER BY code`,
      join(sold, 'hilist_b.csv'),
    );
  } finally {
    await duck.close();
  }
  return { treated, sold };
}
