import { createHash } from 'node:crypto';
import neo4j from 'neo4j-driver';
import { LABELS } from '../../analytics/store/neo4j/queries.js';
import { withNeo4j } from '../services/index.js';

/** What Neo4j holds of the graph, every property of it, as counts and one digest. */
export async function graphDigest(access: Parameters<typeof withNeo4j>[0]) {
  return withNeo4j(access, async (driver) => {
    const rows: string[] = [];
    const read = async (text: string) => {
      const session = driver.session();
      for await (const record of session.run(text)) {
        const [what, ends, properties] = [...record.values()] as unknown as [
          string,
          string[],
          object,
        ];
        const sorted = Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1));
        rows.push(JSON.stringify([what, ends, sorted], plain));
      }
      await session.close();
    };
    const labels = [...Object.values(LABELS), 'Hub'].join('|');
    await read(`MATCH (n:${labels}) RETURN labels(n)[0], [], properties(n)`);
    const nodes = rows.length;
    const ends = Object.values(LABELS).join('|');
    await read(`MATCH (a:${ends})-[r]->(b:${ends}) RETURN type(r), [a.id, b.id], properties(r)`);
    const hash = createHash('sha256');
    for (const row of rows.sort()) hash.update(row);
    return { nodes, relationships: rows.length - nodes, digest: hash.digest('hex') };
  });
}

/** A whole number is not the same as one with a point. */
function plain(_: string, value: unknown): unknown {
  return neo4j.isInt(value) ? `int ${value}` : value;
}
