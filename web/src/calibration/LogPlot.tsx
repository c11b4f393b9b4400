import type { ReactNode } from 'react';

/** A square of two logarithmic axes in SVG: a canvas each would be many for small multiples. */

const WIDTH = 208;
const HEIGHT = 188;
const LEFT = 38;
const BOTTOM = 29;
const TOP = 6;
const RIGHT = 8;

/** What is 0 stands on the lower edge. */
const FLOOR = 0.0005;
const DECADES = [0.001, 0.01, 0.1, 1] as const;

/** Position of a share between FLOOR and 1, from 0 to 1. */
const along = (share: number) => Math.log(Math.max(share, FLOOR) / FLOOR) / Math.log(1 / FLOOR);

export const plotX = (share: number) => LEFT + along(share) * (WIDTH - LEFT - RIGHT);
export const plotY = (share: number) => HEIGHT - BOTTOM - along(share) * (HEIGHT - BOTTOM - TOP);

/** Points as an SVG path. */
export const lineOf = (points: ReadonlyArray<readonly [number, number]>) =>
  points.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

interface LogPlotProps {
  /** Told to who does not see it. */
  readonly label: string;
  readonly across: string;
  readonly children: ReactNode;
}

export function LogPlot({ label, across, children }: LogPlotProps) {
  return (
    <svg className="log-plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {DECADES.map((share) => (
        <g key={share} className="log-plot-grid">
          <line x1={plotX(share)} x2={plotX(share)} y1={TOP} y2={HEIGHT - BOTTOM} />
          <line x1={LEFT} x2={WIDTH - RIGHT} y1={plotY(share)} y2={plotY(share)} />
          <text x={plotX(share)} y={HEIGHT - BOTTOM + 14} textAnchor="middle">
            {share}
          </text>
          <text x={LEFT - 4} y={plotY(share) + 3} textAnchor="end">
            {share}
          </text>
        </g>
      ))}
      <text
        x={(LEFT + WIDTH - RIGHT) / 2}
        y={HEIGHT - 2}
        textAnchor="middle"
        className="log-plot-axis"
      >
        {across}
      </text>
      {children}
    </svg>
  );
}
