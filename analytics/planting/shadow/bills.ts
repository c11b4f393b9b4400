import type { LandingReader } from '../../landing/types.js';

/** Of a lent bill every fourth line is another bill's, so that nothing is a copy of anything. */
const FOREIGN = 4;

const DRUG = "list_type LIKE '101%'";

/**
 * Makes `sh_line`, the fee lines of every planned visit: those given, at what the item costs at the
 * institution (else elsewhere) in the median, with the share of it that is covered there; and for the
 * others those of the donor, one in FOREIGN from the other donor. Expects `stagePlan`.
 */
export async function makeBills(reader: LandingReader): Promise<void> {
  if (!reader.has('fee_list_d')) {
    await reader.run(`CREATE OR REPLACE TEMP TABLE sh_line AS SELECT NULL::BIGINT AS of,
      NULL::VARCHAR AS key, NULL::BIGINT AS seq, NULL::VARCHAR AS list_type, NULL::VARCHAR AS item,
      NULL::VARCHAR AS med_list_codg, NULL::DOUBLE AS cnt, NULL::BIGINT AS fen WHERE false`);
    return;
  }
  const lent = `l.bkkp_sn AS key, NULL::BIGINT AS seq, coalesce(l.hilist_code, l.med_list_codg) AS item,
    l.hilist_code, l.hilist_name, l.list_type, l.med_list_codg, l.cnt, l.pric,
    l.det_item_fee_sumamt AS fen, l.inscp_amt AS covered, l.prd_days AS days,
    CASE WHEN p.moved THEN NULL WHEN l.fixmedins_code = p.institution THEN l.bilg_dr_code END AS bilg,
    CASE WHEN p.moved THEN NULL WHEN l.fixmedins_code = p.institution THEN l.acord_dr_code END AS acord,
    l.bilg_dept_codg AS dept, l.rx_drord_no IS NOT NULL AS rx, l.fee_ocur_time IS NOT NULL AS timed,
    l.fee_ocur_time_clock AS clock, l.vali_flag`;
  const mixed = `hash(p.n, l.bkkp_sn) % ${FOREIGN} = 0`;
  await reader.run(`
    CREATE OR REPLACE TEMP TABLE sh_priced AS
    SELECT coalesce(hilist_code, med_list_codg) AS item, * FROM ${reader.sql('fee_list_d')}
    WHERE coalesce(hilist_code, med_list_codg) IN (SELECT item FROM sh_given)
      AND cnt > 0 AND det_item_fee_sumamt > 0;
    CREATE OR REPLACE TEMP TABLE sh_item AS
    SELECT item, arg_min(hilist_code, bkkp_sn) AS hilist_code, arg_min(hilist_name, bkkp_sn) AS hilist_name,
      arg_min(list_type, bkkp_sn) AS list_type, arg_min(med_list_codg, bkkp_sn) AS med_list_codg,
      median(pric) AS pric, median(det_item_fee_sumamt / cnt) AS fen,
      sum(inscp_amt) / nullif(sum(det_item_fee_sumamt), 0) AS share, median(prd_days / cnt) AS days,
      count(fee_ocur_time) * 2 > count(*) AS timed,
      coalesce(avg(fee_ocur_time_clock::INTEGER) > 0.5, false) AS clock, min(vali_flag) AS vali_flag
    FROM sh_priced GROUP BY item;
    CREATE OR REPLACE TEMP TABLE sh_price AS
    SELECT fixmedins_code, item, median(pric) AS pric, median(det_item_fee_sumamt / cnt) AS fen
    FROM sh_priced GROUP BY ALL;
    CREATE OR REPLACE TEMP TABLE sh_line AS
    SELECT p.n AS of, ${lent} FROM sh_visit p JOIN sh_source l ON l.setl_id = p.donor
    WHERE p.n = p.of AND NOT p.given AND (p.moved OR p.other IS NULL OR l.leads OR NOT ${mixed})
    UNION ALL BY NAME
    SELECT p.n AS of, ${lent} FROM sh_visit p JOIN sh_source l ON l.setl_id = p.other
    WHERE p.n = p.of AND NOT p.given AND NOT p.moved AND NOT l.leads AND ${mixed}
    UNION ALL BY NAME
    SELECT p.n AS of, 'g' || g.seq AS key, g.seq, i.item, i.hilist_code, i.hilist_name, i.list_type,
      i.med_list_codg, g.count AS cnt, coalesce(o.pric, i.pric) AS pric,
      round(coalesce(o.fen, i.fen) * g.count)::BIGINT AS fen,
      round(coalesce(o.fen, i.fen) * g.count * i.share)::BIGINT AS covered,
      round(g.count * i.days) AS days, NULL AS bilg, NULL AS acord, NULL AS dept, p.doctor IS NOT NULL AS rx,
      i.timed, i.clock, i.vali_flag
    FROM sh_visit p JOIN sh_given g ON g.of = p.n JOIN sh_item i ON i.item = g.item
    LEFT JOIN sh_price o ON o.item = g.item AND o.fixmedins_code = p.institution;
    DROP TABLE sh_priced`);
}

/** What only who reads landing's tables may know of a time: a date alone stays one. */
export const atClock = (time: string, clock: string) =>
  `CASE WHEN ${clock} THEN ${time} ELSE ${midnight(time)} END`;

export const localDay = (time: string) => `floor((${time} + 28800) / 86400)::BIGINT`;
const midnight = (time: string) => `(${localDay(time)} * 86400 - 28800)`;
export const localDate = (time: string) => `(DATE '1970-01-01' + ${localDay(time)}::INTEGER)`;

/** The planned fee lines with the columns of `fee_list_d`. */
export const FEE_ROWS = `
  SELECT l.key || '~' || p.n AS bkkp_sn, p.visit AS mdtrt_id, p.setl AS setl_id, p.patient AS psn_no,
    p.institution AS fixmedins_code,
    CASE WHEN l.timed THEN ${atClock(
      'CASE WHEN p.ends - p.begins > 86400 THEN p.begins + ((p.ends - p.begins) * ((hash(p.of, l.key) % 1000) / 1000.0))::BIGINT ELSE p.settled END',
      'l.clock',
    )} END AS fee_ocur_time,
    l.clock AS fee_ocur_time_clock, l.hilist_code, l.hilist_name, l.list_type, l.med_list_codg,
    p.sign * l.cnt AS cnt, l.pric, p.sign * l.fen AS det_item_fee_sumamt, p.sign * l.covered AS inscp_amt,
    CASE WHEN (SELECT prescribers FROM sh_known) THEN coalesce(p.doctor, l.bilg) END AS bilg_dr_code,
    l.acord AS acord_dr_code, l.dept AS bilg_dept_codg, l.days AS prd_days,
    CASE WHEN l.rx AND l.${DRUG} THEN 'R' || p.setl END AS rx_drord_no, l.vali_flag,
    '' AS src_file, 0 AS src_row
  FROM sh_visit p JOIN sh_line l ON l.of = p.of`;

/**
 * The packs of drug lines with the columns of `drug_trac_d`: packs that are named, each its own code; of the
 * other lines the share that the institution traces, up to three packs a line, each a code of its own.
 */
export const TRACE_ROWS = `
  WITH packs AS (
    SELECT l.of, l.med_list_codg AS med, k.pack || '|' || coalesce(l.item, '') AS pack
    FROM sh_pack k JOIN sh_line l ON l.of = k.of AND l.seq = k.seq
    UNION ALL
    SELECT l.of, l.med_list_codg, p.n || '|' || l.key || '|' || u.k
    FROM sh_line l JOIN sh_visit p ON p.n = l.of
    CROSS JOIN (SELECT unnest([1, 2, 3]) AS k) u
    ANTI JOIN sh_pack k ON k.of = l.of AND k.seq = l.seq
    WHERE l.${DRUG} AND p.ends - p.begins < 86400 AND hash(l.of, l.key) % 1000 < p.traced * 1000
      AND u.k <= ceil(l.cnt))
  SELECT DISTINCT p.setl AS setl_id, p.visit AS mdtrt_id, p.patient AS psn_no, p.institution AS fixmedins_code,
    k.med AS med_list_codg,
    left(coalesce(c.code, '80000000000000000000'), greatest(length(coalesce(c.code, '80000000000000000000')) - 13, 0)::INTEGER)
      || lpad((hash(k.pack) % 10000000000000)::VARCHAR, 13, '0') AS drug_trac_codg,
    c.lot AS manu_lotnum, p.sign::DOUBLE AS sel_retn_cnt, p.settled AS sel_retn_time, true AS sel_retn_time_clock,
    '' AS src_file, 0 AS src_row
  FROM packs k JOIN sh_visit p ON p.of = k.of LEFT JOIN sh_code c ON c.med = k.med`;

/**
 * What was bought in to be sold: packs of planned drug lines at institutions that report their stock of the
 * item, a few days before; of what never left the shelf only half, for the look of it.
 */
export const STOCK_ROWS = `
  SELECT p.institution AS fixmedins_code, l.item AS hilist_code, s.bchno,
    'D' || l.key || '~' || p.n AS rtal_docno, s.invt_type, ceil(l.cnt) AS cnt, s.pric,
    p.settled - 86400 * (1 + (hash(p.n, l.key) % 20)::BIGINT) AS invt_time, true AS invt_time_clock, s.splr_name,
    '' AS src_file, 0 AS src_row
  FROM sh_visit p JOIN sh_line l ON l.of = p.n JOIN sh_stock s ON s.fixmedins_code = p.institution AND s.item = l.item
  WHERE p.sign = 1 AND p.of = p.n AND NOT p.moved AND l.${DRUG} AND (p.delivered OR hash(p.n) % 2 = 0)`;
