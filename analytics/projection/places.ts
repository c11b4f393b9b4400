import type { LandingReader } from '../landing/types.js';
import { INSTITUTION_HOSPITAL, INSTITUTION_PHARMACY, type Institutions } from './world.js';

/** Expects the temporary tables `d_institution(code, ix)` and `ev_settlement`. */
export async function loadInstitutions(reader: LandingReader): Promise<Institutions> {
  const base = reader.has('fixmedins_b')
    ? reader.sql('fixmedins_b')
    : `(SELECT NULL::VARCHAR AS fixmedins_code, NULL::VARCHAR AS fixmedins_name, NULL::VARCHAR AS fixmedins_type,
         NULL::VARCHAR AS hosp_lv, NULL::VARCHAR AS admdvs, NULL::DOUBLE AS lnt, NULL::DOUBLE AS lat,
         NULL::INTEGER AS aprv_bed_cnt, NULL::INTEGER AS dialysis_machine_cnt WHERE false)`;
  const columns = await reader.columns(`
    WITH seen AS (
      SELECT fixmedins_code, mode(left(insu_admdvs, 6)) AS county,
        avg((med_type LIKE '41%')::INTEGER) AS pharmacy_share
      FROM ev_settlement GROUP BY 1),
    named AS (
      SELECT fixmedins_code, max(fixmedins_name) AS name, max(hosp_lv) AS level
      FROM ${reader.sql('setl_d')} GROUP BY 1)
    SELECT d.code, coalesce(b.fixmedins_name, n.name, d.code) AS name,
      coalesce(b.hosp_lv, n.level, '') AS level,
      coalesce(left(b.admdvs, 6), s.county, '') AS county,
      CASE WHEN b.fixmedins_type LIKE '2%' THEN ${INSTITUTION_PHARMACY}
           WHEN b.fixmedins_type LIKE '1%' THEN ${INSTITUTION_HOSPITAL}
           WHEN s.pharmacy_share > 0.5 THEN ${INSTITUTION_PHARMACY}
           ELSE ${INSTITUTION_HOSPITAL} END AS type,
      b.lnt AS lng, b.lat AS lat, coalesce(b.aprv_bed_cnt, -1)::INTEGER AS beds,
      coalesce(b.dialysis_machine_cnt, -1)::INTEGER AS machines
    FROM d_institution d LEFT JOIN ${base} b ON b.fixmedins_code = d.code
    LEFT JOIN seen s ON s.fixmedins_code = d.code LEFT JOIN named n ON n.fixmedins_code = d.code
    ORDER BY d.ix`);
  const level = dictionary(columns.get('level') as string[]);
  const county = dictionary(columns.get('county') as string[]);
  return {
    ids: columns.get('code') as string[],
    names: columns.get('name') as string[],
    type: Uint8Array.from(columns.get('type') as Int32Array),
    level: level.index,
    levels: level.values,
    county: county.index,
    counties: county.values,
    lng: columns.get('lng') as Float64Array,
    lat: columns.get('lat') as Float64Array,
    beds: columns.get('beds') as Int32Array,
    dialysisMachines: columns.get('machines') as Int32Array,
  };
}

/** Sorted distinct values and the index of each row's value. */
function dictionary(texts: readonly string[]): { values: string[]; index: Int32Array } {
  const values = [...new Set(texts)].sort();
  const at = new Map(values.map((v, i) => [v, i]));
  return { values, index: Int32Array.from(texts, (t) => at.get(t)!) };
}
