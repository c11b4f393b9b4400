import type { EntityRef } from '../../model/ids.js';
import { push } from '../../model/multimap.js';
import { PATH_STEPS_MAX, type Path } from '../port.js';
import { findNodes } from './ask.js';
import type { Session } from './pool.js';
import { kindCode, kindOf } from './schema.js';

/** Kinds in the alphabetical order of their names, as `entityKey` sorts them. */
const KEY_ORDER = (['doctor', 'drug', 'institution', 'patient'] as const).map(kindCode);

interface Side {
  readonly name: 'pa' | 'pb';
  /** temp.<name><level> holds the nodes at that distance; `level` is the deepest made. */
  level: number;
  /** Relationships of the deepest level: what another step would read. */
  cost: number;
}

/**
 * Shortest paths by breadth-first search from both ends, the cheaper side first, then the first
 * `limit` of them by keys, step by step: every prefix that stays on a shortest path can be
 * finished, so the first `limit` prefixes hold the first `limit` paths.
 */
export async function paths(
  s: Session,
  from: EntityRef,
  to: EntityRef,
  limit: number,
): Promise<Path[]> {
  const [a, b] = [(await findNodes(s, [from]))[0], (await findNodes(s, [to]))[0]];
  if (!a || !b || limit < 1) return [];
  if (a.n === b.n) return [{ nodes: [from] }];
  const made: string[] = [];
  const make = async (table: string, sql: string) => {
    made.push(table);
    await s.run(`CREATE TEMP TABLE ${table} AS ${sql}`);
  };
  try {
    const sides = await meet(s, make, a.n, b.n);
    if (!sides) return [];
    const levels = await keepShortest(s, make, sides);
    const sequences = await firstPaths(s, a.n, levels, limit);
    return await named(s, sequences);
  } finally {
    for (const table of made) await s.run(`DROP TABLE IF EXISTS temp.${table}`).catch(() => {});
  }
}

type Make = (table: string, sql: string) => Promise<void>;

async function meet(s: Session, make: Make, a: number, b: number): Promise<[Side, Side] | null> {
  const sides: [Side, Side] = [
    { name: 'pa', level: 0, cost: 0 },
    { name: 'pb', level: 0, cost: 0 },
  ];
  await make('pa0', `SELECT ${a}::INTEGER AS n`);
  await make('pb0', `SELECT ${b}::INTEGER AS n`);
  for (const side of sides) side.cost = await cost(s, side);
  for (let steps = 1; steps <= PATH_STEPS_MAX; steps++) {
    const side = sides[0].cost <= sides[1].cost ? sides[0] : sides[1];
    const { name, level } = side;
    const before = level > 0 ? `ANTI JOIN temp.${name}${level - 1} AS b ON b.n = m` : '';
    await make(
      `${name}${level + 1}`,
      `SELECT DISTINCT m AS n FROM adjacent
       ANTI JOIN temp.${name}${level} AS h ON h.n = m ${before}
       WHERE ${await within(s, `${name}${level}`)}`,
    );
    side.level++;
    side.cost = await cost(s, side);
    if (side.cost < 0) return null;
    const [met] = await s.rows(
      `SELECT 1 FROM temp.pa${sides[0].level} SEMI JOIN temp.pb${sides[1].level} USING (n) LIMIT 1`,
    );
    if (met) return sides;
  }
  return null;
}

/** Up to this many numbers are written into the question, which then passes over most of the table. */
const LISTED_MAX = 2000;

/** Condition on `adjacent`: from one of the nodes of a level. */
async function within(s: Session, table: string): Promise<string> {
  const rows = await s.rows<{ n: number }>(`SELECT n FROM temp.${table} LIMIT ${LISTED_MAX + 1}`);
  if (rows.length > LISTED_MAX) return `adjacent.n IN (SELECT n FROM temp.${table})`;
  return rows.length > 0 ? `adjacent.n IN (${rows.map((r) => r.n).join(', ')})` : 'false';
}

/** Degrees of the deepest level together; -1 when it is empty. */
async function cost(s: Session, side: Side): Promise<number> {
  const [row] = await s.rows<{ c: number }>(
    `SELECT coalesce(sum(degree), -1)::BIGINT AS c
     FROM nodes SEMI JOIN temp.${side.name}${side.level} USING (n)`,
  );
  return row?.c ?? -1;
}

/** Tables of the nodes on shortest paths, by distance from the start. */
async function keepShortest(s: Session, make: Make, [a, b]: [Side, Side]): Promise<string[]> {
  const length = a.level + b.level;
  const levels: string[] = [];
  levels[0] = 'pa0';
  levels[length] = 'pb0';
  if (a.level > 0 && b.level > 0) {
    await make('pm', `SELECT n FROM temp.pa${a.level} SEMI JOIN temp.pb${b.level} USING (n)`);
    levels[a.level] = 'pm';
  }
  const step = async (into: string, among: string, beside: string) =>
    make(
      into,
      `SELECT DISTINCT m AS n FROM adjacent SEMI JOIN temp.${among} AS k ON k.n = m
       WHERE ${await within(s, beside)}`,
    );
  for (let d = a.level - 1; d > 0; d--) {
    levels[d] = `pk${d}`;
    await step(`pk${d}`, `pa${d}`, levels[d + 1] as string);
  }
  for (let d = a.level + 1; d < length; d++) {
    levels[d] = `pk${d}`;
    await step(`pk${d}`, `pb${length - d}`, levels[d - 1] as string);
  }
  return levels;
}

async function firstPaths(
  s: Session,
  start: number,
  levels: readonly string[],
  limit: number,
): Promise<number[][]> {
  let prefixes: number[][] = [[start]];
  for (const level of levels.slice(1)) {
    const ends = [...new Set(prefixes.map((p) => p.at(-1) as number))];
    const rows = await s.rows<{ n: number; m: number }>(
      `SELECT n, m FROM adjacent SEMI JOIN temp.${level} AS k ON k.n = m
       WHERE adjacent.n IN (${ends.join(', ')})
       QUALIFY row_number() OVER
         (PARTITION BY n ORDER BY list_position([${KEY_ORDER.join(', ')}], mk), m) <= ${Math.floor(limit)}
       ORDER BY n, list_position([${KEY_ORDER.join(', ')}], mk), m`,
    );
    const after = new Map<number, number[]>();
    for (const { n, m } of rows) push(after, n, m);
    const longer: number[][] = [];
    for (const prefix of prefixes)
      for (const m of after.get(prefix.at(-1) as number) ?? [])
        if (longer.length < limit) longer.push([...prefix, m]);
    prefixes = longer;
  }
  return prefixes;
}

async function named(s: Session, sequences: readonly number[][]): Promise<Path[]> {
  const rows = await s.rows<{ n: number; k: number; id: string }>(
    `SELECT n, k, id FROM nodes WHERE n IN (${[...new Set(sequences.flat())].join(', ')})`,
  );
  const refs = new Map(rows.map((r) => [r.n, { kind: kindOf(r.k), id: r.id }]));
  return sequences.map((sequence) => ({ nodes: sequence.map((n) => refs.get(n) as EntityRef) }));
}
