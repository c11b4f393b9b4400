import type { Ring } from '../../analytics/model/finding.js';
import type { GraphStore } from '../../analytics/store/port.js';
import type { ExportFormat } from '../contract/index.js';
import { lookUp, presentRingDetail } from '../present.js';
import { drawRing } from '../ringGraph.js';
import { writeCsv } from './csv.js';
import type { RingDocument } from './document.js';
import { writeGexf } from './gexf.js';
import { writeGraphml } from './graphml.js';
import { writeJson } from './json.js';

export interface ExportedFile {
  /** E.g. `R-7K2Q.graphml`. */
  readonly name: string;
  readonly mediaType: string;
  readonly body: string;
}

const WRITERS: Readonly<
  Record<ExportFormat, { mediaType: string; write(of: RingDocument): Promise<string> | string }>
> = {
  graphml: { mediaType: 'application/graphml+xml; charset=utf-8', write: writeGraphml },
  gexf: { mediaType: 'application/gexf+xml; charset=utf-8', write: writeGexf },
  csv: { mediaType: 'text/csv; charset=utf-8', write: writeCsv },
  json: { mediaType: 'application/json; charset=utf-8', write: writeJson },
};

/** The whole ring, however large, as one file. Same ring and graph, same bytes. */
export async function exportRing(
  graph: GraphStore,
  ring: Ring,
  run: string,
  format: ExportFormat,
): Promise<ExportedFile> {
  const known = await lookUp(graph, ring.subjects);
  const { nodes, edges } = await drawRing(graph, ring, Number.MAX_SAFE_INTEGER);
  const { mediaType, write } = WRITERS[format];
  const body = await write({
    ring: presentRingDetail(ring, run, known),
    settlements: ring.reasons.map((r) => r.settlements),
    nodes,
    edges,
  });
  return { name: `${ring.ring.replace(/[^\w-]/g, '_')}.${format}`, mediaType, body };
}
