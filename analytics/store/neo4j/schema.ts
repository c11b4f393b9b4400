import { RingfenceError } from '../../model/errors.js';
import type { Neo4j } from './connect.js';
import { query } from './queries.js';

/** Raised with every change of the layout; a newer one in the database is refused. */
export const SCHEMA_VERSION = 1;

interface Wanted {
  readonly statement: string;
  /** What tells one constraint or index from another: kind, label or type, properties. */
  readonly shape: string;
}

const SHAPE =
  /CREATE (CONSTRAINT|RANGE INDEX|TEXT INDEX) \w+ IF NOT EXISTS FOR .*?[([]\w:(\w+)[)\]].*?(?:REQUIRE|ON) \(?([^)]*?)\)?(?: IS UNIQUE)?$/;

/** The statements of `cypher/schema.cypher`. */
export function wantedSchema(): Wanted[] {
  return query('schema')
    .replace(/^\/\/.*$/gm, '')
    .split(';')
    .map((s) => s.trim())
    .filter(Boolean)
    .map((statement) => {
      const [, kind, name, properties] = SHAPE.exec(statement) ?? [];
      if (!kind || !name || !properties) throw new Error(`cannot read: ${statement}`);
      const list = properties.replace(/\w+\./g, '').replace(/\s/g, '');
      return { statement, shape: shapeOf(kind.replace(' INDEX', ''), name, list.split(',')) };
    });
}

function shapeOf(kind: string, name: string, properties: readonly string[]): string {
  return `${kind} ${name}(${properties.join(', ')})`;
}

interface Shown {
  type: string;
  labelsOrTypes: string[] | null;
  properties: string[] | null;
  state?: string;
}

/** What the database has, by shape; an index that failed to build does not count. */
async function present(server: Neo4j): Promise<Set<string>> {
  const constraints = await server.alone<Shown>(
    'SHOW CONSTRAINTS YIELD type, labelsOrTypes, properties',
  );
  const indexes = await server.alone<Shown>(
    'SHOW INDEXES YIELD type, labelsOrTypes, properties, state, owningConstraint WHERE owningConstraint IS NULL RETURN type, labelsOrTypes, properties, state',
  );
  return new Set([
    ...constraints
      .filter((c) => c.type === 'UNIQUENESS')
      .map((c) => shapeOf('CONSTRAINT', c.labelsOrTypes![0]!, c.properties!)),
    ...indexes
      .filter((i) => i.labelsOrTypes && i.properties && i.state !== 'FAILED')
      .map((i) => shapeOf(i.type, i.labelsOrTypes![0]!, i.properties!)),
  ]);
}

/**
 * Applies `cypher/schema.cypher` and verifies that every constraint and index stands; a start with
 * one missing or with data of a newer program is refused.
 */
export async function prepareSchema(server: Neo4j, url: string): Promise<void> {
  const wanted = wantedSchema();
  const before = await present(server);
  const missing = wanted.filter((w) => !before.has(w.shape));
  const refused: string[] = [];
  for (const { statement } of missing)
    try {
      // Processes that start together lock each other out of the schema for a moment.
      await server.patientWrite((ask) => ask({ text: statement }));
    } catch (error) {
      if (error instanceof RingfenceError) throw error;
      refused.push((error as Error).message);
    }
  if (missing.length > 0) {
    await server.alone('CALL db.awaitIndexes(600)');
    const after = await present(server);
    const absent = missing.filter((w) => !after.has(w.shape)).map((w) => w.shape);
    if (absent.length > 0)
      throw new RingfenceError(
        'conflict',
        `Neo4j at ${url} lacks ${absent.join('; ')}${refused.map((r) => `: ${r}`).join('')}`,
        'Remove what is in the way (a constraint or index of the same name, or rows twice), or use an empty database.',
      );
  }
  const version = await server.write(async (ask) => {
    const [row] = await ask<{ schema: number }>('prepare', { schema: SCHEMA_VERSION });
    return row?.schema ?? SCHEMA_VERSION;
  });
  if (version > SCHEMA_VERSION)
    throw new RingfenceError(
      'conflict',
      `The graph in Neo4j at ${url} has schema ${version}, this program knows ${SCHEMA_VERSION}`,
      'Use the newer program, or an empty database and import again.',
    );
}
