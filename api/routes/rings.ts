import type { Application } from 'express';
import { notFound } from '../../analytics/model/errors.js';
import type { Ring } from '../../analytics/model/finding.js';
import { type EntityRef, entityKey } from '../../analytics/model/ids.js';
import type { GraphStore, RingFilter } from '../../analytics/store/port.js';
import { endpoints, parseEntityKey, type QueryOf, type RingSummary } from '../contract/index.js';
import { exportRing } from '../export/ring.js';
import { mount } from '../handle.js';
import { coreOf, lookUp, presentRing, presentRingDetail, presentSettlement } from '../present.js';
import { drawRing } from '../ringGraph.js';
import type { Services } from '../wiring.js';

/** Yuan as text to integer fen, without passing through a floating-point yuan. */
function toFen(yuan: string): number {
  const [whole = '0', cents = ''] = yuan.split('.');
  return Number(whole) * 100 + Number(cents.padEnd(2, '0'));
}

/** Both forms of a key that the contract has already checked. */
export function refOf(key: string): EntityRef {
  const ref = parseEntityKey(key);
  if (!ref) throw notFound(key);
  return ref;
}

/** The id of the run that all parts of one answer are read from; undefined before the first. */
export async function fixRun(graph: GraphStore, asked?: string): Promise<string | undefined> {
  const run = await graph.read.run(asked);
  if (!run && asked !== undefined) throw notFound(`Run ${asked}`, 'Choose another run.');
  return run?.id;
}

/** A ring by the id of its line or its own, in the asked run or the newest. */
export async function findRing(
  graph: GraphStore,
  id: string,
  asked?: string,
): Promise<{ ring: Ring; run: string }> {
  const run = await fixRun(graph, asked);
  const ring = run === undefined ? undefined : await graph.read.ring(id, run);
  if (!ring || run === undefined)
    throw notFound(`Ring ${id}`, 'It may stand in another run: choose one in the list of runs.');
  return { ring, run };
}

export async function presentRings(
  graph: GraphStore,
  rings: readonly Ring[],
): Promise<RingSummary[]> {
  const known = await lookUp(graph, rings.flatMap(coreOf));
  return rings.map((ring) => presentRing(ring, known));
}

function toFilter(query: QueryOf<typeof endpoints.rings>): RingFilter {
  return {
    offset: query.offset,
    limit: query.limit,
    statuses: query.statuses ?? ['finding'],
    ...(query.detectors ? { detectors: query.detectors } : {}),
    ...(query.changes ? { changes: query.changes } : {}),
    ...(query.region ? { region: query.region } : {}),
    ...(query.minMoney ? { minFundAtRisk: toFen(query.minMoney) } : {}),
    ...(query.text ? { text: query.text } : {}),
    ...(query.subject ? { subject: refOf(query.subject) } : {}),
  };
}

const NO_FACETS = { statuses: {}, detectors: {}, regions: {}, changes: {} };

export function ringRoutes(app: Application, { graph, landing }: Services, medTypes: Labels) {
  mount(app, endpoints.rings, async ({ query }) => {
    const run = await fixRun(graph, query.run);
    if (run === undefined) return { run: null, total: 0, rings: [], facets: NO_FACETS };
    const [{ total, rings }, facets] = await Promise.all([
      graph.read.rings(toFilter(query), run),
      graph.read.facets(run),
    ]);
    return { run, total, rings: await presentRings(graph, rings), facets };
  });

  mount(app, endpoints.ring, async ({ params, query }) => {
    const { ring, run } = await findRing(graph, params.id, query.run);
    return presentRingDetail(ring, run, await lookUp(graph, ring.subjects));
  });

  mount(app, endpoints.ringSubgraph, async ({ params, query }) => {
    const { ring } = await findRing(graph, params.id, query.run);
    return drawRing(graph, ring, query.limit);
  });

  mount(app, endpoints.ringSettlements, async ({ params, query }) => {
    const { ring } = await findRing(graph, params.id, query.run);
    const reasons =
      query.reason === undefined ? ring.reasons : ring.reasons.slice(query.reason).slice(0, 1);
    if (reasons.length === 0)
      throw notFound(`Reason ${query.reason} of ring ${ring.ring}`, 'Open the ring again.');
    // The strongest first, as the detector ordered them.
    const ids = [...new Set(reasons.flatMap((r) => r.settlements))];
    const page = <T>(items: readonly T[]) => items.slice(query.offset, query.offset + query.limit);
    if (!query.subject) {
      const rows = await landing.settlements(page(ids));
      return { total: ids.length, settlements: rows.map((s) => presentSettlement(s, medTypes)) };
    }
    const { subject } = query;
    const rows = (await landing.settlements(ids)).filter((s) =>
      [
        entityKey({ kind: 'patient', id: s.patient }),
        entityKey({ kind: 'institution', id: s.institution }),
        entityKey({ kind: 'doctor', id: s.doctor ?? '' }),
      ].includes(subject),
    );
    return {
      total: rows.length,
      settlements: page(rows).map((s) => presentSettlement(s, medTypes)),
    };
  });

  mount(app, endpoints.ringExport, async ({ params, query, res }) => {
    const { ring, run } = await findRing(graph, params.id, query.run);
    const file = await exportRing(graph, ring, run, query.format);
    res.setHeader('content-type', file.mediaType);
    res.setHeader('content-disposition', `attachment; filename="${file.name}"`);
    res.send(file.body);
    return undefined;
  });
}

type Labels = Readonly<Record<string, string>>;
