import type Sigma from 'sigma';
import type { NodeLabelDrawingFunction } from 'sigma/rendering';
import type { CanvasPalette } from '../app/theme';
import type { EdgeData, NodeData } from './model';

/**
 * Places labels so that they cover neither nodes nor one another: to the right, below, left or
 * above, whichever is free first. Those that must show (the core, the selection) are placed first
 * and always; the others only where there is room.
 */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly box: Box;
}

const meet = (a: Box, b: Box) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

type Renderer = Sigma<NodeData, EdgeData>;

export function createLabels(p: CanvasPalette, font: string, labelSize: number) {
  const pen = document.createElement('canvas').getContext('2d')!;
  const style = `500 ${labelSize}px ${font}`;
  const widths = new Map<string, number>();
  let nodes: Box[] = [];
  let taken: Box[] = [];
  let forced = new Map<string, Place>();

  function widthOf(text: string): number {
    let width = widths.get(text);
    if (width === undefined) {
      pen.font = style;
      width = pen.measureText(text).width;
      widths.set(text, width);
    }
    return width;
  }

  /** `x`, `y` of the text's left end and baseline for the four sides of a node. */
  function places(x: number, y: number, size: number, text: string): Place[] {
    const width = widthOf(text);
    const gap = size * 1.15 + 4;
    const at = (left: number, middle: number): Place => ({
      x: left,
      y: middle + labelSize / 3,
      box: {
        left: left - 1,
        right: left + width + 1,
        top: middle - labelSize * 0.6,
        bottom: middle + labelSize * 0.6,
      },
    });
    return [
      at(x + gap, y),
      at(x - width / 2, y + gap + labelSize * 0.5),
      at(x - gap - width, y),
      at(x - width / 2, y - gap - labelSize * 0.5),
    ];
  }

  function free(place: Place, width: number): boolean {
    return (
      place.box.left >= 0 &&
      place.box.right <= width &&
      !taken.some((b) => meet(b, place.box)) &&
      !nodes.some((b) => meet(b, place.box))
    );
  }

  let stageWidth = 0;

  /** A frame begins; where nodes are is known only when its first label is drawn. */
  let frame: Renderer | undefined;
  function begin(sigma: Renderer): void {
    frame = sigma;
  }

  /** Where nodes are now, and the labels that must show. */
  function survey(sigma: Renderer): void {
    frame = undefined;
    nodes = [];
    taken = [];
    forced = new Map();
    stageWidth = sigma.getDimensions().width;
    const must: { key: string; x: number; y: number; size: number; label: string }[] = [];
    for (const key of sigma.getGraph().nodes()) {
      const data = sigma.getNodeDisplayData(key);
      if (!data || data.hidden) continue;
      const { x, y } = sigma.framedGraphToViewport(data);
      const size = sigma.scaleSize(data.size);
      // A little less than the disc, so that labels may touch the rim.
      const r = size * 0.8;
      nodes.push({ left: x - r, right: x + r, top: y - r, bottom: y + r });
      if ((data as { mustLabel?: boolean }).mustLabel && data.label)
        must.push({ key, x, y, size, label: data.label });
    }
    for (const { key, x, y, size, label } of must.sort((a, b) => b.size - a.size)) {
      const sides = places(x, y, size, label);
      const place = sides.find((side) => free(side, stageWidth)) ?? sides[0]!;
      forced.set(key, place);
      taken.push(place.box);
    }
  }

  const draw: NodeLabelDrawingFunction<NodeData, EdgeData> = (context, data) => {
    if (frame) survey(frame);
    if (!data.label) return;
    const key = (data as { key?: string }).key ?? '';
    let place = forced.get(key);
    if (!place) {
      place = places(data.x, data.y, data.size, data.label).find((side) => free(side, stageWidth));
      if (!place) return;
      taken.push(place.box);
    }
    context.font = style;
    context.lineJoin = 'round';
    context.lineWidth = 3.5;
    context.strokeStyle = p.surface;
    context.strokeText(data.label, place.x, place.y);
    context.fillStyle = p.ink;
    context.fillText(data.label, place.x, place.y);
  };

  return { begin, draw };
}
