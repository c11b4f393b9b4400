import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ident, quote } from '../../landing/duck.js';
import type { LandingReader } from '../../landing/types.js';
import { landedColumns, type TableName } from '../../model/tables.js';
import {
  atClock,
  FEE_ROWS,
  localDate,
  localDay,
  makeBills,
  STOCK_ROWS,
  TRACE_ROWS,
} from './bills.js';
import type { Plan } from './plan.js';
import { stagePlan } from './staging.js';

/** Tables that a shadow may differ in. */
export const SHADOWED = [
  'setl_d',
  'mdtrt_d',
  'fee_list_d',
  'drug_trac_d',
  'invt_d',
  'psn_b',
  'rltn_d',
] as const satisfies readonly TableName[];

/** Rows that are in the shadow and not in landing, and keys of landing that are not in the shadow. */
export const addedFile = (folder: string, table: TableName) => join(folder, `${table}.parquet`);
export const goneFile = (folder: string, table: TableName) => join(folder, `${table}.gone.parquet`);

const changed = (given: string, own: string) =>
  `CASE WHEN p.moved OR ${own} IS NULL THEN ${own} ELSE coalesce(${given}, ${own}) END`;

/** Fen of a lent amount when the bill is another. */
const scaled = (column: string) => `round(d.${column} * b.ratio)`;
const spared = `CASE WHEN p.noCash THEN coalesce(${scaled('psn_cash_pay')}, 0) ELSE 0 END`;

const SETTLEMENT_ROWS = `
  WITH bill AS (SELECT of, sum(fen) AS fen FROM sh_line GROUP BY of),
  billed AS (
    SELECT p.n, coalesce(b.fen, d.medfee_sumamt) AS fen,
      coalesce(b.fen / nullif(d.medfee_sumamt, 0)::DOUBLE, 1) AS ratio
    FROM sh_visit p JOIN sh_donor d ON d.setl_id = p.donor LEFT JOIN bill b ON b.of = p.of)
  SELECT d.* REPLACE (
    p.setl AS setl_id, CASE WHEN d.mdtrt_id IS NOT NULL THEN p.visit END AS mdtrt_id,
    p.patient AS psn_no, p.institution AS fixmedins_code, h.fixmedins_name AS fixmedins_name,
    coalesce(h.hosp_lv, CASE WHEN d.fixmedins_code = p.institution THEN d.hosp_lv END) AS hosp_lv,
    h.opter_id AS opter_id, h.pos_id AS pos_id,
    CASE WHEN d.begndate IS NOT NULL THEN ${localDate('p.begins')} END AS begndate,
    CASE WHEN d.enddate IS NOT NULL THEN ${localDate('p.ends')} END AS enddate,
    CASE WHEN d.setl_time IS NULL THEN NULL
      WHEN d.setl_time >= -28800 AND d.setl_time < 57600 THEN p.settled - ${localDay('p.settled')} * 86400
      ELSE ${atClock('p.settled', 'coalesce(d.setl_time_clock, false)')} END AS setl_time,
    coalesce(o.insutype, d.insutype) AS insutype, coalesce(o.insu_admdvs, d.insu_admdvs) AS insu_admdvs,
    (p.sign * b.fen)::BIGINT AS medfee_sumamt,
    (p.sign * (${scaled('fund_pay_sumamt')} + ${spared}))::BIGINT AS fund_pay_sumamt,
    (p.sign * (${scaled('hifp_pay')} + ${spared}))::BIGINT AS hifp_pay,
    (p.sign * ${scaled('acct_pay')})::BIGINT AS acct_pay,
    (p.sign * (${scaled('psn_cash_pay')} - ${spared}))::BIGINT AS psn_cash_pay,
    ${changed('p.diagnosis', 'd.dise_no')} AS dise_no,
    CASE WHEN p.moved OR d.dise_name IS NULL OR p.diagnosis IS NULL THEN d.dise_name
      ELSE coalesce(x.name, d.dise_name) END AS dise_name,
    CASE WHEN p.sign < 0 THEN '1' ELSE d.refd_setl_flag END AS refd_setl_flag)
  FROM sh_visit p JOIN sh_donor d ON d.setl_id = p.donor JOIN billed b ON b.n = p.n
  LEFT JOIN sh_host h ON h.n = p.n LEFT JOIN sh_person o ON o.psn_no = p.patient
  LEFT JOIN sh_disease x ON x.code = p.diagnosis`;

const VISIT_ROWS = `
  SELECT v.* REPLACE (
    p.visit AS mdtrt_id, p.patient AS psn_no, p.institution AS fixmedins_code,
    CASE WHEN v.begntime IS NOT NULL THEN ${atClock('p.begins', 'coalesce(v.begntime_clock, false)')} END AS begntime,
    CASE WHEN v.endtime IS NOT NULL THEN ${atClock('p.ends', 'coalesce(v.endtime_clock, false)')} END AS endtime,
    CASE WHEN p.moved THEN p.doctor WHEN v.atddr_no IS NULL THEN NULL
      ELSE coalesce(p.doctor, CASE WHEN v.fixmedins_code = p.institution THEN v.atddr_no END) END AS atddr_no,
    CASE WHEN p.doctor IS NULL AND v.fixmedins_code = p.institution THEN v.atddr_name END AS atddr_name,
    ${changed('p.diagnosis', 'v.dscg_maindiag_code')} AS dscg_maindiag_code,
    CASE WHEN p.moved OR v.dscg_maindiag_name IS NULL OR p.diagnosis IS NULL THEN v.dscg_maindiag_name
      ELSE coalesce(x.name, v.dscg_maindiag_name) END AS dscg_maindiag_name,
    ${changed('p.diagnosis', 'v.dise_codg')} AS dise_codg,
    CASE WHEN v.ipt_days IS NOT NULL THEN greatest(1, round((p.ends - p.begins) / 86400.0))::INTEGER END AS ipt_days,
    coalesce(o.insu_admdvs, v.insu_admdvs) AS insu_admdvs)
  FROM sh_visit p JOIN sh_donor d ON d.setl_id = p.donor JOIN sh_stay v ON v.mdtrt_id = d.mdtrt_id
  LEFT JOIN sh_person o ON o.psn_no = p.patient LEFT JOIN sh_disease x ON x.code = p.diagnosis
  WHERE p.n = p.of`;

/** A number of its own that nobody has: eleven digits from what the contact is called. */
const TELEPHONE = `'199' || lpad((hash(c.key) % 100000000)::VARCHAR, 8, '0')`;
const PHONE_RELATION = `regexp_matches(lower(r.rltn), 'phone|tel|mobile|电话|手机|号码')`;

/**
 * Writes what a plan adds to landing and takes from it, as Parquet in `folder`, one file a table; `addedFile`
 * and `goneFile` name them. Tables that the bureau does not have are not written. Nothing goes into landing.
 */
export async function writeShadow(
  reader: LandingReader,
  plan: Plan,
  folder: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await stagePlan(reader, plan);
  await makeBills(reader);
  await makeKnown(reader);
  const write = (file: string, query: string, order: string) =>
    reader.run(
      `COPY (SELECT * FROM (${query}) ORDER BY ${order}) TO ${quote(file)} (FORMAT parquet)`,
    );
  const add = (table: TableName, query: string) => {
    const columns = landedColumns(table);
    const named = columns.map((c) => `${ident(c.name)}::${c.type} AS ${ident(c.name)}`).join(', ');
    return write(addedFile(folder, table), `SELECT ${named} FROM (${query})`, 'ALL');
  };
  const take = (table: TableName, query: string) => write(goneFile(folder, table), query, 'ALL');

  await add('setl_d', SETTLEMENT_ROWS);
  for (const table of ['setl_d', 'fee_list_d', 'drug_trac_d'] as const)
    if (reader.has(table)) await take(table, 'SELECT setl_id FROM sh_gone');
  if (reader.has('mdtrt_d')) {
    await add('mdtrt_d', VISIT_ROWS);
    await take(
      'mdtrt_d',
      `SELECT s.mdtrt_id FROM ${reader.sql('setl_d')} s WHERE s.mdtrt_id IN
         (SELECT mdtrt_id FROM sh_donor JOIN sh_gone USING (setl_id))
       GROUP BY 1 HAVING bool_and(s.setl_id IN (SELECT setl_id FROM sh_gone))`,
    );
  }
  if (reader.has('fee_list_d')) await add('fee_list_d', FEE_ROWS);
  if (reader.has('drug_trac_d')) await add('drug_trac_d', TRACE_ROWS);
  if (reader.has('invt_d')) await add('invt_d', STOCK_ROWS);
  if (reader.has('psn_b')) {
    const known = `SELECT q.* REPLACE (t.tel AS tel) FROM ${reader.sql('psn_b')} q
      JOIN sh_phone t USING (psn_no) WHERE t.tel IS NOT NULL`;
    await add('psn_b', known);
    await take('psn_b', `SELECT psn_no FROM (${known})`);
  }
  if (reader.has('rltn_d')) {
    const own = `SELECT r.* FROM ${reader.sql('rltn_d')} r JOIN sh_phone t ON t.psn_no = r.src
      WHERE ${PHONE_RELATION} AND t.tel IS NOT NULL`;
    await add(
      'rltn_d',
      `SELECT DISTINCT r.* REPLACE (t.tel AS dst) FROM (${own}) r JOIN sh_phone t ON t.psn_no = r.src
       UNION ALL BY NAME
       SELECT 'patient' AS src_kind, c.patient AS src, c.kind AS rltn, 'agent' AS dst_kind,
         coalesce(c.holder, 'A' || ${TELEPHONE}) AS dst, NULL::DATE AS begndate, NULL::DATE AS enddate,
         NULL AS source, '' AS src_file, 0 AS src_row
       FROM sh_contact c WHERE c.kind <> 'telephone'`,
    );
    await take('rltn_d', `SELECT src_kind, src, rltn, dst_kind, dst FROM (${own})`);
  }
}

/** Small tables of what the bureau's rows say of diseases, codes, stock, telephones and prescribers. */
async function makeKnown(reader: LandingReader): Promise<void> {
  const nothing = (columns: string) => `SELECT ${columns} WHERE false`;
  const visits = reader.has('mdtrt_d');
  const fees = reader.has('fee_list_d');
  await reader.run(`
    CREATE OR REPLACE TEMP TABLE sh_disease AS SELECT code, min(name) AS name FROM (
      SELECT dise_no AS code, dise_name AS name FROM ${reader.sql('setl_d')}
      UNION ALL SELECT dscg_maindiag_code, dscg_maindiag_name FROM ${reader.sql('mdtrt_d')})
    WHERE code IN (SELECT diagnosis FROM sh_visit) GROUP BY code;
    CREATE OR REPLACE TEMP TABLE sh_stay AS SELECT * FROM ${reader.sql('mdtrt_d')} v
    ${visits ? 'SEMI JOIN sh_donor d ON d.mdtrt_id = v.mdtrt_id' : 'WHERE false'};
    CREATE OR REPLACE TEMP TABLE sh_known AS SELECT ${
      fees
        ? `EXISTS (SELECT 1 FROM ${reader.sql('fee_list_d')} WHERE bilg_dr_code IS NOT NULL)`
        : 'false'
    } AS prescribers;
    CREATE OR REPLACE TEMP TABLE sh_code AS ${
      reader.has('drug_trac_d') && fees
        ? `SELECT med_list_codg AS med, min(drug_trac_codg) AS code, arg_min(manu_lotnum, drug_trac_codg) AS lot
           FROM ${reader.sql('drug_trac_d')} WHERE med_list_codg IN (SELECT med_list_codg FROM sh_line) GROUP BY 1`
        : nothing('NULL::VARCHAR AS med, NULL::VARCHAR AS code, NULL::VARCHAR AS lot')
    };
    CREATE OR REPLACE TEMP TABLE sh_stock AS ${
      reader.has('invt_d') && fees
        ? `SELECT fixmedins_code, hilist_code AS item, min(bchno) AS bchno, min(invt_type) AS invt_type,
             median(pric) AS pric, min(splr_name) AS splr_name FROM ${reader.sql('invt_d')}
           WHERE regexp_matches(lower(invt_type), '^(in|1|入|采购|购进|进)')
             AND fixmedins_code IN (SELECT institution FROM sh_visit) GROUP BY ALL`
        : nothing(
            'NULL::VARCHAR AS fixmedins_code, NULL::VARCHAR AS item, NULL::VARCHAR AS bchno, NULL::VARCHAR AS invt_type, NULL::DOUBLE AS pric, NULL::VARCHAR AS splr_name',
          )
    };
    CREATE OR REPLACE TEMP TABLE sh_phone AS
    SELECT c.patient AS psn_no, min(CASE WHEN c.holder IS NULL THEN ${TELEPHONE} ELSE h.tel END) AS tel
    FROM sh_contact c LEFT JOIN ${
      reader.has('psn_b')
        ? reader.sql('psn_b')
        : `(${nothing('NULL::VARCHAR AS psn_no, NULL::VARCHAR AS tel')})`
    } h ON h.psn_no = c.holder
    WHERE c.kind = 'telephone' GROUP BY c.patient`);
}

/** Fen that fund and personal account pay each ring, net of refunds, by the ring's number. */
export async function ringFunds(
  reader: LandingReader,
  folder: string,
): Promise<ReadonlyMap<number, number>> {
  const rows = await reader.rows<{ ring: number; fen: number }>(`
    SELECT p.ring, sum(coalesce(s.fund_pay_sumamt, s.hifp_pay, 0) + coalesce(s.acct_pay, 0)) AS fen
    FROM sh_visit p JOIN read_parquet(${quote(addedFile(folder, 'setl_d'))}) s ON s.setl_id = p.setl
    GROUP BY p.ring`);
  return new Map(rows.map((r) => [r.ring, r.fen]));
}
