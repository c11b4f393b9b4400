import * as echarts from 'echarts';
import { wilson } from '../../../analytics/algorithms/wilson.js';
import { curves, LEVELS, recall, typesOf } from './tables.js';
import type { WorldResult } from './worlds.js';

const INK = '#333';
const SEQUENCE = ['#0b3c5d', '#328cc1', '#6aaed6', '#b8d4e8', '#d9822b'];

function svg(
  title: string,
  width: number,
  height: number,
  option: echarts.EChartsCoreOption,
): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    textStyle: { color: INK, fontFamily: 'sans-serif' },
    ...option,
  });
  // Its style sheet is for hovering, which a picture in a page of text does not.
  const text = chart.renderToSVGString().replace(/<style.*<\/style>\s*/s, '');
  chart.dispose();
  return `${text.replace(/^<svg[^>]*>/, `$&\n<title>${title}</title>`)}\n`;
}

/** Recall of each type at the levels 0 to 3 and at 4, with Wilson's 95 % intervals. */
export function recallPlot(mixed: readonly WorldResult[]): string {
  const types = [...typesOf(mixed)].reverse();
  const groups = [
    { name: 'c0–c3', levels: LEVELS.slice(0, 4), color: SEQUENCE[1]!, shift: -4 },
    { name: 'c4', levels: ['4'], color: SEQUENCE[4]!, shift: 4 },
  ];
  return svg('Recall by type of ring', 820, 60 + types.length * 28, {
    legend: { top: 4 },
    grid: { left: 190, right: 30, top: 40, bottom: 30 },
    xAxis: { type: 'value', min: 0, max: 1 },
    yAxis: { type: 'category', data: types, axisTick: { show: false } },
    series: groups.flatMap(({ name, levels, color, shift }) => {
      const shares = types.map((type) => recall(mixed, levels, type));
      const bars = shares.flatMap(({ hits, of }, i) => {
        if (of === 0) return [];
        const { low, high } = wilson(hits, of);
        return [[low, high, i]];
      });
      return [
        {
          name,
          type: 'scatter',
          symbolSize: 8,
          symbolOffset: [0, -shift],
          itemStyle: { color },
          data: shares.flatMap(({ hits, of }, i) => (of === 0 ? [] : [[hits / of, i]])),
        },
        {
          name,
          type: 'custom',
          itemStyle: { color },
          encode: { x: [0, 1], y: 2 },
          data: bars,
          renderItem: (
            _: unknown,
            api: { value(i: number): number; coord(at: number[]): number[] },
          ) => {
            const [from, to] = [0, 1].map((k) => api.coord([api.value(k), api.value(2)]));
            return {
              type: 'line',
              shape: { x1: from![0], y1: from![1]! - shift, x2: to![0], y2: to![1]! - shift },
              style: { stroke: color, lineWidth: 1.5 },
            };
          },
        },
      ];
    }),
  });
}

/** Areas under the precision–recall curve of patients, ours beside the plain scores. */
export function curvePlot(mixed: readonly WorldResult[]): string {
  const all = curves(mixed);
  const names = [...(all[0]?.scores.keys() ?? [])];
  return svg('Area under the precision–recall curve of patients', 820, 320, {
    legend: { top: 4 },
    grid: { left: 50, right: 20, top: 40, bottom: 30 },
    xAxis: {
      type: 'category',
      data: all.map(({ question }) => (question === 'all' ? 'all rings' : `c${question}`)),
    },
    yAxis: { type: 'value', min: 0, max: 1, name: 'AUPRC' },
    series: names.map((name, i) => ({
      name,
      type: 'bar',
      itemStyle: {
        color:
          i === 0 ? SEQUENCE[4] : ['#0b3c5d', '#328cc1', '#6aaed6', '#9aa5b1', '#c9ced6'][i - 1],
      },
      data: all.map(({ scores }) => scores.get(name) ?? 0),
    })),
  });
}
