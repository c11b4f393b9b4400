import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { quote } from '../../landing/duck.js';
import type { LandingReader } from '../../landing/types.js';
import type { Plan } from './plan.js';

const VISIT = {
  n: 'BIGINT',
  of: 'BIGINT',
  sign: 'INTEGER',
  ring: 'INTEGER',
  setl: 'VARCHAR',
  visit: 'VARCHAR',
  patient: 'VARCHAR',
  institution: 'VARCHAR',
  donor: 'VARCHAR',
  other: 'VARCHAR',
  begins: 'BIGINT',
  ends: 'BIGINT',
  settled: 'BIGINT',
  doctor: 'VARCHAR',
  diagnosis: 'VARCHAR',
  noCash: 'BOOLEAN',
  moved: 'BOOLEAN',
  given: 'BOOLEAN',
  delivered: 'BOOLEAN',
  traced: 'DOUBLE',
} as const;
const LINE = { of: 'BIGINT', seq: 'BIGINT', item: 'VARCHAR', count: 'DOUBLE' } as const;
const PACK = { of: 'BIGINT', seq: 'BIGINT', pack: 'VARCHAR' } as const;
const CONTACT = { kind: 'VARCHAR', patient: 'VARCHAR', holder: 'VARCHAR', key: 'VARCHAR' } as const;

/**
 * Brings a plan into the reader's connection, through files in its scratch directory: `sh_visit`,
 * `sh_given`, `sh_pack`, `sh_contact`, `sh_gone(setl_id)`, and from the honest rows that it names
 * `sh_donor`, `sh_host` (whose terminal and name stand on the new row), `sh_source` (lines lent).
 */
export async function stagePlan(reader: LandingReader, plan: Plan): Promise<void> {
  await stage(reader, 'sh_visit', VISIT, plan.visits);
  await stage(reader, 'sh_given', LINE, plan.lines);
  await stage(reader, 'sh_pack', PACK, plan.packs);
  await stage(reader, 'sh_contact', CONTACT, plan.contacts);
  const gone = plan.gone.map((id) => ({ setl_id: id }));
  await stage(reader, 'sh_gone', { setl_id: 'VARCHAR' }, gone);
  await reader.run(`
    CREATE OR REPLACE TEMP TABLE sh_donor AS
    SELECT * FROM ${reader.sql('setl_d')} s
    SEMI JOIN (SELECT donor AS setl_id FROM sh_visit UNION SELECT other FROM sh_visit) d USING (setl_id);
    CREATE OR REPLACE TEMP TABLE sh_host AS
    SELECT p.n, h.fixmedins_name, h.hosp_lv, h.opter_id, h.pos_id FROM sh_visit p
    JOIN sh_donor h ON h.setl_id = CASE WHEN p.moved THEN p.other ELSE p.donor END
      AND h.fixmedins_code = p.institution;
    CREATE OR REPLACE TEMP TABLE sh_person AS
    SELECT psn_no, arg_max(insu_admdvs, setl_id) AS insu_admdvs, arg_max(insutype, setl_id) AS insutype
    FROM ${reader.sql('setl_d')} s SEMI JOIN (SELECT DISTINCT patient AS psn_no FROM sh_visit) p USING (psn_no)
    GROUP BY psn_no`);
  if (reader.has('fee_list_d'))
    await reader.run(`CREATE OR REPLACE TEMP TABLE sh_source AS
      SELECT *, bkkp_sn = min(bkkp_sn) OVER (PARTITION BY setl_id) AS leads
      FROM ${reader.sql('fee_list_d')} l SEMI JOIN sh_donor d ON d.setl_id = l.setl_id`);
}

async function stage(
  reader: LandingReader,
  table: string,
  columns: Readonly<Record<string, string>>,
  rows: readonly object[],
): Promise<void> {
  mkdirSync(reader.scratch, { recursive: true });
  const file = join(reader.scratch, `${table}.csv`);
  const out = createWriteStream(file);
  const names = Object.keys(columns);
  let text = '';
  for (const row of rows as ReadonlyArray<Record<string, unknown>>) {
    text += `${names.map((name) => field(row[name])).join(',')}\n`;
    if (text.length < 1 << 20) continue;
    if (!out.write(text)) await once(out, 'drain');
    text = '';
  }
  out.end(text);
  await once(out, 'finish');
  const types = names.map((name) => `'${name}': '${columns[name]}'`).join(', ');
  await reader.run(`CREATE OR REPLACE TEMP TABLE ${table} AS SELECT * FROM read_csv(${quote(file)},
    header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '',
    columns = {${types}})`);
}

/** Nothing at all is a null; everything else stands in quotes, for ids may hold anything. */
function field(value: unknown): string {
  if (value === '' || value === null || value === undefined) return '';
  return typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value);
}
