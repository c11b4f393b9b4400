import type { PartName } from '../contract/index.js';
import type { Services } from '../wiring.js';
import type { Monitor } from './monitor.js';

type Call = (...args: unknown[]) => unknown;

/**
 * The services as the HTTP edge should use them on servers: every call names the part it needs, so
 * that one that is away is said so at once, by name, and by nothing else.
 */
export function guardedServices(services: Services, monitor: Monitor): Services {
  const { graph, landing, jobs, selfTests } = services;
  return {
    ...services,
    graph: { ...guarded(graph, 'graph', monitor), read: guarded(graph.read, 'graph', monitor) },
    landing: guarded(landing, 'records', monitor),
    // What is asked for is kept in the records, also while the queue is away.
    jobs: guarded(jobs, 'records', monitor),
    selfTests: guarded(selfTests, 'records', monitor),
  };
}

/** Answered without asking anybody. */
const AT_ONCE = new Set(['readerOptions']);
const STREAMS = new Set(['events']);

function guarded<T extends object>(service: T, part: PartName, monitor: Monitor): T {
  return Object.fromEntries(
    Object.entries(service).map(([name, value]) => {
      if (typeof value !== 'function' || AT_ONCE.has(name)) return [name, value];
      const call = (value as Call).bind(service);
      if (STREAMS.has(name))
        return [name, (...args: unknown[]) => watched(call(...args), part, monitor)];
      return [name, (...args: unknown[]) => monitor.call(part, async () => call(...args))];
    }),
  ) as T;
}

async function* watched(from: unknown, part: PartName, monitor: Monitor): AsyncGenerator<unknown> {
  const iterator = (from as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await monitor.call(part, () => iterator.next());
      if (done) return;
      yield value;
    }
  } finally {
    // The source may be waiting for the part that is away: nobody waits for it here.
    void iterator.return?.(undefined);
  }
}
