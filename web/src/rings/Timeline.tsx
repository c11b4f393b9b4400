import { CustomChart, type CustomSeriesOption } from 'echarts/charts';
import {
  GridComponent,
  type GridComponentOption,
  TooltipComponent,
  type TooltipComponentOption,
} from 'echarts/components';
import { type ComposeOption, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { useRingSettlements } from '../api/queries';
import type { RingDetail, SettlementRow } from '../api/types';
import { Failed, Loading } from '../app/states';
import { type CanvasPalette, useFont, usePalette } from '../app/theme';
import { useFocus } from '../graph/store';
import { useText } from '../i18n';
import { day, shortCode } from '../i18n/format';

use([CustomChart, GridComponent, TooltipComponent, CanvasRenderer]);
type Option = ComposeOption<CustomSeriesOption | GridComponentOption | TooltipComponentOption>;

const DAY = 86_400_000;
const ROWS = 40;
/** A span from which on the axis counts months. */
const MONTHS_FROM = 90 * DAY;
/** Midnight of a day on the axis, whose days are Shanghai's wherever the browser is. */
const midnight = (text: string) => Date.parse(`${text.slice(0, 10)}T00:00:00Z`);

interface Mark {
  readonly patient: string;
  readonly institution: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A stay is a bar from its first to its last day; anything else a mark on its day. */
function marksOf(rows: readonly SettlementRow[]): Mark[] {
  return rows.flatMap((row) => {
    const at = row.begin ?? row.time;
    if (!at || row.refund) return [];
    const from = midnight(row.begin && row.end ? row.begin : day(row.time ?? at));
    const to = row.begin && row.end ? midnight(row.end) + DAY : from + DAY;
    const name = row.institutionName ?? row.institution;
    return [{ patient: row.patient, institution: row.institution, name, from, to }];
  });
}

/** Months where the marks cover some, else days: a label must not stand there twice. */
function axisOf(marks: readonly Mark[], color: string) {
  const first = Math.min(...marks.map((m) => m.from));
  const last = Math.max(...marks.map((m) => m.to));
  const label = { color, fontSize: 11, hideOverlap: true };
  if (last - first > MONTHS_FROM)
    return { minInterval: 28 * DAY, axisLabel: { ...label, formatter: '{yyyy}-{MM}' } };
  return {
    min: first - DAY,
    max: last + DAY,
    minInterval: DAY,
    axisLabel: { ...label, formatter: '{MM}-{dd}' },
  };
}

function optionOf(
  marks: readonly Mark[],
  p: CanvasPalette,
  fontFamily: string,
): { readonly option: Option; readonly drawn: readonly Mark[] } {
  const busiest = new Map<string, number>();
  for (const m of marks) busiest.set(m.patient, (busiest.get(m.patient) ?? 0) + 1);
  const patients = [...busiest]
    .sort((a, b) => b[1] - a[1])
    .slice(0, ROWS)
    .map(([id]) => id);
  const row = new Map(patients.map((id, i) => [id, i]));
  const institutions = [...new Set(marks.map((m) => m.institution))];
  const hues = [p.roles.member, p.roles.recruiter, p.roles.doctor, p.roles.organiser, p.roles.item];
  const drawn = marks.filter((m) => row.has(m.patient));
  const option: Option = {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily },
    grid: { left: 4, right: 8, top: 6, bottom: 22, containLabel: false },
    tooltip: {
      confine: true,
      backgroundColor: p.surface,
      borderColor: p.line,
      textStyle: { color: p.ink, fontSize: 12 },
      formatter: (params) => {
        const m = drawn[(params as { dataIndex: number }).dataIndex];
        if (!m) return '';
        const last = day(new Date(m.to - DAY));
        const first = day(new Date(m.from));
        const box = document.createElement('div');
        box.style.whiteSpace = 'pre-line';
        box.textContent = `${shortCode(m.patient)}\n${m.name}\n${first === last ? first : `${first} – ${last}`}`;
        return box;
      },
    },
    xAxis: {
      type: 'time',
      ...axisOf(marks, p.muted),
      axisLine: { lineStyle: { color: p.line } },
      splitLine: { show: true, lineStyle: { color: p.line, opacity: 0.6 } },
    },
    yAxis: {
      type: 'value',
      min: -0.5,
      max: Math.max(0.5, patients.length - 0.5),
      show: false,
      inverse: true,
    },
    series: {
      type: 'custom',
      encode: { x: [0, 1], y: 2 },
      data: drawn.map((m) => [
        m.from,
        m.to,
        row.get(m.patient)!,
        institutions.indexOf(m.institution),
      ]),
      renderItem: (_, api) => {
        const [x0, y] = api.coord([api.value(0), api.value(2)]) as [number, number];
        const [x1] = api.coord([api.value(1), api.value(2)]) as [number, number];
        const [, step] = api.size!([0, 1]) as [number, number];
        const height = Math.max(3, Math.min(11, Math.abs(step) * 0.7));
        return {
          type: 'rect',
          shape: { x: x0, y: y - height / 2, width: Math.max(3, x1 - x0), height, r: 1.5 },
          style: { fill: hues[Number(api.value(3)) % hues.length]!, opacity: 0.85 },
        };
      },
    },
  };
  return { option, drawn };
}

interface TimelineProps {
  readonly ring: RingDetail;
  readonly reason: number | undefined;
}

/** A row a patient, a column a day: what people did together stands in one column. */
export default function Timeline({ ring, reason }: TimelineProps) {
  const { t } = useText();
  const p = usePalette();
  const font = useFont();
  const query = useRingSettlements(ring.ring, { run: ring.run, reason, limit: 500 });
  const box = useRef<HTMLDivElement>(null);
  const marks = query.data ? marksOf(query.data.settlements) : [];
  const rows = Math.min(ROWS, new Set(marks.map((m) => m.patient)).size);
  const ready = marks.length > 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: marks are made of the query's data
  useEffect(() => {
    if (!box.current || !ready) return;
    const chart = init(box.current);
    const { option, drawn } = optionOf(marks, p, font);
    chart.setOption(option);
    chart.on('click', ({ dataIndex }) => {
      const shown = drawn[dataIndex];
      if (shown)
        useFocus
          .getState()
          .select([`patient:${shown.patient}`, `institution:${shown.institution}`]);
    });
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [query.data, p, font, ready]);

  if (query.isPending) return <Loading rows={3} />;
  if (query.isError)
    return <Failed compact error={query.error} retry={() => void query.refetch()} />;
  if (!ready) return <p className="muted">{t('ring.timelineNone')}</p>;
  return (
    <figure className="timeline">
      <div
        ref={box}
        role="img"
        aria-label={t('ring.timeline')}
        style={{ height: Math.max(90, 34 + rows * 13) }}
      />
      <figcaption>{t('ring.timelineHelp')}</figcaption>
    </figure>
  );
}
