import {
  LineChart,
  type LineSeriesOption,
  ScatterChart,
  type ScatterSeriesOption,
} from 'echarts/charts';
import {
  GridComponent,
  type GridComponentOption,
  LegendComponent,
  type LegendComponentOption,
} from 'echarts/components';
import { type ComposeOption, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import type { TailPoint } from '../api/types';
import { type CanvasPalette, useFont, usePalette } from '../app/theme';
import { type Text, useText } from '../i18n';

use([LineChart, ScatterChart, GridComponent, LegendComponent, CanvasRenderer]);
type Option = ComposeOption<
  LineSeriesOption | ScatterSeriesOption | GridComponentOption | LegendComponentOption
>;

function optionOf(
  points: readonly TailPoint[],
  t: Text['t'],
  p: CanvasPalette,
  fontFamily: string,
): Option {
  const axis = {
    nameLocation: 'middle' as const,
    nameTextStyle: { color: p.muted },
    axisLabel: { color: p.muted, fontSize: 11 },
    axisLine: { lineStyle: { color: p.line } },
    splitLine: { lineStyle: { color: p.line, opacity: 0.6 } },
  };
  // Ascending: a line is drawn in the order of its points.
  const rising = points.toReversed();
  const law = (
    name: string,
    key: 'used' | 'gumbel' | 'pareto',
    color: string,
  ): LineSeriesOption => ({
    type: 'line',
    name,
    symbol: 'none',
    lineStyle: { color, width: 2, type: key === 'used' ? 'solid' : 'dashed' },
    itemStyle: { color },
    data: rising.flatMap((point) => (point[key] === null ? [] : [[point.score, point[key]]])),
  });
  return {
    animation: false,
    textStyle: { fontFamily },
    grid: { left: 62, right: 16, top: 34, bottom: 42 },
    legend: { top: 0, left: 0, textStyle: { color: p.ink }, inactiveColor: p.muted },
    xAxis: { ...axis, type: 'value', scale: true, name: t('calibration.score'), nameGap: 26 },
    yAxis: { ...axis, type: 'log', max: 1, name: t('calibration.share'), nameGap: 44 },
    series: [
      {
        type: 'scatter',
        name: t('calibration.empirical'),
        symbolSize: 7,
        itemStyle: { color: p.ink },
        data: points.map((point) => [point.score, point.empirical]),
      },
      law(t('calibration.used'), 'used', p.ink),
      law(t('calibration.gumbel'), 'gumbel', p.roles.member),
      law(t('calibration.pareto'), 'pareto', p.roles.recruiter),
    ],
  };
}

/** Best scores of redrawn worlds as they were counted, and the tails fitted to them. */
export default function TailChart({ points }: { readonly points: readonly TailPoint[] }) {
  const { t } = useText();
  const p = usePalette();
  const font = useFont();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    const chart = init(box.current);
    chart.setOption(optionOf(points, t, p, font));
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [points, t, p, font]);
  return <div ref={box} className="tail-chart" role="img" aria-label={t('calibration.tailPlot')} />;
}
