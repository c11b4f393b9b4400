import type { Application } from 'express';
import { notFound } from '../../analytics/model/errors.js';
import { ENTITY_KINDS, type EntityKind } from '../../analytics/model/ids.js';
import type { GraphStore, SearchHit } from '../../analytics/store/port.js';
import { endpoints } from '../contract/index.js';
import { mount } from '../handle.js';
import { labelled, lookUp, presentNode, presentSubgraph, publicLabel } from '../present.js';
import { presentMoves } from '../presentFeedback.js';
import type { Services } from '../wiring.js';
import { fixRun, presentRings, refOf } from './rings.js';

/** Institutions first: they are what people look for by name. */
const SEARCH_ORDER: readonly EntityKind[] = ['institution', 'doctor', 'drug', 'patient'];
const FINDINGS_SHOWN = 100;
const RINGS_SHOWN = 5;
/** `R-` and two characters: one alone begins too many. */
const RING_PREFIX = 4;

/** Searches without letting names of doctors be guessed: they are found by their code only. */
async function searchPublic(
  graph: GraphStore,
  text: string,
  kinds: readonly EntityKind[],
  limit: number,
): Promise<SearchHit[]> {
  const named = kinds.filter((kind) => kind !== 'doctor');
  const [hits, doctors] = await Promise.all([
    graph.search(text, named, limit),
    kinds.includes('doctor') ? graph.search(text, ['doctor'], limit) : [],
  ]);
  const wanted = text.trim().toLowerCase();
  const rank = (hit: SearchHit) =>
    hit.match === 'code' ? (hit.id.toLowerCase() === wanted ? 0 : 1) : hit.match === 'name' ? 2 : 3;
  return [...hits, ...doctors.filter((hit) => hit.match === 'code')]
    .map((hit, i) => ({ hit, i }))
    .sort(
      (a, b) =>
        rank(a.hit) - rank(b.hit) ||
        kinds.indexOf(a.hit.kind) - kinds.indexOf(b.hit.kind) ||
        a.i - b.i,
    )
    .slice(0, limit)
    .map(({ hit }) => hit);
}

/** Rings by the beginning of their id, with or without its `R-`; the very one first. */
async function searchRings(graph: GraphStore, text: string, run: string | undefined) {
  const id = text.trim().toUpperCase();
  const begins = id.startsWith('R-') ? id : `R-${id}`;
  const wanted = begins.length >= RING_PREFIX || id.startsWith('R-');
  const [exact, { rings }] = await Promise.all([
    graph.read.ring(id, run),
    wanted ? graph.read.rings({ text: begins, limit: RINGS_SHOWN }, run) : { rings: [] },
  ]);
  const others = rings.filter((r) => r.ring.startsWith(begins) && r.ring !== exact?.ring);
  return [...(exact ? [exact] : []), ...others].map(({ id, ring }) => ({ id, ring }));
}

export function graphRoutes(app: Application, { graph }: Services): void {
  mount(app, endpoints.search, async ({ query }) => {
    const kinds = query.kinds ?? SEARCH_ORDER;
    const [hits, rings] = await Promise.all([
      searchPublic(graph, query.q, kinds, query.limit),
      searchRings(graph, query.q, query.run),
    ]);
    return {
      hits: hits.map(({ kind, id, label, match }) => ({
        kind,
        id,
        label: publicLabel({ kind, id, label }),
        match,
      })),
      rings,
    };
  });

  mount(app, endpoints.neighbours, async ({ params, query }) => {
    const kinds = query.kinds ?? ENTITY_KINDS;
    const answer = await graph.neighbourhood([params], { kinds, perKind: query.perKind });
    if (answer.nodes.length === 0) throw unknown(params.kind, params.id);
    return presentSubgraph(answer);
  });

  mount(app, endpoints.induced, async ({ body }) =>
    presentSubgraph(await graph.induced(body.nodes.map(refOf))),
  );

  mount(app, endpoints.paths, async ({ query }) => {
    const found = await graph.paths(refOf(query.from), refOf(query.to), query.limit);
    const nodes = found.flatMap((path) => path.nodes);
    return {
      paths: found.map((path) => path.nodes.map((ref) => `${ref.kind}:${ref.id}`)),
      graph: presentSubgraph(await graph.induced(nodes)),
    };
  });

  mount(app, endpoints.entity, async ({ params, query }) => {
    const { nodes } = await graph.neighbourhood([params], { kinds: [], perKind: 0 });
    const run = await fixRun(graph, query.run);
    const [profile, standing, found] =
      run === undefined
        ? [undefined, undefined, { rings: [] }]
        : await Promise.all([
            graph.read.profile(params, run),
            graph.read.standing(params, run),
            graph.read.rings({ subject: params, limit: FINDINGS_SHOWN }, run),
          ]);
    const node = nodes[0];
    if (!node && !profile && found.rings.length === 0) throw unknown(params.kind, params.id);
    return {
      run: run ?? null,
      entity: presentNode(node ?? { ...params, label: params.id, attributes: {}, degrees: {} }),
      score: profile?.score ?? null,
      grade: profile?.grade ?? null,
      findings: await presentRings(graph, found.rings),
      peers: standing ? { ...standing, grades: { ...standing.grades } } : null,
      ...(await presentMoves(graph, params, profile, run)),
    };
  });

  mount(app, endpoints.profiles, async ({ query }) => {
    const run = await fixRun(graph, query.run);
    if (run === undefined) return { run: null, total: 0, profiles: [] };
    const { kind, offset, limit } = query;
    const { total, profiles } = await graph.read.profiles(kind, { offset, limit }, run);
    const known = await lookUp(graph, profiles);
    return {
      run,
      total,
      profiles: profiles.map((p) => ({
        ...labelled(p, known),
        score: p.score,
        grade: p.grade,
        findings: p.findings.length,
      })),
    };
  });
}

function unknown(kind: EntityKind, id: string) {
  return notFound(`${kind} ${id}`, 'Search for it by its code or name.');
}
