import type Graph from 'graphology';

export const LAYOUTS = ['force', 'circular', 'noverlap'] as const;
export type Layout = (typeof LAYOUTS)[number];

export interface LayoutRequest {
  readonly id: number;
  readonly layout: 'force' | 'noverlap';
  readonly iterations: number;
  readonly nodes: ReadonlyArray<{
    readonly key: string;
    readonly x: number;
    readonly y: number;
    readonly size: number;
    readonly fixed: boolean;
  }>;
  readonly edges: ReadonlyArray<{
    readonly source: string;
    readonly target: string;
    readonly weight: number;
  }>;
}

export interface LayoutReply {
  readonly id: number;
  /** x, y of every node in the order of the request. */
  readonly positions: Float32Array;
  readonly finished: boolean;
}

export interface LayoutOptions {
  readonly fixed?: ReadonlySet<string>;
  readonly iterations?: number;
  /** Width to height of the canvas: layouts are round, so they are stretched to fill it. */
  readonly aspect?: number;
}

export interface LayoutRunner {
  /** A newer run ends the one before. `fixed` nodes stay where they are. */
  run(graph: Graph, layout: Layout, options?: LayoutOptions): void;
  stop(): void;
  kill(): void;
}

/** Rings around rings: the core in the middle, then doctors, members and what was expanded. */
export function circularPositions(graph: Graph, aspect = 1): Map<string, { x: number; y: number }> {
  const shells: string[][] = [[], [], [], []];
  graph.forEachNode((key, a) => {
    const shell = a.role === 'core' ? 0 : a.role === undefined ? 3 : a.kind === 'patient' ? 2 : 1;
    shells[shell]!.push(key);
  });
  const out = new Map<string, { x: number; y: number }>();
  let radius = 0;
  for (const shell of shells) {
    if (shell.length === 0) continue;
    const needed = (shell.length * 26) / (2 * Math.PI);
    radius = shell.length === 1 && radius === 0 ? 0 : Math.max(radius + 70, needed);
    shell.forEach((key, i) => {
      const angle = (2 * Math.PI * i) / shell.length - Math.PI / 2;
      out.set(key, { x: aspect * radius * Math.cos(angle), y: radius * Math.sin(angle) });
    });
    radius = Math.max(radius, 1);
  }
  return out;
}

/** How much wider than it is a picture must be drawn to fill a canvas; never beyond recognition. */
function stretchFor(positions: Float32Array, aspect: number): number {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 2) {
    left = Math.min(left, positions[i]!);
    right = Math.max(right, positions[i]!);
    top = Math.min(top, positions[i + 1]!);
    bottom = Math.max(bottom, positions[i + 1]!);
  }
  const own = (right - left) / (bottom - top);
  return Number.isFinite(own) && own > 0 ? Math.min(2, Math.max(0.6, aspect / own)) : 1;
}

interface Target {
  readonly graph: Graph;
  readonly keys: readonly string[];
  readonly fixed: ReadonlySet<string>;
  /** Undefined: most nodes are held, so the stretch they were drawn with stays. */
  readonly aspect: number | undefined;
}

export function createLayoutRunner(running: (yes: boolean) => void): LayoutRunner {
  let worker: Worker | undefined;
  let latest = 0;
  let target: Target | undefined;
  let stretch = 1;

  function receive({ data }: MessageEvent<LayoutReply>): void {
    if (data.id !== latest || !target) return;
    const { graph, keys, fixed, aspect } = target;
    if (aspect !== undefined) stretch = stretchFor(data.positions, aspect);
    const at = new Map(keys.map((key, i) => [key, i * 2]));
    graph.updateEachNodeAttributes(
      (key, a) => {
        const i = at.get(key);
        if (i === undefined || a.dragged || fixed.has(key)) return a;
        return { ...a, x: data.positions[i]! * stretch, y: data.positions[i + 1]! };
      },
      { attributes: ['x', 'y'] },
    );
    if (data.finished) running(false);
  }

  function stop(): void {
    worker?.postMessage({ stop: latest });
    latest += 1;
    running(false);
  }

  function run(
    graph: Graph,
    layout: Layout,
    { fixed = new Set(), iterations = 420, aspect = 1 }: LayoutOptions = {},
  ): void {
    stop();
    if (graph.order === 0) return;
    if (layout === 'circular') {
      stretch = Math.min(1.6, Math.max(0.7, aspect));
      const to = circularPositions(graph, stretch);
      graph.updateEachNodeAttributes((key, a) => (fixed.has(key) ? a : { ...a, ...to.get(key) }), {
        attributes: ['x', 'y'],
      });
      return;
    }
    if (!worker) {
      worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
      worker.addEventListener('message', receive);
    }
    const whole = layout === 'force' && fixed.size * 2 < graph.order;
    target = { graph, keys: graph.nodes(), fixed, aspect: whole ? aspect : undefined };
    const request: LayoutRequest = {
      id: latest,
      layout,
      iterations,
      nodes: graph.mapNodes((key, a) => ({
        key,
        x: a.x / stretch,
        y: a.y,
        size: a.size,
        fixed: fixed.has(key),
      })),
      edges: graph.mapEdges((_, a, source, to) => ({
        source,
        target: to,
        weight: Math.log2(1 + a.count),
      })),
    };
    running(true);
    worker.postMessage(request);
  }

  return {
    run,
    stop,
    kill() {
      worker?.terminate();
      worker = undefined;
    },
  };
}
