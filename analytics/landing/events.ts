import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { invalid } from '../model/errors.js';
import { parseDay } from '../model/time.js';
import { quote } from './duck.js';

import { type Netting, netRefunds } from './refunds.js';
import type { LandingReader } from './types.js';

export interface EventOptions {
  /** First local day and the day after the last, `YYYY-MM-DD`, on the day of the settlement. */
  readonly from?: string;
  readonly to?: string;
  /** Counties of the institution, as in `ev_institution`; all without it. */
  readonly counties?: readonly string[];
  /** Counts fee lines and settlements that lack their other half; off when counties are given. */
  readonly orphans?: boolean;
}

export interface EventReport {
  /** Rows of `ev_settlement`. */
  readonly settlements: number;
  /** Over all days of the counties read. */
  readonly refunds: {
    readonly matched: number;
    readonly partial: number;
    readonly unmatched: number;
  };
  /** Settlements without any date: in no period, so left out. */
  readonly undated: number;
  /** Undefined where not counted. */
  readonly orphans?: Orphans;
}

export interface Orphans {
  readonly feeLinesWithoutSettlement: number;
  readonly unsettledFeeLines: number;
  readonly settlementsWithoutVisit: number;
}

const DAY = (seconds: string) => `floor((${seconds} + 28800) / 86400)::INTEGER`;
const DATE_DAY = (date: string) => `(${date} - DATE '1970-01-01')::INTEGER`;
const DAY_START = (day: string) => `(${day}::BIGINT * 86400 - 28800)`;

/** A clock without a date lands on 1970-01-01. */
const CLOCK_ONLY = '(s.setl_time >= -28800 AND s.setl_time < 57600)';
const STAY =
  "(coalesce(s.med_type, v.med_type) LIKE '2%' OR coalesce(s.med_type, v.med_type) LIKE '52%')";

const OWN_DAY = `coalesce(${DATE_DAY('s.enddate')}, ${DATE_DAY('s.begndate')})`;
const VISIT_DAY = `coalesce(${DAY('v.endtime')}, ${DAY('v.begntime')})`;

const TIME = `CASE
  WHEN s.setl_time IS NOT NULL AND NOT ${CLOCK_ONLY} THEN s.setl_time
  WHEN s.setl_time IS NOT NULL AND coalesce(${OWN_DAY}, ${VISIT_DAY}) IS NOT NULL
    THEN coalesce(${OWN_DAY}, ${VISIT_DAY})::BIGINT * 86400 + s.setl_time
  ELSE coalesce(v.endtime, ${DAY_START(OWN_DAY)}, v.begntime) END`;
const HAS_CLOCK = `CASE
  WHEN s.setl_time IS NOT NULL AND NOT ${CLOCK_ONLY} THEN coalesce(s.setl_time_clock, false)
  WHEN s.setl_time IS NOT NULL THEN coalesce(${OWN_DAY}, ${VISIT_DAY}) IS NOT NULL
  WHEN v.endtime IS NOT NULL THEN v.endtime_clock
  WHEN ${OWN_DAY} IS NULL THEN coalesce(v.begntime_clock, false)
  ELSE false END`;

/** A stay lasts as its visit says; anything else as its settlement says. */
const BEGIN = `CASE WHEN ${STAY} THEN coalesce(v.begntime, ${DAY_START(DATE_DAY('s.begndate'))})
  ELSE coalesce(${DAY_START(DATE_DAY('s.begndate'))}, v.begntime) END`;
const END = `CASE WHEN ${STAY} THEN coalesce(v.endtime, ${DAY_START(OWN_DAY)})
  ELSE coalesce(${DAY_START(OWN_DAY)}, v.endtime) END`;

const FUND = 'coalesce(s.fund_pay_sumamt, s.hifp_pay, 0)';
const FEE = `coalesce(s.medfee_sumamt, ${FUND} + coalesce(s.acct_pay, 0) + coalesce(s.psn_cash_pay, 0))`;

/**
 * Makes in the reader's connection:
 * - `ev_institution(fixmedins_code, county)`: the county is the first six digits of the
 *   institution's `admdvs`, else of the most frequent `insu_admdvs` of its settlements (of equals
 *   the smallest), else empty.
 * - `ev_settlement`: one row per current settlement that is neither void nor a refund, ordered by
 *   `setl_id`. `dr_code` is the visit's attending doctor, else the most frequent prescribing one of
 *   its fee lines (of equals the smallest). `time_s`, `begin_s`, `end_s`, `visit_s` (when the visit began,
 *   null where only its day is known), `refund_s` are epoch seconds, `begin_day`, `end_day` local days since 1970-01-01; `medfee`, `fund`, `cash`, `acct`,
 *   `net_fee`, `net_fund` fen (the net ones after refunds, 0 when cancelled).
 * Refunds are netted over all days first and the period is cut afterwards.
 */
export async function prepareEvents(
  reader: LandingReader,
  options: EventOptions = {},
): Promise<EventReport> {
  const days = [
    ...(options.from === undefined ? [] : [`${DAY('time_s')} >= ${dayOrRefuse(options.from)}`]),
    ...(options.to === undefined ? [] : [`${DAY('time_s')} < ${dayOrRefuse(options.to)}`]),
  ];
  await prepareInstitutions(reader);
  const counties = options.counties
    ? `AND i.county IN (${options.counties.map(quote).join(', ') || 'NULL'})`
    : '';
  await reader.run(`CREATE OR REPLACE TEMP TABLE ev_base AS
    SELECT s.setl_id, s.mdtrt_id, s.psn_no, s.fixmedins_code, i.county, v.atddr_no AS dr_code,
      coalesce(s.med_type, v.med_type) AS med_type, ${TIME} AS time_s, ${HAS_CLOCK} AS has_clock,
      ${BEGIN} AS begin_s, ${END} AS end_s, CASE WHEN v.begntime_clock THEN v.begntime END AS visit_s, ${FEE} AS medfee, ${FUND} AS fund,
      s.psn_cash_pay AS cash, s.acct_pay AS acct,
      coalesce(s.insu_admdvs, v.insu_admdvs) AS insu_admdvs,
      coalesce(s.mdtrt_cert_type, v.mdtrt_cert_type) AS cert, s.insutype,
      coalesce(s.dise_no, v.dise_codg, v.dscg_maindiag_code) AS dise, v.adm_dept_codg AS dept,
      s.opter_id, s.pos_id,
      (${FEE} < 0 OR (coalesce(s.refd_setl_flag, '') = '1' AND ${FEE} <= 0)) AS refund
    FROM ${reader.sql('setl_d')} s
    JOIN ev_institution i ON i.fixmedins_code = s.fixmedins_code ${counties}
    LEFT JOIN ${reader.sql('mdtrt_d')} v ON v.mdtrt_id = s.mdtrt_id`);
  await prepareDoctors(reader);
  const netting = await net(reader);
  await reader.run(`CREATE OR REPLACE TEMP TABLE ev_settlement AS
    SELECT b.setl_id, b.mdtrt_id, b.psn_no, b.fixmedins_code, b.county,
      coalesce(b.dr_code, d.dr_code) AS dr_code, b.med_type, b.time_s, b.has_clock,
      ${DAY('coalesce(b.begin_s, b.time_s)')} AS begin_day,
      ${DAY('coalesce(b.end_s, b.begin_s, b.time_s)')} AS end_day,
      coalesce(b.begin_s, b.time_s) AS begin_s, coalesce(b.end_s, b.begin_s, b.time_s) AS end_s,
      b.visit_s, b.medfee, b.fund, b.cash, b.acct, coalesce(n.fee, b.medfee) AS net_fee,
      coalesce(n.fund, b.fund) AS net_fund, coalesce(n.cancelled, false) AS cancelled,
      n.refund_s, b.insu_admdvs, b.cert, b.insutype, b.dise, b.dept, b.opter_id, b.pos_id
    FROM ev_base b LEFT JOIN ev_net n ON n.rid = b.rowid LEFT JOIN ev_doctor d ON d.setl_id = b.setl_id
    WHERE NOT b.refund AND b.time_s IS NOT NULL ${days.map((d) => `AND ${d}`).join(' ')}
    ORDER BY b.setl_id`);
  const [counts] = await reader.rows<{ settlements: number; undated: number }>(`SELECT
    (SELECT count(*) FROM ev_settlement) AS settlements,
    (SELECT count(*) FROM ev_base WHERE time_s IS NULL AND NOT refund) AS undated`);
  await reader.run('DROP TABLE ev_base; DROP TABLE ev_net; DROP TABLE ev_doctor');
  const wanted = options.orphans ?? options.counties === undefined;
  return {
    settlements: counts?.settlements ?? 0,
    undated: counts?.undated ?? 0,
    refunds: { matched: netting.matched, partial: netting.partial, unmatched: netting.unmatched },
    ...(wanted ? { orphans: await countOrphans(reader) } : {}),
  };
}

/** Counties that institutions with settlements are in, with the number of settlements, by code. */
export async function listCounties(
  reader: LandingReader,
): Promise<Array<{ county: string; settlements: number }>> {
  await prepareInstitutions(reader);
  return reader.rows(`SELECT i.county, count(*) AS settlements
    FROM ${reader.sql('setl_d')} s JOIN ev_institution i USING (fixmedins_code)
    GROUP BY i.county ORDER BY i.county`);
}

/** Halves without their other half among what is current; a void settlement is one that exists. */
export async function countOrphans(reader: LandingReader): Promise<Orphans> {
  const [lines] = await reader.rows<{ orphans: number; unsettled: number }>(`SELECT
    count(*) FILTER (f.setl_id IS NOT NULL AND s.setl_id IS NULL) AS orphans,
    count(*) FILTER (f.setl_id IS NULL) AS unsettled
    FROM ${reader.sql('fee_list_d')} f LEFT JOIN ${reader.latest('setl_d')} s ON s.setl_id = f.setl_id`);
  const [visits] = reader.has('mdtrt_d')
    ? await reader.rows<{ orphans: number }>(`SELECT count(*) AS orphans
        FROM ${reader.sql('setl_d')} s ANTI JOIN ${reader.latest('mdtrt_d')} v ON v.mdtrt_id = s.mdtrt_id`)
    : [{ orphans: 0 }];
  return {
    feeLinesWithoutSettlement: lines?.orphans ?? 0,
    unsettledFeeLines: lines?.unsettled ?? 0,
    settlementsWithoutVisit: visits?.orphans ?? 0,
  };
}

function dayOrRefuse(text: string): number {
  const day = parseDay(text);
  if (day === undefined) throw invalid(`${text} is no date`, 'Give dates as YYYY-MM-DD');
  return day;
}

async function prepareInstitutions(reader: LandingReader): Promise<void> {
  await reader.run(`CREATE OR REPLACE TEMP TABLE ev_institution AS
    WITH homes AS (
      SELECT fixmedins_code, left(insu_admdvs, 6) AS home, count(*) AS n
      FROM ${reader.sql('setl_d')} GROUP BY ALL),
    usual AS (
      SELECT fixmedins_code, first(home ORDER BY home IS NULL, n DESC, home) AS home
      FROM homes GROUP BY fixmedins_code)
    SELECT u.fixmedins_code, coalesce(left(b.admdvs, 6), u.home, '') AS county
    FROM usual u LEFT JOIN ${reader.sql('fixmedins_b')} b USING (fixmedins_code)`);
}

/** `ev_doctor(setl_id, dr_code)` for settlements whose visit names none. */
async function prepareDoctors(reader: LandingReader): Promise<void> {
  await reader.run(`CREATE OR REPLACE TEMP TABLE ev_doctor AS
    SELECT setl_id, first(dr ORDER BY n DESC, dr) AS dr_code FROM (
      SELECT f.setl_id, f.bilg_dr_code AS dr, count(*) AS n FROM ${reader.sql('fee_list_d')} f
      SEMI JOIN (SELECT setl_id FROM ev_base WHERE dr_code IS NULL) b ON b.setl_id = f.setl_id
      WHERE f.bilg_dr_code IS NOT NULL GROUP BY ALL)
    GROUP BY setl_id`);
}

/** `ev_net(rid, cancelled, refund_s, fee, fund)` by row of `ev_base`. */
async function net(reader: LandingReader): Promise<Netting> {
  // A refund that has only a date counts as the last thing of its day.
  const rows = await reader.columns(`
    WITH groups AS (
      SELECT (row_number() OVER () - 1)::INTEGER AS g, * FROM (
        SELECT DISTINCT coalesce(mdtrt_id, '') AS m, psn_no AS p, fixmedins_code AS f
        FROM ev_base WHERE refund))
    SELECT g, b.rowid::DOUBLE AS rid, b.refund, b.medfee, b.fund, b.time_s AS time
    FROM ev_base b JOIN groups ON m = coalesce(b.mdtrt_id, '') AND p = b.psn_no AND f = b.fixmedins_code
    ORDER BY g, CASE WHEN b.refund AND NOT b.has_clock THEN b.time_s + 86399 ELSE b.time_s END NULLS LAST,
      b.refund, b.setl_id`);
  const rid = rows.get('rid') as Float64Array;
  const netting = netRefunds({
    count: rows.rows,
    group: rows.get('g') as Int32Array,
    refund: rows.get('refund') as Uint8Array,
    amount: rows.get('medfee') as Float64Array,
    fund: rows.get('fund') as Float64Array,
    time: rows.get('time') as Float64Array,
  });
  const file = join(reader.scratch, 'net.csv');
  const out = createWriteStream(file);
  let text = '';
  for (const [row, n] of netting.touched) {
    const time = Number.isNaN(n.refundTime) ? '' : n.refundTime;
    text += `${rid[row]},${n.cancelled},${time},${n.amount},${n.fund}\n`;
    if (text.length > 1 << 20) {
      if (!out.write(text)) await once(out, 'drain');
      text = '';
    }
  }
  out.end(text);
  await once(out, 'finish');
  await reader.run(`CREATE OR REPLACE TEMP TABLE ev_net AS SELECT * FROM read_csv(${quote(file)},
    header = false, auto_detect = false, delim = ',', columns = {'rid': 'BIGINT',
    'cancelled': 'BOOLEAN', 'refund_s': 'BIGINT', 'fee': 'BIGINT', 'fund': 'BIGINT'})`);
  return netting;
}
