import type { Fen } from '../model/money.js';
import { push } from '../model/multimap.js';
import { quote } from './duck.js';
import type { LandingReader } from './types.js';

/** One line of a bill. */
export interface FeeDetail {
  readonly bkkpSn: string;
  /** Epoch seconds, null when unknown. */
  readonly time: number | null;
  readonly item: string | null;
  readonly itemName: string | null;
  readonly listType: string | null;
  readonly count: number | null;
  readonly price: number | null;
  readonly fen: Fen | null;
  readonly doctor: string | null;
  readonly file: string;
  readonly row: number;
}

/**
 * A settlement as evidence. Persons are ids only: names, certificate numbers, telephones and
 * addresses never leave landing this way.
 */
export interface SettlementDetail {
  readonly id: string;
  readonly visit: string | null;
  readonly patient: string;
  readonly institution: string;
  readonly institutionName: string | null;
  readonly doctor: string | null;
  readonly doctorName: string | null;
  readonly medType: string | null;
  /** Epoch seconds as the row says, null when it says none; `hasClock` false for a date alone. */
  readonly time: number | null;
  readonly hasClock: boolean;
  /** Local days `YYYY-MM-DD`. */
  readonly begin: string | null;
  readonly end: string | null;
  readonly medfee: Fen | null;
  readonly fund: Fen | null;
  readonly account: Fen | null;
  readonly cash: Fen | null;
  readonly refund: boolean;
  readonly certificate: string | null;
  readonly disease: string | null;
  readonly diseaseName: string | null;
  readonly region: string | null;
  readonly terminal: string | null;
  readonly operator: string | null;
  /** Where the row stood in the bureau's files. */
  readonly file: string;
  readonly row: number;
  readonly lines: readonly FeeDetail[];
}

/** Looks rows up by key in the sorted files; only current, non-void ones are found. */
export async function readSettlements(
  reader: LandingReader,
  ids: readonly string[],
): Promise<SettlementDetail[]> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0 || !reader.has('setl_d')) return [];
  const list = (values: Iterable<string>) => [...values].map(quote).join(', ');
  const rows = await reader.rows<
    Record<string, string | number | boolean | null>
  >(`SELECT s.setl_id,
      s.mdtrt_id, s.psn_no, s.fixmedins_code, s.fixmedins_name, s.med_type, s.setl_time, s.setl_time_clock,
      s.begndate::VARCHAR AS begndate, s.enddate::VARCHAR AS enddate, s.medfee_sumamt,
      coalesce(s.fund_pay_sumamt, s.hifp_pay) AS fund, s.acct_pay, s.psn_cash_pay, s.refd_setl_flag,
      s.mdtrt_cert_type, s.dise_no, s.dise_name, s.insu_admdvs, s.pos_id, s.opter_id, s.src_file, s.src_row
    FROM ${reader.sql('setl_d')} s WHERE s.setl_id IN (${list(wanted)})`);
  const visitIds = new Set<string>();
  for (const r of rows) if (r.mdtrt_id) visitIds.add(String(r.mdtrt_id));
  const visits = new Map<string, Record<string, string | null>>();
  if (visitIds.size > 0 && reader.has('mdtrt_d'))
    for (const v of await reader.rows<Record<string, string | null>>(`SELECT mdtrt_id, atddr_no,
        atddr_name, adm_dept_name, dscg_maindiag_code, dscg_maindiag_name, dise_codg
      FROM ${reader.sql('mdtrt_d')} WHERE mdtrt_id IN (${list(visitIds)})`))
      visits.set(String(v.mdtrt_id), v);
  const lines = await readLines(
    reader,
    rows.map((r) => String(r.setl_id)),
  );
  const names = await institutionNames(reader, new Set(rows.map((r) => String(r.fixmedins_code))));

  const found = new Map<string, SettlementDetail>();
  const text = (v: unknown) => (v === null || v === undefined ? null : String(v));
  const fen = (v: unknown) => (v === null || v === undefined ? null : Number(v));
  for (const r of rows) {
    const id = String(r.setl_id);
    const visit = visits.get(String(r.mdtrt_id));
    const code = String(r.fixmedins_code);
    const own = lines.get(id) ?? [];
    found.set(id, {
      id,
      visit: text(r.mdtrt_id),
      patient: String(r.psn_no),
      institution: code,
      institutionName: text(r.fixmedins_name) ?? names.get(code) ?? null,
      doctor: visit?.atddr_no ?? own.find((l) => l.doctor)?.doctor ?? null,
      doctorName: visit?.atddr_name ?? null,
      medType: text(r.med_type),
      time: fen(r.setl_time),
      hasClock: r.setl_time_clock === true,
      begin: text(r.begndate),
      end: text(r.enddate),
      medfee: fen(r.medfee_sumamt),
      fund: fen(r.fund),
      account: fen(r.acct_pay),
      cash: fen(r.psn_cash_pay),
      refund: r.refd_setl_flag === '1' || (fen(r.medfee_sumamt) ?? 0) < 0,
      certificate: text(r.mdtrt_cert_type),
      disease: text(r.dise_no) ?? visit?.dise_codg ?? visit?.dscg_maindiag_code ?? null,
      diseaseName: text(r.dise_name) ?? visit?.dscg_maindiag_name ?? null,
      region: text(r.insu_admdvs),
      terminal: text(r.pos_id),
      operator: text(r.opter_id),
      file: String(r.src_file),
      row: Number(r.src_row),
      lines: own,
    });
  }
  return wanted.flatMap((id) => found.get(id) ?? []);
}

async function readLines(
  reader: LandingReader,
  ids: readonly string[],
): Promise<Map<string, FeeDetail[]>> {
  const out = new Map<string, FeeDetail[]>();
  if (ids.length === 0 || !reader.has('fee_list_d')) return out;
  const rows = await reader.rows<
    Record<string, string | number | null>
  >(`SELECT f.setl_id, f.bkkp_sn,
      f.fee_ocur_time, coalesce(f.hilist_code, f.med_list_codg) AS item,
      coalesce(f.hilist_name, h.hilist_name) AS item_name, coalesce(f.list_type, h.list_type) AS list_type,
      f.cnt, f.pric, f.det_item_fee_sumamt, f.bilg_dr_code, f.src_file, f.src_row
    FROM ${reader.sql('fee_list_d')} f LEFT JOIN ${reader.sql('hilist_b')} h ON h.hilist_code = f.hilist_code
    WHERE f.setl_id IN (${ids.map(quote).join(', ')}) ORDER BY f.setl_id, f.bkkp_sn`);
  for (const r of rows) {
    const id = String(r.setl_id);
    const number = (name: string) => (r[name] === null ? null : Number(r[name]));
    const text = (name: string) => (r[name] === null ? null : String(r[name]));
    const line: FeeDetail = {
      bkkpSn: String(r.bkkp_sn),
      time: number('fee_ocur_time'),
      item: text('item'),
      itemName: text('item_name'),
      listType: text('list_type'),
      count: number('cnt'),
      price: number('pric'),
      fen: number('det_item_fee_sumamt'),
      doctor: text('bilg_dr_code'),
      file: String(r.src_file),
      row: Number(r.src_row),
    };
    push(out, id, line);
  }
  return out;
}

async function institutionNames(
  reader: LandingReader,
  codes: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const out = new Map<string, string>();
  if (codes.size === 0 || !reader.has('fixmedins_b')) return out;
  const rows = await reader.rows<{ c: string; n: string | null }>(`SELECT fixmedins_code AS c,
    fixmedins_name AS n FROM ${reader.sql('fixmedins_b')}
    WHERE fixmedins_code IN (${[...codes].map(quote).join(', ')})`);
  for (const r of rows) if (r.n) out.set(r.c, r.n);
  return out;
}
