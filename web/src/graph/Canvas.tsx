import { SigmaContainer, useRegisterEvents, useSigma } from '@react-sigma/core';
import EdgeCurveProgram from '@sigma/edge-curve';
import { toBlob } from '@sigma/export-image';
import { createNodeBorderProgram } from '@sigma/node-border';
import { type Ref, useEffect, useImperativeHandle, useMemo, useRef } from 'react';
import type Sigma from 'sigma';
import type { Settings } from 'sigma/settings';
import type { SigmaNodeEventPayload } from 'sigma/types';
import { useFont, usePalette } from '../app/theme';
import { drawHover, reducers } from './drawing';
import { createLabels } from './labels';
import { createLayoutRunner, type Layout } from './layout';
import type { EdgeData, NodeData, RingGraph } from './model';
import { DiamondProgram, SquareProgram } from './shapes';
import { useFocus } from './store';

const rimmed = (value: number) =>
  createNodeBorderProgram<NodeData, EdgeData>({
    borders: [
      { size: { value }, color: { attribute: 'borderColor' } },
      { size: { fill: true }, color: { attribute: 'color' } },
    ],
  });
const DoubledProgram = createNodeBorderProgram<NodeData, EdgeData>({
  borders: [
    { size: { value: 0.14 }, color: { attribute: 'borderColor' } },
    { size: { value: 0.22 }, color: { attribute: 'gapColor' } },
    { size: { value: 0.1 }, color: { attribute: 'borderColor' } },
    { size: { fill: true }, color: { attribute: 'color' } },
  ],
});

const LABEL_SIZE = 12;
type Placing = ReturnType<typeof createLabels>;

export interface CanvasHandle {
  fit(): void;
  zoom(factor: number): void;
  pan(dx: number, dy: number): void;
  layout(layout: Layout): void;
  stop(): void;
  /** Moves the view when the node is outside it. */
  reveal(key: string): void;
  png(background: string): Promise<Blob>;
}

export interface CanvasProps {
  readonly graph: RingGraph;
  readonly version: number;
  readonly added: readonly string[];
  readonly layout: Layout;
  readonly handle: Ref<CanvasHandle>;
  onRunning(running: boolean): void;
  onPin(key: string, x: number, y: number): void;
  onExpand(key: string): void;
}

/** Pointer → focus and pins. A press that moves is a drag and pins; one that does not is a click. */
function Events({ onPin, onExpand }: Pick<CanvasProps, 'onPin' | 'onExpand'>) {
  const sigma = useSigma<NodeData, EdgeData>();
  const register = useRegisterEvents<NodeData, EdgeData>();
  const drag = useRef<{ key: string; moved: boolean } | undefined>(undefined);
  useEffect(() => {
    const graph = sigma.getGraph();
    const { hover, select, toggle } = useFocus.getState();
    const end = () => {
      const held = drag.current;
      if (!held) return;
      drag.current = undefined;
      if (!graph.hasNode(held.key)) return;
      graph.setNodeAttribute(held.key, 'dragged', false);
      const { x, y } = graph.getNodeAttributes(held.key);
      if (held.moved) onPin(held.key, x, y);
    };
    register({
      enterNode: ({ node }) => hover(node),
      leaveNode: () => hover(undefined),
      clickStage: () => select([]),
      doubleClickNode: (payload: SigmaNodeEventPayload) => {
        payload.preventSigmaDefault();
        onExpand(payload.node);
      },
      clickNode: ({ node, event }) => {
        const { original } = event;
        const adding =
          'shiftKey' in original && (original.shiftKey || original.ctrlKey || original.metaKey);
        if (adding) toggle(node);
        else select([node]);
      },
      downNode: ({ node }) => {
        drag.current = { key: node, moved: false };
        if (!sigma.getCustomBBox()) sigma.setCustomBBox(sigma.getBBox());
      },
      mousemovebody: (event) => {
        if (!drag.current) return;
        const at = sigma.viewportToGraph(event);
        drag.current.moved = true;
        graph.mergeNodeAttributes(drag.current.key, { x: at.x, y: at.y, dragged: true });
        event.preventSigmaDefault();
        event.original.preventDefault();
      },
      mouseup: end,
      mouseleave: end,
    });
    return () => hover(undefined);
  }, [register, sigma, onPin, onExpand]);
  return null;
}

/** Redraws when hover or selection change, without touching the graph. */
function Focus() {
  const sigma = useSigma<NodeData, EdgeData>();
  useEffect(() => useFocus.subscribe(() => sigma.scheduleRefresh()), [sigma]);
  return null;
}

/** Tells the placing of labels when a frame begins. */
function Labels({ labels }: { readonly labels: Placing }) {
  const sigma = useSigma<NodeData, EdgeData>();
  useEffect(() => {
    const begin = () => labels.begin(sigma);
    sigma.on('beforeRender', begin);
    sigma.scheduleRender();
    return () => void sigma.off('beforeRender', begin);
  }, [sigma, labels]);
  return null;
}

function Control({
  graph,
  version,
  added,
  layout,
  handle,
  onRunning,
  labels,
}: Omit<CanvasProps, 'onPin' | 'onExpand'> & { readonly labels: Placing }) {
  const sigma = useSigma<NodeData, EdgeData>();
  const runner = useMemo(() => createLayoutRunner(onRunning), [onRunning]);
  const laid = useRef<RingGraph | undefined>(undefined);
  useEffect(
    () => () => {
      runner.kill();
      laid.current = undefined;
    },
    [runner],
  );

  const held = () => new Set(graph.filterNodes((_, a) => a.pinned));
  const start = (which: Layout, fixed = held(), iterations?: number) => {
    sigma.setCustomBBox(null);
    const { width, height } = sigma.getDimensions();
    runner.run(graph, which, {
      fixed,
      aspect: width / height,
      ...(iterations ? { iterations } : {}),
    });
  };

  // The first picture is laid out whole; later ones keep what the reader already knows in place.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the shape changes, and only then
  useEffect(() => {
    if (graph.order === 0) return;
    if (laid.current !== graph) {
      laid.current = graph;
      start(layout);
    } else if (added.length > 0) {
      const fresh = new Set(added);
      start('force', new Set(graph.filterNodes((key) => !fresh.has(key))), 150);
    }
  }, [graph, version]);

  useImperativeHandle(
    handle,
    (): CanvasHandle => ({
      fit: () => {
        sigma.setCustomBBox(null);
        void sigma.getCamera().animatedReset({ duration: 250 });
      },
      zoom: (factor) =>
        void sigma
          .getCamera()
          .animate({ ratio: sigma.getCamera().ratio / factor }, { duration: 150 }),
      pan: (dx, dy) => {
        const camera = sigma.getCamera();
        camera.setState({ x: camera.x + dx * camera.ratio, y: camera.y + dy * camera.ratio });
      },
      layout: (which) => start(which),
      stop: () => runner.stop(),
      reveal: (key) => {
        if (!graph.hasNode(key)) return;
        const { x, y } = graph.getNodeAttributes(key);
        const at = sigma.graphToViewport({ x, y });
        const { width, height } = sigma.getDimensions();
        if (at.x > 20 && at.x < width - 20 && at.y > 20 && at.y < height - 20) return;
        // From the graph's own coordinates: the displayed ones are raw while a refresh is due.
        const to = sigma.viewportToFramedGraph(at);
        void sigma.getCamera().animate({ x: to.x, y: to.y }, { duration: 250 });
      },
      png: (background) =>
        toBlob(sigma as unknown as Sigma, {
          backgroundColor: background,
          format: 'png',
          withTempRenderer: (copy) => {
            const renderer = copy as unknown as typeof sigma;
            renderer.on('beforeRender', () => labels.begin(renderer));
            renderer.refresh();
          },
        }),
    }),
  );
  return null;
}

export default function Canvas(props: CanvasProps) {
  const { graph, onPin, onExpand } = props;
  const p = usePalette();
  const font = useFont();
  const labels = useMemo(() => createLabels(p, font, LABEL_SIZE), [p, font]);
  const settings = useMemo((): Partial<Settings<NodeData, EdgeData>> => {
    const focus = () => {
      const { hovered, selected } = useFocus.getState();
      return { hovered, selected: new Set(selected) };
    };
    return {
      ...reducers(graph, p, focus),
      allowInvalidContainer: true,
      nodeProgramClasses: {
        square: SquareProgram,
        diamond: DiamondProgram,
        bordered: rimmed(0.2),
        doubled: DoubledProgram,
      },
      edgeProgramClasses: { curved: EdgeCurveProgram },
      defaultEdgeType: 'curved',
      defaultNodeType: 'bordered',
      defaultDrawNodeLabel: labels.draw,
      defaultDrawNodeHover: drawHover(p),
      renderEdgeLabels: true,
      edgeLabelColor: { color: p.ink },
      edgeLabelFont: font,
      edgeLabelSize: 11,
      labelFont: font,
      labelSize: LABEL_SIZE,
      labelWeight: '500',
      labelColor: { color: p.ink },
      // Many are offered; those without room are left out (labels.ts).
      labelDensity: 2,
      labelGridCellSize: 80,
      labelRenderedSizeThreshold: 6,
      zIndex: true,
      stagePadding: 40,
      minCameraRatio: 0.08,
      maxCameraRatio: 4,
      doubleClickZoomingRatio: 1,
    };
  }, [graph, p, font, labels]);
  return (
    <SigmaContainer className="sigma-root" graph={graph as never} settings={settings as never}>
      <Events onPin={onPin} onExpand={onExpand} />
      <Focus />
      <Labels labels={labels} />
      <Control {...props} labels={labels} />
    </SigmaContainer>
  );
}
