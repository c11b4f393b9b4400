import type { LandingReader } from '../landing/types.js';
import type { TableName } from '../model/tables.js';
import {
  type Details,
  type Items,
  type Lines,
  NO_DETAILS,
  RELATED_DOCTOR,
  RELATED_INSTITUTION,
  RELATED_PATIENT,
  RELATED_THING,
  type Relations,
  STOCK_IN,
  STOCK_LOSS,
  STOCK_OUT,
  type Stock,
  type Traces,
} from './details.js';
import { ingredientOf } from './ingredient.js';

type Columns = Awaited<ReturnType<LandingReader['columns']>>;

const ITEM = 'coalesce(hilist_code, med_list_codg)';
const whole = (column: string) =>
  `coalesce(greatest(-2147483647, least(2147483647, round(${column}))), 0)::INTEGER`;

/**
 * Expects `ev_settlement`, `d_patient`, `d_institution` and `d_doctor` of the same period. Reads only
 * the tables of `wanted` that landing has.
 */
export async function loadDetails(
  reader: LandingReader,
  wanted: ReadonlySet<TableName>,
  settlements: number,
  toDay: number,
): Promise<Details> {
  const reads = (table: TableName) => wanted.has(table) && reader.has(table);
  const lines = reads('fee_list_d');
  const traces = reads('drug_trac_d');
  const stock = reads('invt_d');
  const relations = reads('rltn_d')
    ? { relations: await loadRelations(reader) }
    : { relations: NO_DETAILS.relations };
  if (!lines && !traces && !stock) return { ...NO_DETAILS, ...relations };
  await prepareItems(reader, { lines, traces, stock });
  return {
    items: await loadItems(reader),
    lines: lines ? await loadLines(reader, settlements) : NO_DETAILS.lines,
    traces: traces ? await loadTraces(reader) : NO_DETAILS.traces,
    stock: stock ? await loadStock(reader, toDay) : NO_DETAILS.stock,
    ...relations,
  };
}

/**
 * `d_settlement(setl_id, ix)`, `d_code(med, code)`: the item that a national code stands for on most
 * fee lines (of equals the smallest); `d_item(code, ix)`.
 */
async function prepareItems(
  reader: LandingReader,
  has: { lines: boolean; traces: boolean; stock: boolean },
): Promise<void> {
  await reader.run(`CREATE OR REPLACE TEMP TABLE d_settlement AS
    SELECT setl_id, (row_number() OVER (ORDER BY setl_id) - 1)::INTEGER AS ix FROM ev_settlement`);
  const fees = reader.has('fee_list_d');
  await reader.run(
    `CREATE OR REPLACE TEMP TABLE d_code AS ${
      fees && has.traces
        ? `SELECT med, arg_min(code, (-n, code)) AS code FROM (
          SELECT med_list_codg AS med, hilist_code AS code, count(*) AS n FROM ${reader.sql('fee_list_d')}
          WHERE med_list_codg IS NOT NULL AND hilist_code IS NOT NULL GROUP BY ALL) GROUP BY med`
        : 'SELECT NULL::VARCHAR AS med, NULL::VARCHAR AS code WHERE false'
    }`,
  );
  const sources = [
    ...(has.lines ? [`SELECT DISTINCT ${ITEM} AS code FROM ${reader.sql('fee_list_d')}`] : []),
    ...(has.stock ? [`SELECT DISTINCT hilist_code AS code FROM ${reader.sql('invt_d')}`] : []),
    ...(has.traces
      ? [
          `SELECT DISTINCT coalesce(c.code, t.med_list_codg) AS code FROM ${reader.sql('drug_trac_d')} t
           LEFT JOIN d_code c ON c.med = t.med_list_codg`,
        ]
      : []),
  ];
  await reader.run(`CREATE OR REPLACE TEMP TABLE d_item AS
    SELECT code, (row_number() OVER (ORDER BY code) - 1)::INTEGER AS ix
    FROM (${sources.join(' UNION ')}) WHERE code IS NOT NULL`);
}

async function loadItems(reader: LandingReader): Promise<Items> {
  const named = reader.has('fee_list_d')
    ? `SELECT ${ITEM} AS code, max(hilist_name) AS name, max(list_type) AS type
       FROM ${reader.sql('fee_list_d')} WHERE ${ITEM} IS NOT NULL GROUP BY 1`
    : 'SELECT NULL::VARCHAR AS code, NULL::VARCHAR AS name, NULL::VARCHAR AS type WHERE false';
  const columns = await reader.columns(`
    WITH named AS (${named})
    SELECT d.code, coalesce(h.hilist_name, n.name, '') AS name,
      coalesce(try_cast(left(coalesce(h.list_type, n.type), 3) AS INTEGER), -1)::INTEGER AS type,
      h.resale_risk AS risk, h.day_dose::DOUBLE AS dose, h.pack_cnt::DOUBLE AS pack
    FROM d_item d LEFT JOIN named n ON n.code = d.code
    LEFT JOIN ${reader.sql('hilist_b')} h ON h.hilist_code = d.code ORDER BY d.ix`);
  const names = columns.get('name') as string[];
  const listType = columns.get('type') as Int32Array;
  const seen = new Map<string, number>();
  const ingredient = shared(names.length);
  names.forEach((name, i) => {
    const key = listType[i] === 101 || listType[i] === 102 ? ingredientOf(name) : '';
    if (key !== '' && !seen.has(key)) seen.set(key, seen.size);
    ingredient[i] = key === '' ? -1 : seen.get(key)!;
  });
  return {
    ids: columns.get('code') as string[],
    names,
    listType,
    resaleRisk: columns.get('risk') as Int32Array,
    ingredient,
    dayDose: columns.get('dose') as Float64Array,
    packSize: columns.get('pack') as Float64Array,
  };
}

async function loadLines(reader: LandingReader, settlements: number): Promise<Lines> {
  const columns = await reader.columns(`
    SELECT s.ix AS settlement, i.ix AS item, l.cnt AS units, ${whole('l.det_item_fee_sumamt')} AS fen,
      ${whole('coalesce(l.inscp_amt, l.det_item_fee_sumamt)')} AS covered, d.ix AS doctor,
      (CASE WHEN l.prd_days > 0 THEN ${whole('l.prd_days')} ELSE -1 END)::INTEGER AS days
    FROM ${reader.sql('fee_list_d')} l
    JOIN d_settlement s ON s.setl_id = l.setl_id JOIN d_item i ON i.code = coalesce(l.hilist_code, l.med_list_codg)
    LEFT JOIN d_doctor d ON d.code = coalesce(l.bilg_dr_code, l.acord_dr_code)
    ORDER BY 1, 2, 3, 4, 5, 6, 7`);
  const settlement = columns.get('settlement') as Int32Array;
  const start = shared(settlements + 1);
  for (const s of settlement) start[s + 1]!++;
  for (let s = 0; s < settlements; s++) start[s + 1]! += start[s]!;
  return {
    count: columns.rows,
    start,
    settlement,
    item: columns.get('item') as Int32Array,
    units: columns.get('units') as Float64Array,
    fen: columns.get('fen') as Int32Array,
    covered: columns.get('covered') as Int32Array,
    doctor: columns.get('doctor') as Int32Array,
    supplyDays: columns.get('days') as Int32Array,
  };
}

async function loadTraces(reader: LandingReader): Promise<Traces> {
  const refund = `(coalesce(z.refd_setl_flag, '') = '1' OR coalesce(z.medfee_sumamt, 0) < 0)`;
  const columns: Columns = await reader.columns(`
    WITH rows AS (
      SELECT s.ix AS settlement, p.ix AS patient, h.ix AS institution, i.ix AS item, t.drug_trac_codg AS code,
        (coalesce(t.med_list_codg, '') || '|' || coalesce(t.manu_lotnum, '')) AS lot,
        (CASE WHEN t.sel_retn_cnt < 0 OR (s.ix IS NULL AND ${refund}) THEN -1 ELSE 1 END)::INTEGER AS sign,
        coalesce(e.time_s, t.sel_retn_time, z.setl_time)::DOUBLE AS time
      FROM ${reader.sql('drug_trac_d')} t
      LEFT JOIN d_settlement s ON s.setl_id = t.setl_id
      LEFT JOIN ev_settlement e ON e.setl_id = t.setl_id
      LEFT JOIN ${reader.sql('setl_d')} z ON z.setl_id = t.setl_id
      LEFT JOIN d_code c ON c.med = t.med_list_codg
      LEFT JOIN d_item i ON i.code = coalesce(c.code, t.med_list_codg)
      LEFT JOIN d_patient p ON p.code = coalesce(z.psn_no, t.psn_no)
      LEFT JOIN d_institution h ON h.code = coalesce(z.fixmedins_code, t.fixmedins_code)
      WHERE s.ix IS NOT NULL OR t.sel_retn_cnt < 0 OR ${refund})
    SELECT settlement, patient, institution, item, sign, time,
      (dense_rank() OVER (ORDER BY code) - 1)::INTEGER AS code,
      (dense_rank() OVER (ORDER BY lot) - 1)::INTEGER AS lot
    FROM rows WHERE patient IS NOT NULL AND institution IS NOT NULL
    ORDER BY code, time, settlement, sign, patient, institution`);
  const ints = (name: string) => columns.get(name) as Int32Array;
  return {
    count: columns.rows,
    settlement: ints('settlement'),
    patient: ints('patient'),
    institution: ints('institution'),
    item: ints('item'),
    code: ints('code'),
    lot: ints('lot'),
    sign: ints('sign'),
    time: columns.get('time') as Float64Array,
  };
}

/** Words for kinds of movement, as bureaus write them. */
const KIND = `CASE
  WHEN regexp_matches(lower(invt_type), '^(in|1|入|采购|购进|进)') THEN ${STOCK_IN}
  WHEN regexp_matches(lower(invt_type), '^(out|2|出|销)') THEN ${STOCK_OUT}
  WHEN regexp_matches(lower(invt_type), '^(loss|3|损|报损|盘亏)') THEN ${STOCK_LOSS} ELSE 0 END`;

async function loadStock(reader: LandingReader, toDay: number): Promise<Stock> {
  const day = 'floor((t.invt_time + 28800) / 86400)::INTEGER';
  const columns = await reader.columns(`
    SELECT h.ix AS institution, i.ix AS item, (${KIND})::INTEGER AS kind, abs(t.cnt) AS units, ${day} AS day
    FROM ${reader.sql('invt_d')} t JOIN d_institution h ON h.code = t.fixmedins_code
    JOIN d_item i ON i.code = t.hilist_code
    WHERE t.cnt IS NOT NULL AND coalesce(${day}, -1) < ${toDay}
    ORDER BY 1, 2, 5, 3, 4`);
  const ints = (name: string) => columns.get(name) as Int32Array;
  return {
    count: columns.rows,
    institution: ints('institution'),
    item: ints('item'),
    kind: ints('kind'),
    units: columns.get('units') as Float64Array,
    day: ints('day'),
  };
}

/** Kinds as DATA.md and bureaus name them. */
const relatedKind = (kind: string) => `CASE
  WHEN regexp_matches(lower(${kind}), '^(patient|person|psn|参保|人员|个人|1$)') THEN ${RELATED_PATIENT}
  WHEN regexp_matches(lower(${kind}), '^(institution|hospital|clinic|pharmacy|fixmedins|机构|医院|药店|2$)') THEN ${RELATED_INSTITUTION}
  WHEN regexp_matches(lower(${kind}), '^(doctor|dr|physician|医生|医师|3$)') THEN ${RELATED_DOCTOR}
  ELSE ${RELATED_THING} END`;

async function loadRelations(reader: LandingReader): Promise<Relations> {
  const end = (side: 'src' | 'dst') => `coalesce(CASE ${relatedKind(`r.${side}_kind`)}
    WHEN ${RELATED_PATIENT} THEN p_${side}.ix WHEN ${RELATED_INSTITUTION} THEN h_${side}.ix
    WHEN ${RELATED_DOCTOR} THEN d_${side}.ix ELSE t_${side}.ix END, -1)::INTEGER`;
  const joins = (side: 'src' | 'dst') => `
    LEFT JOIN d_patient p_${side} ON p_${side}.code = r.${side}
    LEFT JOIN d_institution h_${side} ON h_${side}.code = r.${side}
    LEFT JOIN d_doctor d_${side} ON d_${side}.code = r.${side}
    LEFT JOIN d_thing t_${side} ON t_${side}.code = r.${side}_kind || '|' || r.${side}`;
  const rows = reader.sql('rltn_d');
  await reader.run(`
    CREATE OR REPLACE TEMP TABLE d_thing AS
    SELECT code, (row_number() OVER (ORDER BY code) - 1)::INTEGER AS ix FROM (
      SELECT src_kind || '|' || src AS code FROM ${rows} WHERE ${relatedKind('src_kind')} = ${RELATED_THING}
      UNION SELECT dst_kind || '|' || dst FROM ${rows} WHERE ${relatedKind('dst_kind')} = ${RELATED_THING});
    CREATE OR REPLACE TEMP TABLE d_relation AS
    SELECT code, (row_number() OVER (ORDER BY code) - 1)::INTEGER AS ix FROM (SELECT DISTINCT rltn AS code FROM ${rows})`);
  const columns = await reader.columns(`
    SELECT (${relatedKind('r.src_kind')})::INTEGER AS source_kind, ${end('src')} AS source,
      (${relatedKind('r.dst_kind')})::INTEGER AS target_kind, ${end('dst')} AS target, n.ix AS name
    FROM ${rows} r JOIN d_relation n ON n.code = r.rltn ${joins('src')} ${joins('dst')}
    ORDER BY 1, 2, 3, 4, 5`);
  const ints = (name: string) => columns.get(name) as Int32Array;
  const texts = async (table: string) =>
    (await reader.columns(`SELECT code FROM ${table} ORDER BY ix`)).get('code') as string[];
  return {
    count: columns.rows,
    sourceKind: ints('source_kind'),
    targetKind: ints('target_kind'),
    source: ints('source'),
    target: ints('target'),
    name: ints('name'),
    names: await texts('d_relation'),
    things: await texts('d_thing'),
  };
}

function shared(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * 4));
}
