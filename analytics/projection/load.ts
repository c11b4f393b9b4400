import type { Dictionary } from '../ingest/dictionary.js';
import type { LandingReader } from '../landing/types.js';
import { invalid } from '../model/errors.js';
import { TABLE_NAMES, type TableName } from '../model/tables.js';
import { type Period, parseDay } from '../model/time.js';
import { loadFees } from './fees.js';
import { loadDetails } from './loadDetails.js';
import { loadPatients } from './people.js';
import { loadInstitutions } from './places.js';
import {
  CLASS_CHRONIC,
  CLASS_INPATIENT,
  CLASS_OTHER,
  CLASS_OUTPATIENT,
  CLASS_PHARMACY,
  type CountyWorld,
  type Settlements,
  type World,
} from './world.js';

/** `med_type` by prefix, the longest first (DATA.md §1). */
const CLASS_SQL = `CASE
  WHEN med_type LIKE '41%' THEN ${CLASS_PHARMACY}
  WHEN med_type LIKE '14%' THEN ${CLASS_CHRONIC}
  WHEN med_type LIKE '2%' THEN ${CLASS_INPATIENT}
  WHEN med_type LIKE '1%' THEN ${CLASS_OUTPATIENT}
  ELSE ${CLASS_OTHER} END`;

const SETTLEMENT_COLUMNS = `
  e.setl_id AS id, p.ix AS patient, i.ix AS institution, coalesce(d.ix, -1)::INTEGER AS doctor,
  e.time_s AS time, e.has_clock AS clock, floor((e.time_s + 28800) / 86400)::INTEGER AS day,
  coalesce(e.visit_s, -1) AS visit, e.begin_day, greatest(e.end_day, e.begin_day)::INTEGER AS end_day, (${CLASS_SQL})::INTEGER AS class,
  (e.net_fund + CASE WHEN e.cancelled THEN 0 ELSE coalesce(e.acct, 0) END) AS fund, e.medfee AS total, coalesce(e.cash, -1) AS cash, e.cancelled,
  coalesce(dx.ix, -1)::INTEGER AS diagnosis, coalesce(dp.ix, -1)::INTEGER AS department,
  coalesce(f.basket, 0)::INTEGER AS basket, coalesce(f.lines, 0)::INTEGER AS lines,
  coalesce(f.dialysis, e.dise LIKE ANY_PREFIX, false) AS dialysis, coalesce(f.supports, 0)::INTEGER AS supports`;

/**
 * Loads one period into columns. Expects `prepareEvents` to have made `ev_settlement` in the reader
 * for the same period (and, in a county child, the same county). The dictionary of patients is of
 * all settlements that landing has, so that indexes agree between the children and the parent.
 * `details` are the tables whose own rows are wanted besides (details.ts): 32 bytes of memory a fee line,
 * 40 a trace code, 24 a stock movement, 20 a relation.
 */
export async function loadWorld(
  reader: LandingReader,
  period: Period,
  dictionary: Dictionary,
  details: ReadonlySet<TableName> = new Set(),
): Promise<World> {
  const fromDay = parseDay(period.from);
  const toDay = parseDay(period.to);
  if (fromDay === undefined || toDay === undefined || fromDay >= toDay)
    throw invalid(
      `The period ${period.from} to ${period.to} is empty or no date`,
      'Give --from and --to as YYYY-MM-DD, from before to',
    );
  await indexEverybody(reader);
  await reader.run(`
    CREATE OR REPLACE TEMP TABLE d_doctor AS ${indexOf(doctorCodes(reader, details))};
    CREATE OR REPLACE TEMP TABLE d_diagnosis AS ${indexOf('SELECT DISTINCT dise AS code FROM ev_settlement WHERE dise IS NOT NULL')};
    CREATE OR REPLACE TEMP TABLE d_department AS ${indexOf('SELECT DISTINCT dept AS code FROM ev_settlement WHERE dept IS NOT NULL')};`);
  await loadFees(reader, dictionary);
  const dialysisByDiagnosis = dictionary.dialysis.diagnosisPrefixes
    .map((p) => `e.dise LIKE '${p.replaceAll("'", "''")}%'`)
    .join(' OR ');
  const select = SETTLEMENT_COLUMNS.replace(
    'e.dise LIKE ANY_PREFIX',
    dialysisByDiagnosis || 'false',
  );
  const columns = await reader.columns(`
    SELECT ${select} FROM ev_settlement e
    JOIN d_patient p ON p.code = e.psn_no JOIN d_institution i ON i.code = e.fixmedins_code
    LEFT JOIN d_doctor d ON d.code = e.dr_code LEFT JOIN d_diagnosis dx ON dx.code = e.dise
    LEFT JOIN d_department dp ON dp.code = e.dept LEFT JOIN f_settlement f ON f.setl_id = e.setl_id
    ORDER BY e.setl_id`);
  const ints = (name: string) => columns.get(name) as Int32Array;
  const bytes = (name: string) => narrowed(ints(name));
  const settlements: Settlements = {
    count: columns.rows,
    ids: columns.get('id') as string[],
    patient: ints('patient'),
    institution: ints('institution'),
    doctor: ints('doctor'),
    time: columns.get('time') as Float64Array,
    hasClock: columns.get('clock') as Uint8Array,
    visitTime: columns.get('visit') as Float64Array,
    day: ints('day'),
    beginDay: ints('begin_day'),
    endDay: ints('end_day'),
    class: bytes('class'),
    fund: columns.get('fund') as Float64Array,
    total: columns.get('total') as Float64Array,
    cash: columns.get('cash') as Float64Array,
    cancelled: columns.get('cancelled') as Uint8Array,
    diagnosis: ints('diagnosis'),
    diagnoses: await codes(reader, 'd_diagnosis'),
    department: ints('department'),
    departments: await codes(reader, 'd_department'),
    basket: ints('basket'),
    lines: ints('lines'),
    dialysis: columns.get('dialysis') as Uint8Array,
    supports: bytes('supports'),
  };
  return {
    period,
    fromDay,
    toDay,
    missing: missingTables(reader),
    patients: await loadPatients(reader),
    institutions: await loadInstitutions(reader),
    doctors: await codes(reader, 'd_doctor'),
    settlements,
    ...(await loadDetails(reader, details, settlements.count, toDay)),
  };
}

/** Loads what the screening of a county sees. Expects `prepareEvents` to have made its `ev_settlement`. */
export async function loadCounty(reader: LandingReader): Promise<CountyWorld> {
  await indexEverybody(reader);
  const [everybody] = await reader.rows<{ count: number }>(
    'SELECT count(*) AS count FROM d_patient',
  );
  const columns = await reader.columns(`
    SELECT p.ix AS patient, i.ix AS institution, e.time_s AS time, e.has_clock AS clock,
      (${CLASS_SQL})::INTEGER AS class, e.cancelled
    FROM ev_settlement e
    JOIN d_patient p ON p.code = e.psn_no JOIN d_institution i ON i.code = e.fixmedins_code
    ORDER BY e.setl_id`);
  return {
    missing: missingTables(reader),
    patients: { ids: { length: everybody!.count } },
    institutions: await loadInstitutions(reader),
    settlements: {
      count: columns.rows,
      patient: columns.get('patient') as Int32Array,
      institution: columns.get('institution') as Int32Array,
      time: columns.get('time') as Float64Array,
      hasClock: columns.get('clock') as Uint8Array,
      class: narrowed(columns.get('class') as Int32Array),
      cancelled: columns.get('cancelled') as Uint8Array,
    },
  };
}

/** `d_patient` and `d_institution`(code, ix) of all settlements that landing has, whatever was read of them. */
async function indexEverybody(reader: LandingReader): Promise<void> {
  const indexed = (column: string) =>
    indexOf(`SELECT DISTINCT ${column} AS code FROM ${reader.sql('setl_d')}`);
  await reader.run(`CREATE OR REPLACE TEMP TABLE d_patient AS ${indexed('psn_no')};
    CREATE OR REPLACE TEMP TABLE d_institution AS ${indexed('fixmedins_code')}`);
}

const missingTables = (reader: LandingReader): ReadonlySet<TableName> =>
  new Set(TABLE_NAMES.filter((t) => !reader.has(t)));

/** Doctors of settlements; where fee lines are wanted, also those who only prescribed. */
function doctorCodes(reader: LandingReader, details: ReadonlySet<TableName>): string {
  const attending = 'SELECT dr_code AS code FROM ev_settlement WHERE dr_code IS NOT NULL';
  return details.has('fee_list_d') && reader.has('fee_list_d')
    ? `${attending} UNION SELECT coalesce(l.bilg_dr_code, l.acord_dr_code) FROM ${reader.sql('fee_list_d')} l
       SEMI JOIN ev_settlement e ON e.setl_id = l.setl_id
       WHERE coalesce(l.bilg_dr_code, l.acord_dr_code) IS NOT NULL`
    : attending.replace('SELECT', 'SELECT DISTINCT');
}

function indexOf(distinct: string): string {
  return `SELECT code, (row_number() OVER (ORDER BY code) - 1)::INTEGER AS ix FROM (${distinct})`;
}

async function codes(reader: LandingReader, table: string): Promise<string[]> {
  const columns = await reader.columns(`SELECT code FROM ${table} ORDER BY ix`);
  return columns.get('code') as string[];
}

function narrowed(values: Int32Array): Uint8Array {
  const out = new Uint8Array(new SharedArrayBuffer(values.length));
  out.set(values);
  return out;
}
