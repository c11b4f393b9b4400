import { describe, expect, it } from 'vitest';
import { type Dialect, loadDialect } from '../../../analytics/ingest/dialect.js';
import { editDistance, nearest, resolveHeader } from '../../../analytics/ingest/headers.js';
import { TABLE_NAMES, TABLES, type TableName } from '../../../analytics/model/tables.js';

const nhsa = loadDialect('nhsa');
const resolve = (header: string[], table: TableName = 'setl_d', dialect: Dialect = nhsa) =>
  resolveHeader(header, table, dialect.tables[table]![0]!, dialect, `${table}.csv`);

const CONTRACT = `结算ID setl_id, 就诊ID mdtrt_id, 人员编号 psn_no, 定点医药机构编号 fixmedins_code,
  定点医药机构名称 fixmedins_name, 医院等级 hosp_lv, 医疗类别 med_type, 开始日期 begndate, 结束日期 enddate,
  结算时间 setl_time, 险种类型 insutype, 参保所属医保区划 insu_admdvs, 就诊凭证类型 mdtrt_cert_type,
  医疗费总额 medfee_sumamt, 基金支付总额 fund_pay_sumamt, 统筹基金支出 hifp_pay, 个人账户支出 acct_pay,
  个人现金支出 psn_cash_pay, 结算类别 setl_type, 病种编号 dise_no, 病种名称 dise_name, 退费结算标志 refd_setl_flag,
  经办人ID opter_id, 有效标志 vali_flag, 终端号 pos_id`;
const PERSON = `人员姓名 psn_name, 证件号码 certno, 性别 gend, 出生日期 brdy, 联系电话 tel, 地址 addr, 医保区划 admdvs,
  单位名称 emp_name, 死亡日期 die_date`;
const pairs = (text: string) =>
  text.split(',').map((p) => p.trim().split(/\s+/) as [string, string]);

describe('headers', () => {
  it('knows the Chinese names of the contract', () => {
    const setl = resolve(pairs(CONTRACT).map(([zh]) => zh));
    expect([...setl.fields]).toEqual(pairs(CONTRACT).map(([, c], i) => [c, i]));
    expect(setl.warnings).toEqual([]);
    const psn = resolve(['人员编号', ...pairs(PERSON).map(([zh]) => zh)], 'psn_b');
    expect([...psn.fields.keys()]).toEqual(['psn_no', ...pairs(PERSON).map(([, c]) => c)]);
  });

  it.each(TABLE_NAMES)('has a Chinese name of its own for every column of %s', (table) => {
    const columns = Object.keys(TABLES[table].columns);
    const chinese = columns.map((c) => nhsa.names![c]?.find((n) => /[\u4e00-\u9fff]/.test(n)));
    expect(columns.filter((_, i) => chinese[i] === undefined)).toEqual([]);
    const found = resolve(chinese as string[], table);
    expect([...found.fields.keys()]).toEqual(columns);
  });

  it('takes any case and order, BOM, blanks and quotes', () => {
    const found = resolve(['\uFEFFPSN_NO', ' Setl_Id ', "'FIXMEDINS_CODE"]);
    expect([...found.fields]).toEqual([
      ['psn_no', 0],
      ['setl_id', 1],
      ['fixmedins_code', 2],
    ]);
  });

  it.each([
    ['fee_list_d', 'bilg_dr_codg', 'bilg_dr_code'],
    ['fee_list_d', 'orders_dr_code', 'acord_dr_code'],
    ['fee_list_d', 'inscp_scp_amt', 'inscp_amt'],
    ['fee_list_d', 'rxno', 'rx_drord_no'],
    ['setl_d', 'cash_payamt', 'psn_cash_pay'],
  ] as const)('%s: %s is %s', (table, alias, column) => {
    const required: readonly string[] = TABLES[table].required;
    expect(resolve([...required, alias], table).fields.get(column)).toBe(required.length);
  });

  it('takes feedetl_sn for the key bkkp_sn', () => {
    const found = resolve(['feedetl_sn', 'mdtrt_id', 'fixmedins_code'], 'fee_list_d');
    expect(found.fields.get('bkkp_sn')).toBe(0);
  });

  it('names an unknown heading with the nearest known one, and says nothing of known unread ones', () => {
    const found = resolve([
      'setl_id',
      'psn_no',
      'fixmedins_code',
      'medfee_sumamtt',
      'psn_part_amt',
    ]);
    expect(found.warnings).toEqual([
      'setl_d.csv: column medfee_sumamtt is not known and not read; nearest known: medfee_sumamt',
    ]);
  });

  it('refuses a heading twice, also under two names', () => {
    expect(() => resolve(['setl_id', 'psn_no', 'fixmedins_code', 'psn_no'])).toThrow(
      /column psn_no twice/,
    );
    expect(() => resolve(['setl_id', 'psn_no', 'fixmedins_code', '人员编号'])).toThrow(
      /columns psn_no and 人员编号, which both mean psn_no/,
    );
  });

  it('refuses a missing column that rows cannot do without, in both languages', () => {
    expect(() => resolve(['setl_id', 'fixmedins_code', 'psnno'])).toThrow(
      /setl_d.csv has no column psn_no \(人员编号\); not recognised: psnno/,
    );
  });

  it('passes over columns without a name', () => {
    expect(resolve(['setl_id', 'psn_no', 'fixmedins_code', '', '']).warnings).toEqual([]);
  });
});

describe('edit distance', () => {
  it('counts insertions, deletions and substitutions', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('abc', 'abc')).toBe(0);
  });
  it('names nothing that is far away', () => {
    expect(nearest('zzzzzzzz', ['setl_id', 'psn_no'])).toBeUndefined();
  });
});
