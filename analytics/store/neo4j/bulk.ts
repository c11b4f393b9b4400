import { once } from 'node:events';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import type { LedgerVersion } from '../../landing/types.js';
import { throwIfAborted } from '../../model/errors.js';
import { ENTITY_KINDS, type EntityKind } from '../../model/ids.js';
import type { WorkContext } from '../../model/progress.js';
import type { GraphDelta } from '../port.js';
import { BETWEEN, type BulkPlan, bulkFiles, dropPlan, writePlan } from './bulkPlan.js';
import { DEGREE_COLUMNS, degreesOfAll, HUB_DEGREE, stageDelta } from './plan.js';
import { JOINTS, type Joint, LABELS } from './queries.js';
import { SCHEMA_VERSION } from './schema.js';
import { openStage, type Row, type Stage } from './stage.js';
import { HUB_LISTED, nodeValues } from './write.js';

export interface BulkExport {
  readonly plan: BulkPlan;
  readonly nodes: number;
  readonly relationships: number;
}

export interface BulkOptions {
  /** Absolute; made when missing, files of an earlier export are replaced. */
  readonly out: string;
  /** Which the files become; `neo4j` is the name of Community's only one. */
  readonly database?: string;
  /** Where sorts spill to. */
  readonly scratch?: string;
}

/**
 * Writes the graph at `version` as CSV for `neo4j-admin database import full`: a file of data and
 * one of headings for each label and type of `cypher/schema.cypher`, at rest in generation 1. Loaded,
 * it is what a load over Bolt leaves; constraints and indexes are made when the store is next opened.
 */
export async function exportBulk(
  graph: NonNullable<GraphDelta['parquet']>,
  version: LedgerVersion,
  options: BulkOptions,
  work: WorkContext = {},
): Promise<BulkExport> {
  const { out } = options;
  mkdirSync(out, { recursive: true });
  dropPlan(out);
  const stage = await openStage(options.scratch);
  try {
    async function* nothing(): AsyncGenerator<never> {}
    const none = { nodes: nothing, edges: nothing, removedEdges: nothing };
    await stageDelta(stage, { full: true, parquet: graph, ...none }, work);
    await degreesOfAll(stage);
    const nodes: string[] = [];
    for (const kind of ENTITY_KINDS) {
      work.progress?.({ phase: `graph: ${LABELS[kind]}`, done: 0 });
      nodes.push(await writeKind(stage, out, kind, work.signal));
    }
    nodes.push(await writeHubs(stage, out), writeMark(out, version));
    const relationships: string[] = [];
    for (const joint of JOINTS) {
      throwIfAborted(work.signal);
      work.progress?.({ phase: `graph: ${joint.type}`, done: 0 });
      relationships.push(await writeJoint(stage, out, joint));
    }
    const broken = await several(
      stage,
      `SELECT count(*) AS n FROM d_nodes
      WHERE contains(id || label, chr(10)) OR contains(id || label, chr(13))`,
    );
    const plan: BulkPlan = {
      database: options.database ?? 'neo4j',
      version,
      multiline: broken > 0,
      nodes,
      relationships,
    };
    writePlan(out, plan);
    return {
      plan,
      nodes: await several(stage, 'SELECT count(*) AS n FROM d_nodes'),
      relationships: await several(stage, 'SELECT count(*) AS n FROM d_edges'),
    };
  } finally {
    await stage.close();
  }
}

async function several(stage: Stage, sql: string): Promise<number> {
  return (await stage.rows<{ n: number }>(sql))[0]?.n ?? 0;
}

/** Writes the headings of a label or type; gives the path of its data. */
function headed(out: string, name: string, header: string): string {
  const { heading, data } = bulkFiles(out, name);
  writeFileSync(heading, `${header}\n`);
  return data;
}

/** Text in quotes, so that an empty one is not taken for none; numbers and lists of them as they are. */
function field(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join(BETWEEN);
  return typeof value === 'number' ? String(value) : `"${String(value).replaceAll('"', '""')}"`;
}

async function writeKind(
  stage: Stage,
  out: string,
  kind: EntityKind,
  signal: AbortSignal | undefined,
): Promise<string> {
  const label = LABELS[kind];
  const header = `id:ID(${label}),label,attributes,code,name,initials,region,degrees:long[]`;
  const data = headed(out, label, header);
  const values = await nodeValues(kind);
  const file = createWriteStream(data);
  const over = once(file, 'finish');
  // What goes wrong while nobody waits is met at the end.
  over.catch(() => undefined);
  const degrees = DEGREE_COLUMNS.map((c) => `coalesce(g.${c}, 0)`).join(', ');
  const rows = stage.batches(`SELECT id, label, attributes, ${degrees}, false
    FROM (SELECT * FROM d_nodes WHERE kind = '${kind}')
    LEFT JOIN (SELECT * FROM g_degrees WHERE kind = '${kind}') AS g USING (id) ORDER BY id`);
  for await (const batch of rows) {
    throwIfAborted(signal);
    const line = (row: Row) => `${values(row).slice(0, 8).map(field).join(',')}\n`;
    if (!file.write(batch.map(line).join(''))) await Promise.race([once(file, 'drain'), over]);
  }
  file.end();
  await over;
  return label;
}

const quoted = (path: string) => `'${path.replaceAll("'", "''")}'`;

async function writeJoint(stage: Stage, out: string, joint: Joint): Promise<string> {
  const { source, target, type } = joint;
  const ends = `:START_ID(${LABELS[source]}),:END_ID(${LABELS[target]})`;
  const data = headed(out, type, `${ends},count:long,fen:long,first:long,last:long`);
  await stage.run(`COPY (SELECT source, target, count, fen, "first", "last" FROM d_edges
      WHERE sk = '${source}' AND tk = '${target}')
    TO ${quoted(data)} (FORMAT csv, HEADER false, FORCE_QUOTE (source, target))`);
  return type;
}

/** The heaviest neighbours of nodes with very many: the order is that of `cypher/writeHubs.cypher`. */
async function writeHubs(stage: Stage, out: string): Promise<string> {
  const data = headed(out, 'Hub', ':ID(Hub),key,generation:long,neighbours:string[]');
  const wide = ENTITY_KINDS.flatMap(
    (other, i) => `SELECT kind, id, '${other}' AS other
    FROM g_degrees WHERE ${DEGREE_COLUMNS[i]} > ${HUB_DEGREE}`,
  );
  await stage.run(`COPY (
      SELECT row_number() OVER (), kind || ':' || id || '|' || other AS key, 1, 
        array_to_string(list(neighbour ORDER BY count DESC, neighbour)[:${HUB_LISTED}], '${BETWEEN}')
      FROM (${wide.join(' UNION ALL ')}) JOIN (
        SELECT sk AS kind, source AS id, tk AS other, target AS neighbour, count FROM d_edges
        UNION ALL SELECT tk, target, sk, source, count FROM d_edges) USING (kind, id, other)
      GROUP BY kind, id, other)
    TO ${quoted(data)} (FORMAT csv, HEADER false)`);
  return 'Hub';
}

function writeMark(out: string, version: LedgerVersion): string {
  const header = 'key:ID(GraphLoad),schema:long,version:long,generation:long,state';
  const data = headed(out, 'GraphLoad', header);
  writeFileSync(data, `"graph",${SCHEMA_VERSION},${version},1,"ready"\n`);
  return 'GraphLoad';
}
