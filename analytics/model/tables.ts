/**
 * The input tables of DATA.md §1 in canonical form: names, keys and the kind of every column that
 * the product reads. Dialects map a bureau's files onto these; landing stores them.
 *
 * Kinds and how landing stores them in Parquet:
 * - `id`, `code`, `text` VARCHAR (null when empty)
 * - `money`  BIGINT fen
 * - `time`   BIGINT epoch seconds, with a companion BOOLEAN `<column>_clock`: false where the
 *            source had only a date (then the time is local midnight)
 * - `date`   DATE of the local calendar
 * - `number` DOUBLE
 * - `int`    INTEGER
 */
export type ColumnKind = 'id' | 'code' | 'text' | 'money' | 'time' | 'date' | 'number' | 'int';

export interface TableSpec {
  readonly columns: Readonly<Record<string, ColumnKind>>;
  readonly key: readonly string[];
  /** Columns that must not be empty: an empty one rejects the row. */
  readonly required: readonly string[];
}

const ids = <K extends string>(...names: K[]) =>
  Object.fromEntries(names.map((n) => [n, 'id'])) as Record<K, 'id'>;

export const TABLES = {
  setl_d: {
    key: ['setl_id'],
    required: ['setl_id', 'psn_no', 'fixmedins_code'],
    columns: {
      ...ids('setl_id', 'mdtrt_id', 'psn_no', 'fixmedins_code'),
      fixmedins_name: 'text',
      hosp_lv: 'code',
      med_type: 'code',
      begndate: 'date',
      enddate: 'date',
      setl_time: 'time',
      insutype: 'code',
      insu_admdvs: 'code',
      mdtrt_cert_type: 'code',
      medfee_sumamt: 'money',
      fund_pay_sumamt: 'money',
      hifp_pay: 'money',
      acct_pay: 'money',
      psn_cash_pay: 'money',
      setl_type: 'code',
      dise_no: 'code',
      dise_name: 'text',
      refd_setl_flag: 'code',
      opter_id: 'id',
      vali_flag: 'code',
      pos_id: 'id',
    },
  },
  mdtrt_d: {
    key: ['mdtrt_id'],
    required: ['mdtrt_id'],
    columns: {
      ...ids('mdtrt_id', 'psn_no', 'fixmedins_code'),
      med_type: 'code',
      begntime: 'time',
      endtime: 'time',
      atddr_no: 'id',
      atddr_name: 'text',
      adm_dept_codg: 'code',
      adm_dept_name: 'text',
      adm_bed: 'text',
      dscg_maindiag_code: 'code',
      dscg_maindiag_name: 'text',
      dise_codg: 'code',
      ipt_days: 'int',
      insu_admdvs: 'code',
      mdtrt_cert_type: 'code',
      vali_flag: 'code',
    },
  },
  fee_list_d: {
    key: ['fixmedins_code', 'mdtrt_id', 'bkkp_sn'],
    required: ['fixmedins_code', 'mdtrt_id', 'bkkp_sn'],
    columns: {
      ...ids('bkkp_sn', 'mdtrt_id', 'setl_id', 'psn_no', 'fixmedins_code'),
      fee_ocur_time: 'time',
      hilist_code: 'id',
      hilist_name: 'text',
      list_type: 'code',
      med_list_codg: 'id',
      cnt: 'number',
      pric: 'number',
      det_item_fee_sumamt: 'money',
      inscp_amt: 'money',
      bilg_dr_code: 'id',
      acord_dr_code: 'id',
      bilg_dept_codg: 'code',
      prd_days: 'number',
      rx_drord_no: 'id',
      vali_flag: 'code',
    },
  },
  drug_trac_d: {
    key: ['setl_id', 'drug_trac_codg'],
    required: ['setl_id', 'drug_trac_codg'],
    columns: {
      ...ids('setl_id', 'mdtrt_id', 'psn_no', 'fixmedins_code', 'med_list_codg', 'drug_trac_codg'),
      manu_lotnum: 'text',
      sel_retn_cnt: 'number',
      sel_retn_time: 'time',
    },
  },
  fixmedins_b: {
    key: ['fixmedins_code'],
    required: ['fixmedins_code'],
    columns: {
      fixmedins_code: 'id',
      fixmedins_name: 'text',
      fixmedins_type: 'code',
      hosp_lv: 'code',
      admdvs: 'code',
      lnt: 'number',
      lat: 'number',
      aprv_bed_cnt: 'int',
      dialysis_machine_cnt: 'int',
      legrep_name: 'text',
      uscc: 'id',
      begndate: 'date',
      enddate: 'date',
    },
  },
  dr_b: {
    key: ['dr_code'],
    required: ['dr_code'],
    columns: {
      dr_code: 'id',
      dr_name: 'text',
      fixmedins_code: 'id',
      dept_codg: 'code',
      dr_prac_type: 'code',
    },
  },
  psn_b: {
    key: ['psn_no'],
    required: ['psn_no'],
    columns: {
      psn_no: 'id',
      psn_name: 'text',
      certno: 'id',
      gend: 'code',
      brdy: 'date',
      tel: 'id',
      addr: 'text',
      admdvs: 'code',
      insutype: 'code',
      emp_name: 'text',
      die_date: 'date',
    },
  },
  hilist_b: {
    key: ['hilist_code'],
    required: ['hilist_code'],
    columns: {
      hilist_code: 'id',
      hilist_name: 'text',
      list_type: 'code',
      spec: 'text',
      pack_cnt: 'number',
      day_dose: 'number',
      resale_risk: 'int',
      lmt_price: 'number',
    },
  },
  invt_d: {
    key: ['fixmedins_code', 'bchno', 'rtal_docno'],
    required: ['fixmedins_code', 'bchno', 'rtal_docno'],
    columns: {
      fixmedins_code: 'id',
      hilist_code: 'id',
      bchno: 'id',
      rtal_docno: 'id',
      invt_type: 'code',
      cnt: 'number',
      pric: 'number',
      invt_time: 'time',
      splr_name: 'text',
    },
  },
  rltn_d: {
    key: ['src_kind', 'src', 'rltn', 'dst_kind', 'dst'],
    required: ['src_kind', 'src', 'rltn', 'dst_kind', 'dst'],
    columns: {
      src_kind: 'code',
      src: 'id',
      rltn: 'code',
      dst_kind: 'code',
      dst: 'id',
      begndate: 'date',
      enddate: 'date',
      source: 'text',
    },
  },
} as const satisfies Record<string, TableSpec>;

export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

/** Columns of a table as landing stores them: the canonical ones, clocks, and where each row came from. */
export function landedColumns(table: TableName): Array<{ name: string; type: string }> {
  const sql: Record<ColumnKind, string> = {
    id: 'VARCHAR',
    code: 'VARCHAR',
    text: 'VARCHAR',
    money: 'BIGINT',
    time: 'BIGINT',
    date: 'DATE',
    number: 'DOUBLE',
    int: 'INTEGER',
  };
  const out: Array<{ name: string; type: string }> = [];
  for (const [name, kind] of Object.entries(TABLES[table].columns) as Array<[string, ColumnKind]>) {
    out.push({ name, type: sql[kind] });
    if (kind === 'time') out.push({ name: `${name}_clock`, type: 'BOOLEAN' });
  }
  out.push({ name: 'src_file', type: 'VARCHAR' }, { name: 'src_row', type: 'BIGINT' });
  return out;
}
