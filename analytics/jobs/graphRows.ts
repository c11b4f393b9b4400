import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { quote } from '../landing/duck.js';
import { prepareEvents } from '../landing/events.js';
import type { LandingReader } from '../landing/types.js';
import { throwIfAborted } from '../model/errors.js';
import type { WorkContext } from '../model/progress.js';

/** Absolute paths of the two files that hold one whole graph (columns: `GraphDelta.parquet`). */
export interface GraphFiles {
  readonly nodes: string;
  readonly edges: string;
}

export function graphFiles(folder: string): GraphFiles {
  return { nodes: join(folder, 'nodes.parquet'), edges: join(folder, 'edges.parquet') };
}

/** The ends of relationships, with the column of their number in the tables of events. */
const ENDS = {
  patient: { number: 'p', table: 'k_patient' },
  doctor: { number: 'd', table: 'k_doctor' },
  institution: { number: 'o', table: 'k_institution' },
  drug: { number: 'i', table: 'k_item' },
} as const;
type End = keyof typeof ENDS;

/** Source, target, and the table with one row for each settlement that joins the two. */
const RELATIONSHIPS: ReadonlyArray<readonly [End, End, string]> = [
  ['patient', 'doctor', 'g_doctor'],
  ['patient', 'institution', 'g_settlement'],
  ['patient', 'drug', 'g_item'],
  ['doctor', 'institution', 'g_doctor'],
  ['doctor', 'drug', 'g_line'],
  ['institution', 'drug', 'g_item'],
];

function relationshipSql(
  [source, target, events]: (typeof RELATIONSHIPS)[number],
  rank: number,
): string {
  const [a, b] = [ENDS[source], ENDS[target]];
  return `
    SELECT ${rank} AS r, e.a, e.b, '${source}' AS source_kind, x.id AS source_id,
      '${target}' AS target_kind, y.id AS target_id, e.count, e.fen, e.first, e.last
    FROM (SELECT ${a.number} AS a, ${b.number} AS b, count(*) AS count, sum(fen)::BIGINT AS fen,
        min(time_s)::BIGINT AS first, max(time_s)::BIGINT AS last
      FROM ${events} WHERE a IS NOT NULL AND b IS NOT NULL GROUP BY a, b) e
    JOIN ${a.table} x ON x.${a.number} = e.a JOIN ${b.table} y ON y.${b.number} = e.b`;
}

/** A dictionary: every different id of `from` with a number in the order of the ids. */
const dictionary = (end: End, from: string) => `
  CREATE TEMP TABLE ${ENDS[end].table} AS
    SELECT id, (row_number() OVER (ORDER BY id) - 1)::INTEGER AS ${ENDS[end].number}
    FROM (${from}) WHERE id IS NOT NULL;`;

/**
 * Nodes and relationships of everything that counts, as two Parquet files in `folder` (made here),
 * each in the order of its keys: nodes by kind and id, relationships by the kinds of their ends and
 * both ids. A doctor is joined to a settlement as its attending doctor or by a line that he or she
 * prescribed; fen are after refunds. Grouping and sorting is done on numbers: there are twenty fee
 * lines to one of anything else.
 */
export async function writeGraph(
  reader: LandingReader,
  folder: string,
  work: WorkContext,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const files = graphFiles(folder);
  await prepareEvents(reader, { orphans: false });
  throwIfAborted(work.signal);
  const fees = reader.sql('fee_list_d');
  const item = 'coalesce(f.hilist_code, f.med_list_codg)';
  await reader.run(`
    ${dictionary('patient', 'SELECT DISTINCT psn_no AS id FROM ev_settlement')}
    ${dictionary('institution', 'SELECT DISTINCT fixmedins_code AS id FROM ev_settlement')}
    ${dictionary('doctor', `SELECT dr_code AS id FROM ev_settlement UNION SELECT bilg_dr_code FROM ${fees}`)}
    ${dictionary('drug', `SELECT DISTINCT ${item} AS id FROM ${fees} f`)}
    CREATE TEMP TABLE g_settlement AS
      SELECT e.setl_id, (row_number() OVER ())::INTEGER AS s, p, o, d, e.time_s, e.net_fee AS fen,
        e.cancelled
      FROM ev_settlement e JOIN k_patient kp ON kp.id = e.psn_no
      JOIN k_institution ko ON ko.id = e.fixmedins_code
      LEFT JOIN k_doctor kd ON kd.id = e.dr_code`);
  throwIfAborted(work.signal);
  await reader.run(`
    CREATE TEMP TABLE g_line AS
      SELECT s, any_value(p) AS p, any_value(o) AS o, d, i, any_value(time_s) AS time_s,
        sum(fen)::BIGINT AS fen
      FROM (
        SELECT g.s, g.p, g.o, coalesce(kd.d, g.d) AS d, ki.i, g.time_s,
          CASE WHEN g.cancelled THEN 0 ELSE coalesce(f.det_item_fee_sumamt, 0) END AS fen
        FROM ${fees} f JOIN g_settlement g ON g.setl_id = f.setl_id
        JOIN k_item ki ON ki.id = ${item} LEFT JOIN k_doctor kd ON kd.id = f.bilg_dr_code)
      GROUP BY s, d, i;
    CREATE TEMP TABLE g_item AS
      SELECT s, any_value(p) AS p, any_value(o) AS o, i, any_value(time_s) AS time_s,
        sum(fen)::BIGINT AS fen
      FROM g_line GROUP BY s, i;
    CREATE TEMP TABLE g_doctor AS
      SELECT s, p, o, d, time_s, fen FROM g_settlement WHERE d IS NOT NULL
      UNION ALL
      SELECT s, g.p, g.o, l.d, g.time_s, g.fen
      FROM (SELECT DISTINCT s, d FROM g_line WHERE d IS NOT NULL) l JOIN g_settlement g USING (s)
      WHERE l.d IS DISTINCT FROM g.d`);
  throwIfAborted(work.signal);
  await reader.run(
    `COPY (SELECT source_kind, source_id, target_kind, target_id, count, fen, "first", "last"
       FROM (${RELATIONSHIPS.map(relationshipSql).join(' UNION ALL ')}) ORDER BY r, a, b)
     TO ${quote(files.edges)} (FORMAT parquet)`,
  );
  throwIfAborted(work.signal);
  await reader.run(
    `COPY (SELECT kind, id, label, attributes FROM (${nodesSql(reader)}) ORDER BY r, id)
     TO ${quote(files.nodes)} (FORMAT parquet)`,
  );
}

/** JSON without empty values. */
const attributes = (...entries: Array<[string, string]>) =>
  `json_merge_patch('{}', json_object(${entries.map(([k, v]) => `'${k}', ${v}`).join(', ')}))::VARCHAR`;

function nodesSql(reader: LandingReader): string {
  return `
    SELECT 0 AS r, 'patient' AS kind, psn_no AS id, psn_no AS label,
      ${attributes(['region', 'region'])} AS attributes
    FROM (SELECT psn_no, first(region ORDER BY region IS NULL, n DESC, region) AS region
      FROM (SELECT psn_no, left(insu_admdvs, 6) AS region, count(*) AS n
        FROM ev_settlement GROUP BY ALL) GROUP BY psn_no)
    UNION ALL
    SELECT 2, 'institution', e.id, coalesce(b.fixmedins_name, e.name, e.id),
      ${attributes(
        ['region', "nullif(e.county, '')"],
        ['level', 'coalesce(b.hosp_lv, e.level)'],
        ['type', 'b.fixmedins_type'],
      )}
    FROM (SELECT s.fixmedins_code AS id, any_value(s.county) AS county, max(n.name) AS name,
        max(n.level) AS level FROM ev_settlement s
      LEFT JOIN (SELECT fixmedins_code, max(fixmedins_name) AS name, max(hosp_lv) AS level
        FROM ${reader.sql('setl_d')} ANTI JOIN (SELECT fixmedins_code FROM ${reader.sql('fixmedins_b')}
          WHERE fixmedins_name IS NOT NULL AND hosp_lv IS NOT NULL) USING (fixmedins_code)
        GROUP BY 1) n USING (fixmedins_code) GROUP BY 1) e
    LEFT JOIN ${reader.sql('fixmedins_b')} b ON b.fixmedins_code = e.id
    UNION ALL
    SELECT 1, 'doctor', e.id, coalesce(b.dr_name, e.id),
      ${attributes(['institution', 'b.fixmedins_code'], ['department', 'b.dept_codg'])}
    FROM (SELECT id FROM k_doctor SEMI JOIN g_doctor USING (d)) e
    LEFT JOIN ${reader.sql('dr_b')} b ON b.dr_code = e.id
    UNION ALL
    SELECT 3, 'drug', e.id, coalesce(b.hilist_name, n.name, e.id),
      ${attributes(['type', 'coalesce(b.list_type, n.type)'], ['spec', 'b.spec'])}
    FROM (SELECT id FROM k_item SEMI JOIN g_line USING (i)) e
    LEFT JOIN ${reader.sql('hilist_b')} b ON b.hilist_code = e.id
    LEFT JOIN (SELECT id, max(hilist_name) AS name, max(list_type) AS type FROM (
        SELECT coalesce(hilist_code, med_list_codg) AS id, hilist_name, list_type
        FROM ${reader.sql('fee_list_d')})
      ANTI JOIN (SELECT hilist_code AS id FROM ${reader.sql('hilist_b')}
        WHERE hilist_name IS NOT NULL AND list_type IS NOT NULL) USING (id)
      GROUP BY id) n ON n.id = e.id`;
}
