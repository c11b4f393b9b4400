import type { NodeHoverDrawingFunction } from 'sigma/rendering';
import type { EdgeDisplayData, NodeDisplayData } from 'sigma/types';
import type { CanvasPalette } from '../app/theme';
import { shortCode } from '../i18n/format';
import type { EdgeData, NodeData, RingGraph } from './model';

/** The label of a hovered or selected node in a box of the page's own colours. */
export const drawHover =
  (p: CanvasPalette): NodeHoverDrawingFunction<NodeData, EdgeData> =>
  (context, data, settings) => {
    const size = settings.labelSize;
    context.font = `600 ${size}px ${settings.labelFont}`;
    const text = data.label ?? '';
    const width = text ? context.measureText(text).width + 16 : 0;
    const left = data.x + data.size * 1.15;
    context.save();
    context.shadowColor = 'rgba(0, 0, 0, .28)';
    context.shadowBlur = 8;
    context.shadowOffsetY = 2;
    context.fillStyle = p.surface;
    context.beginPath();
    context.arc(data.x, data.y, data.size * 1.3 + 3, 0, Math.PI * 2);
    context.fill();
    if (text) {
      context.beginPath();
      context.roundRect(left, data.y - size, width, size * 2, 4);
      context.fill();
    }
    context.restore();
    if (!text) return;
    context.fillStyle = p.surface;
    context.fillRect(left, data.y - size + 1, 4, size * 2 - 2);
    context.fillStyle = p.ink;
    context.fillText(text, left + 7, data.y + size / 3);
  };

/** Colour by role, shape by kind: `doctor` is a circle with a double rim. */
const SHAPES = {
  institution: 'square',
  drug: 'diamond',
  doctor: 'doubled',
  patient: 'bordered',
} as const;

/** Larger graphs label what zooming brings near. */
const FULLY_LABELLED = 400;
const LABEL_LENGTH = 16;
const shorten = (label: string) =>
  label.length > LABEL_LENGTH ? `${label.slice(0, LABEL_LENGTH - 1)}…` : label;

/** What programs and labels read beside sigma's own attributes. */
interface Shown extends Partial<NodeDisplayData> {
  borderColor: string;
  gapColor: string;
  /** Labelled even where there is no room. */
  mustLabel: boolean;
}

export interface FocusNow {
  readonly hovered: string | undefined;
  readonly selected: ReadonlySet<string>;
}

/** Data → what is drawn, under the present hover and selection. */
export function reducers(graph: RingGraph, p: CanvasPalette, focus: () => FocusNow) {
  const near = (node: string, other: string) =>
    node === other || (graph.hasNode(other) && graph.areNeighbors(node, other));

  function nodeReducer(key: string, data: NodeData) {
    const { hovered, selected } = focus();
    const colour = data.role ? p.roles[data.role] : p.context;
    const chosen = selected.has(key);
    const lit = hovered === undefined || near(key, hovered);
    const out: Shown = {
      x: data.x,
      y: data.y,
      type: SHAPES[data.kind],
      size: chosen ? data.size * 1.2 : data.size,
      label: data.label === data.id ? shortCode(data.id) : shorten(data.label),
      // Filled when it belongs to the ring, hollow when it was only expanded.
      color: data.role ? colour : p.surface,
      gapColor: p.surface,
      borderColor: chosen ? p.ink : data.role ? rim(colour, p) : colour,
      mustLabel: data.role === 'core' || (chosen && selected.size <= 12),
      // Offered for drawing whatever the zoom; labels.ts leaves out those without room.
      forceLabel:
        chosen ||
        (graph.order <= FULLY_LABELLED && (data.role !== undefined || hovered !== undefined)),
      highlighted: chosen || key === hovered,
      zIndex: chosen ? 3 : data.role ? 2 : 1,
    };
    if (!lit) {
      out.color = p.faded;
      out.borderColor = p.line;
      out.label = '';
      out.forceLabel = false;
      out.mustLabel = false;
      out.zIndex = 0;
    }
    if (data.pinned && lit) out.borderColor = p.ink;
    return out;
  }

  function edgeReducer(key: string, data: EdgeData) {
    const { hovered, selected } = focus();
    const [source, target] = graph.extremities(key) as [string, string];
    const touches = (node: string) => node === source || node === target;
    const out: Partial<EdgeDisplayData> & { curvature: number } = {
      size: data.size,
      color: p.edge,
      curvature: data.curvature,
      zIndex: 0,
    };
    if (hovered !== undefined) {
      if (touches(hovered)) {
        out.color = p.edgeStrong;
        out.zIndex = 2;
        // Counts beside more lines than this cover one another.
        if (graph.degree(hovered) <= 15) {
          out.label = `${data.count}`;
          out.forceLabel = true;
        }
      } else {
        out.color = p.faded;
        out.size = data.size * 0.6;
      }
    } else if (selected.size > 0 && (selected.has(source) || selected.has(target))) {
      out.color = p.edgeStrong;
      out.zIndex = 1;
    }
    return out;
  }

  return { nodeReducer, edgeReducer };
}

function rim(colour: string, p: CanvasPalette): string {
  const n = Number.parseInt(colour.slice(1), 16);
  // Darker than the fill on a light page, lighter on a dark one.
  const towards = p.surface === '#ffffff' ? 0 : 255;
  const mix = (shift: number) => {
    const channel = (n >> shift) & 255;
    return Math.round(channel + (towards - channel) * 0.3);
  };
  return `#${[16, 8, 0].map((s) => mix(s).toString(16).padStart(2, '0')).join('')}`;
}
