import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { quote } from '../landing/duck.js';
import { prepareEvents } from '../landing/events.js';
import type { Landing } from '../landing/landing.js';
import type { LandingReader } from '../landing/types.js';
import { throwIfAborted } from '../model/errors.js';
import type { WorkContext } from '../model/progress.js';
import type { GraphDelta, GraphStore } from '../store/port.js';

/**
 * Makes the graph show what landing has committed. Safe to do again at any time: the store switches
 * whole, so a crash leaves the old graph with its old version, and the next start comes back here.
 */
export async function loadGraph(
  landing: Landing,
  graph: GraphStore,
  work: WorkContext,
): Promise<void> {
  const from = await graph.version();
  if (from >= (await landing.version())) return;
  const reader = await landing.reader(work.signal ? { signal: work.signal } : {});
  const folder = join(landing.dir, 'tmp', `graph-${reader.version}`);
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    work.progress?.({ phase: 'graph: relationships', done: 0 });
    const parquet = await writeGraph(reader, folder, work);
    await graph.load(from, reader.version, fullDelta(parquet), work);
  } finally {
    await reader.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function fullDelta(parquet: { nodes: string; edges: string }): GraphDelta {
  async function* nothing(): AsyncGenerator<never> {}
  return { full: true, parquet, nodes: nothing, edges: nothing, removedEdges: nothing };
}

const FEES = (reader: LandingReader) => `
  SELECT s.setl_id, s.psn_no, s.fixmedins_code, coalesce(f.bilg_dr_code, s.dr_code) AS dr_code,
    coalesce(f.hilist_code, f.med_list_codg) AS item, s.time_s,
    CASE WHEN s.cancelled THEN 0 ELSE coalesce(f.det_item_fee_sumamt, 0) END AS fen
  FROM ${reader.sql('fee_list_d')} f JOIN ev_settlement s ON s.setl_id = f.setl_id`;

/** One relationship for each pair: settlements, fen, first and last time. */
const pairs = (source: string, a: string, target: string, b: string, from: string) => `
  SELECT '${source}' AS source_kind, ${a} AS source_id, '${target}' AS target_kind, ${b} AS target_id,
    count(*) AS count, sum(fen)::BIGINT AS fen, min(time_s)::BIGINT AS first, max(time_s)::BIGINT AS last
  FROM ${from} WHERE ${a} IS NOT NULL AND ${b} IS NOT NULL GROUP BY ALL`;

/**
 * Nodes and relationships of everything that counts, as two Parquet files. A doctor is joined to a
 * settlement as its attending doctor or by a line that he or she prescribed; fen are after refunds.
 */
async function writeGraph(reader: LandingReader, folder: string, work: WorkContext) {
  await prepareEvents(reader, { orphans: false });
  throwIfAborted(work.signal);
  await reader.run(`
    CREATE TEMP VIEW gr_line AS SELECT setl_id, any_value(psn_no) AS psn_no,
      any_value(fixmedins_code) AS fixmedins_code, dr_code, item, any_value(time_s) AS time_s,
      sum(fen) AS fen FROM (${FEES(reader)}) WHERE item IS NOT NULL GROUP BY setl_id, dr_code, item;
    CREATE TEMP TABLE gr_drug AS SELECT * FROM gr_line;
    CREATE TEMP TABLE gr_setl AS SELECT setl_id, psn_no, fixmedins_code, dr_code, time_s,
      net_fee AS fen FROM ev_settlement;
    CREATE TEMP TABLE gr_doctor AS
      SELECT DISTINCT ON (setl_id, dr_code) * FROM (
        FROM gr_setl UNION ALL
        SELECT s.setl_id, s.psn_no, s.fixmedins_code, d.dr_code, s.time_s, s.fen
        FROM (SELECT DISTINCT setl_id, dr_code FROM gr_drug) d JOIN gr_setl s USING (setl_id))
      WHERE dr_code IS NOT NULL`);
  throwIfAborted(work.signal);
  const items = (by: string) => `(SELECT setl_id, any_value(psn_no) AS psn_no,
    any_value(fixmedins_code) AS fixmedins_code, ${by === 'dr_code' ? 'dr_code' : 'NULL AS dr_code'},
    item, any_value(time_s) AS time_s, sum(fen) AS fen FROM gr_drug
    GROUP BY setl_id, item${by === 'dr_code' ? ', dr_code' : ''})`;
  const edges = join(folder, 'edges.parquet');
  await reader.run(`COPY (
    ${pairs('patient', 'psn_no', 'doctor', 'dr_code', 'gr_doctor')} UNION ALL
    ${pairs('patient', 'psn_no', 'institution', 'fixmedins_code', 'gr_setl')} UNION ALL
    ${pairs('patient', 'psn_no', 'drug', 'item', items('psn_no'))} UNION ALL
    ${pairs('doctor', 'dr_code', 'institution', 'fixmedins_code', 'gr_doctor')} UNION ALL
    ${pairs('doctor', 'dr_code', 'drug', 'item', items('dr_code'))} UNION ALL
    ${pairs('institution', 'fixmedins_code', 'drug', 'item', items('fixmedins_code'))}
  ) TO ${quote(edges)} (FORMAT parquet)`);
  throwIfAborted(work.signal);
  const nodes = join(folder, 'nodes.parquet');
  await reader.run(`COPY (${nodesSql(reader)}) TO ${quote(nodes)} (FORMAT parquet)`);
  return { nodes, edges };
}

/** JSON without empty values. */
const attributes = (...entries: Array<[string, string]>) =>
  `json_merge_patch('{}', json_object(${entries.map(([k, v]) => `'${k}', ${v}`).join(', ')}))::VARCHAR`;

function nodesSql(reader: LandingReader): string {
  return `
    SELECT 'patient' AS kind, psn_no AS id, psn_no AS label,
      ${attributes(['region', 'region'])} AS attributes
    FROM (SELECT psn_no, mode(left(insu_admdvs, 6)) AS region FROM ev_settlement GROUP BY psn_no)
    UNION ALL
    SELECT 'institution', e.id, coalesce(b.fixmedins_name, e.name, e.id),
      ${attributes(
        ['region', "nullif(e.county, '')"],
        ['level', 'coalesce(b.hosp_lv, e.level)'],
        ['type', 'b.fixmedins_type'],
      )}
    FROM (SELECT s.fixmedins_code AS id, any_value(s.county) AS county, max(n.name) AS name,
        max(n.level) AS level FROM ev_settlement s
      LEFT JOIN (SELECT fixmedins_code, max(fixmedins_name) AS name, max(hosp_lv) AS level
        FROM ${reader.sql('setl_d')} GROUP BY 1) n USING (fixmedins_code) GROUP BY 1) e
    LEFT JOIN ${reader.sql('fixmedins_b')} b ON b.fixmedins_code = e.id
    UNION ALL
    SELECT 'doctor', e.id, coalesce(b.dr_name, e.id),
      ${attributes(['institution', 'b.fixmedins_code'], ['department', 'b.dept_codg'])}
    FROM (SELECT DISTINCT dr_code AS id FROM gr_doctor) e
    LEFT JOIN ${reader.sql('dr_b')} b ON b.dr_code = e.id
    UNION ALL
    SELECT 'drug', e.id, coalesce(b.hilist_name, n.name, e.id),
      ${attributes(['type', 'coalesce(b.list_type, n.type)'], ['spec', 'b.spec'])}
    FROM (SELECT DISTINCT item AS id FROM gr_drug) e
    LEFT JOIN ${reader.sql('hilist_b')} b ON b.hilist_code = e.id
    LEFT JOIN (SELECT coalesce(hilist_code, med_list_codg) AS id, max(hilist_name) AS name,
      max(list_type) AS type FROM ${reader.sql('fee_list_d')} GROUP BY 1) n ON n.id = e.id`;
}
