import { RingfenceError } from '../../model/errors.js';
import { ENTITY_KINDS, type EntityKind } from '../../model/ids.js';
import type { GraphNode } from '../port.js';
import type { Ask, Neo4j } from './connect.js';
import { graphState } from './state.js';

/** A question in one transaction about one generation of the graph. */
export interface Reading {
  readonly ask: Ask;
  readonly generation: number;
}

/** Loads that switch during one question; each question takes milliseconds, loads are minutes apart. */
const ATTEMPTS = 20;

/** Something was being settled while it was read; the question is asked again. */
export class Torn extends Error {}

/**
 * Neo4j reads what was committed last, row by row, so a question checks at its end that what it read
 * still stands, and is asked again where a load or a publish came between.
 */
export async function retryTorn<T>(question: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof Torn)) throw error;
      if (attempt >= ATTEMPTS)
        throw new RingfenceError(
          'busy',
          `The graph keeps changing: ${error.message}`,
          'Try again.',
        );
    }
}

/** Answers from one generation of the graph, `empty` when nothing was ever loaded. */
export function readGraph<T>(
  server: Neo4j,
  empty: T,
  work: (reading: Reading) => Promise<T>,
): Promise<T> {
  return retryTorn(() =>
    server.read(async (ask) => {
      const { generation } = await graphState(ask);
      if (generation === 0) return empty;
      const answer = await work({ ask, generation });
      if ((await graphState(ask)).generation !== generation) throw new Torn('the graph switched');
      return answer;
    }),
  );
}

/** The generation it was staged for, whether it goes, label, attributes, degrees. */
export type Body = [number | null, boolean | null, string | null, string | null, number[] | null];

/** A node as a reader of this generation sees it; undefined when it is not there. */
export function toNode(
  kind: EntityKind,
  id: string,
  [next, gone, label, attributes, counts]: Body,
  generation: number,
): GraphNode | undefined {
  if (gone) return undefined;
  if (label === null || attributes === null) {
    if (next !== null && next > generation) return undefined;
    throw new Torn(`${kind} ${id} changed while it was read`);
  }
  const degrees: Partial<Record<EntityKind, number>> = {};
  ENTITY_KINDS.forEach((other, i) => {
    if (counts?.[i]) degrees[other] = counts[i] as number;
  });
  return { kind, id, label, attributes: JSON.parse(attributes), degrees };
}
