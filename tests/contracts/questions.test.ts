import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EntityKind } from '../../analytics/model/ids.js';
import { resource } from '../../analytics/model/resources.js';
import { openNeo4jStore } from '../../analytics/store/neo4j/store.js';
import type { GraphStore } from '../../analytics/store/port.js';
import { needNeo4j, withNeo4j } from '../services/index.js';
import { makeSeedGraph, type SeedGraph } from './seedGraph.js';

const folder = resource('cypher/questions');
const files = readdirSync(folder).sort();
const textOf = (file: string) => readFileSync(join(folder, file), 'utf8');
const unique = (names: readonly string[]) => [...new Set(names)].sort();
const used = (text: string) => unique([...text.matchAll(/\$(\w+)/g)].map((m) => m[1]!));
const documented = (text: string) =>
  unique((text.match(/Parameters: (.*)/)?.[1] ?? '').split(', '));

describe('the saved questions', () => {
  const page = readFileSync(resource('docs/neo4j-questions.md'), 'utf8');

  it('are ten, in both languages, and the page lists each with its parameters', () => {
    expect(files).toHaveLength(10);
    for (const file of files) {
      const text = textOf(file);
      const head = text.split('\n').filter((line) => line.startsWith('//'));
      expect(head[0]).toMatch(/[\u4e00-\u9fff]/);
      expect(head[1]).toMatch(/[A-Za-z]{3}/);
      expect(documented(text)).toEqual(used(text));
      const row = page
        .split('\n')
        .find((line) => line.includes(`\`${file.replace('.cypher', '')}\``));
      expect(unique(row!.split('|')[3]!.trim().split(', '))).toEqual(used(text));
    }
  });
  it('only read', () => {
    for (const file of files)
      expect(textOf(file)).not.toMatch(/\b(CREATE|MERGE|SET|DELETE|REMOVE|DROP|LOAD CSV)\b/);
  });
});

const neo4j = await needNeo4j();

describe.skipIf(neo4j.missing)('the saved questions on a prefecture', () => {
  let world: SeedGraph;
  let store: GraphStore;
  let values: Record<string, unknown>;

  beforeAll(async () => {
    world = await makeSeedGraph(10_000);
    store = await openNeo4jStore(neo4j);
    await world.load(store);
    const run = await world.detect('run-1');
    await store.publish(run);
    const nodes = await world.nodes();
    const ids = (kind: EntityKind) => nodes.filter((n) => n.kind === kind).map((n) => n.id);
    const [institution, other] = ids('institution');
    values = {
      limit: 25,
      ring: run.rings.find((r) => r.status === 'finding')!.ring,
      institution,
      other,
      patient: ids('patient').at(-1),
      drug: ids('drug')[0],
      since: '2025-03-01',
    };
  });
  afterAll(async () => {
    await store?.close();
    await world?.close();
  });

  it.each(files)('%s gives rows', async (file) => {
    const text = textOf(file);
    const params = Object.fromEntries(used(text).map((name) => [name, values[name]]));
    expect(Object.values(params)).not.toContain(undefined);
    const rows = await withNeo4j(neo4j, async (driver) => {
      const { records } = await driver.executeQuery(text, params, { routing: 'READ' });
      return records.map((record) => record.toObject());
    });
    expect(rows.length).toBeGreaterThan(0);
    for (const value of Object.values(rows[0]!)) expect(value).not.toBeUndefined();
  });
});
