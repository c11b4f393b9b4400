import { describe, expect, it } from 'vitest';
import type { EntityKind, GraphEdge, GraphNode, Role, Subgraph } from '../../web/src/api/types';
import { circularPositions } from '../../web/src/graph/layout';
import { edgeWidth, newGraph, sync, wanted } from '../../web/src/graph/model';
import { expandable } from '../../web/src/graph/useActions';
import { EMPTY_VIEW, type GraphView, withHidden, withPin } from '../../web/src/graph/view';

const node = (kind: EntityKind, id: string, role?: Role): GraphNode => ({
  key: `${kind}:${id}`,
  kind,
  id,
  label: id,
  ...(role ? { role } : {}),
  attributes: {},
  degrees: { patient: 40, doctor: 1 },
});
const edge = (source: string, target: string, count = 3): GraphEdge => ({
  key: `${source}|${target}`,
  source,
  target,
  count,
  money: '10.00',
  first: '2025-01-01T00:00:00+08:00',
  last: '2025-02-01T00:00:00+08:00',
});
const ring: Subgraph = {
  nodes: [
    node('institution', 'H', 'core'),
    node('patient', '1', 'member'),
    node('patient', '2', 'member'),
  ],
  edges: [edge('patient:1', 'institution:H'), edge('patient:2', 'institution:H')],
  omitted: [],
};
const more: Subgraph = {
  nodes: [node('institution', 'H'), node('patient', '3')],
  edges: [edge('patient:3', 'institution:H')],
  omitted: [],
};
const drawn = (view: GraphView, expansions = [{ of: 'institution:H', graph: more }]) =>
  wanted(ring, expansions, view);

describe('the graph of a ring', () => {
  it('joins expansions without taking roles away', () => {
    const want = drawn(EMPTY_VIEW);
    expect([...want.nodes.keys()]).toEqual([
      'institution:H',
      'patient:1',
      'patient:2',
      'patient:3',
    ]);
    expect(want.nodes.get('institution:H')?.role).toBe('core');
    expect(want.nodes.get('patient:3')?.role).toBeUndefined();
    expect(want.parents.get('patient:3')).toBe('institution:H');
  });

  it('drops hidden nodes with their relationships, and expansions of hidden nodes', () => {
    const want = drawn(withHidden(EMPTY_VIEW, ['institution:H']));
    expect([...want.nodes.keys()]).toEqual(['patient:1', 'patient:2']);
    expect(want.edges.size).toBe(0);
  });

  it('changes no more than is needed, and keeps the places of what stays', () => {
    const graph = newGraph();
    const before = drawn(EMPTY_VIEW, []);
    expect(sync(graph, before, EMPTY_VIEW)).toHaveLength(3);
    const { x, y } = graph.getNodeAttributes('patient:1');
    expect(sync(graph, drawn(EMPTY_VIEW), EMPTY_VIEW)).toEqual(['patient:3']);
    expect(graph.size).toBe(3);
    expect(graph.getNodeAttributes('patient:1')).toMatchObject({ x, y });
    expect(sync(graph, before, EMPTY_VIEW)).toEqual([]);
    expect(graph.nodes()).toEqual(['institution:H', 'patient:1', 'patient:2']);
  });

  it('puts a pinned node where it was pinned, and lets go of it again', () => {
    const graph = newGraph();
    const pinned = withPin(EMPTY_VIEW, { key: 'patient:1', x: 5, y: 6 });
    sync(graph, drawn(EMPTY_VIEW), EMPTY_VIEW);
    sync(graph, drawn(pinned), pinned);
    expect(graph.getNodeAttributes('patient:1')).toMatchObject({ x: 5, y: 6, pinned: true });
    sync(graph, drawn(EMPTY_VIEW), EMPTY_VIEW);
    expect(graph.getNodeAttribute('patient:1', 'pinned')).toBe(false);
  });

  it('says N of M by kind', () => {
    expect(expandable(drawn(EMPTY_VIEW), 'institution:H')).toEqual([
      { kind: 'patient', shown: 3, total: 40 },
      { kind: 'doctor', shown: 0, total: 1 },
    ]);
    expect(expandable(drawn(EMPTY_VIEW), 'doctor:none')).toEqual([]);
  });

  it('draws wider lines for more settlements, within bounds', () => {
    const widths = [1, 2, 10, 100, 1e6].map(edgeWidth);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(widths[0]).toBeGreaterThan(0.5);
    expect(widths.at(-1)).toBeLessThanOrEqual(7);
  });

  it('sets circles around the core that do not meet', () => {
    const graph = newGraph();
    sync(graph, drawn(EMPTY_VIEW), EMPTY_VIEW);
    const at = circularPositions(graph);
    const radius = (key: string) => Math.hypot(at.get(key)!.x, at.get(key)!.y);
    expect(radius('institution:H')).toBe(0);
    expect(radius('patient:1')).toBeGreaterThan(20);
    expect(radius('patient:3')).toBeGreaterThan(radius('patient:1') + 20);
  });
});
