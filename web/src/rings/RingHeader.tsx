import { Link } from '@tanstack/react-router';
import { App, Button, Dropdown, Tooltip } from 'antd';
import { EXPORT_FORMATS, endpoints, type RingDetail, urlOf } from '../api/types';
import { copyText } from '../app/clipboard';
import { Icon } from '../app/icons';
import { leaveMenu } from '../app/keyboard';
import { usePalette } from '../app/theme';
import { useTwoColumns } from '../app/useMedia';
import type { CanvasHandle } from '../graph/Canvas';
import { useText } from '../i18n';
import { period, probability } from '../i18n/format';
import { ChangeTag } from './RingCard';

function download(href: string, name: string): void {
  const a = document.createElement('a');
  a.href = href;
  a.download = name;
  a.click();
}

const STATUS_COLOURS = { finding: 'bad', explained: 'good', review: 'warm' } as const;

interface RingHeaderProps {
  readonly ring: RingDetail;
  readonly canvas: { readonly current: CanvasHandle | null };
}

function ExportButton({ ring, canvas }: RingHeaderProps) {
  const { t } = useText();
  const { surface } = usePalette();
  const { message } = App.useApp();
  async function png(): Promise<void> {
    try {
      if (!canvas.current) throw new Error(t('graph.noWebgl'));
      const url = URL.createObjectURL(await canvas.current.png(surface));
      download(url, `${ring.ring}.png`);
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) {
      message.error(`${t('ring.exportFailed')}: ${error instanceof Error ? error.message : ''}`);
    }
  }
  return (
    <Dropdown
      trigger={['click']}
      onOpenChange={leaveMenu}
      menu={{
        items: [
          ...EXPORT_FORMATS.map((key) => ({
            key,
            label: { graphml: 'GraphML', gexf: 'GEXF', csv: 'CSV', json: 'JSON' }[key],
          })),
          { type: 'divider' as const },
          { key: 'png', label: t('ring.exportImage') },
        ],
        onClick: ({ key }) => {
          const format = EXPORT_FORMATS.find((f) => f === key);
          if (!format) return void png();
          const url = urlOf(endpoints.ringExport, {
            params: { id: ring.ring },
            query: { format, run: ring.run },
          });
          download(url, `${ring.ring}.${format}`);
        },
      }}
    >
      <Button icon={<Icon name="download" />} data-testid="export">
        {t('ring.export')}
      </Button>
    </Dropdown>
  );
}

/** The ring in one glance, with what can be done with the whole of it. */
export function RingHeader({ ring, canvas }: RingHeaderProps) {
  const { t, detector, yuan } = useText();
  const two = useTwoColumns();
  const { message } = App.useApp();
  const facts = [
    { label: t('ring.money'), value: yuan(ring.fundAtRisk), help: t('ring.moneyHelp'), lead: true },
    { label: t('ring.score'), value: ring.score.toFixed(3), help: t('ring.scoreHelp') },
    { label: t('ring.q'), value: ring.q === null ? t('list.noQ') : probability(ring.q) },
    { label: t('ring.members'), value: String(ring.roles.member ?? 0) },
    { label: t('ring.period'), value: period(ring.period) },
  ];
  return (
    <header className="ring-header">
      <div className="ring-title">
        {two ? null : (
          <Link to="/rings" search={(old) => ({ ...old })} className="back">
            <Icon name="left" /> {t('ring.back')}
          </Link>
        )}
        <h1>
          {detector(ring.detector)} <span className="mono">{ring.ring}</span>
        </h1>
        <span
          className={`chip chip-${STATUS_COLOURS[ring.status]}`}
          title={t(`statusHelp.${ring.status}`)}
        >
          {t(`statusOf.${ring.status}`)}
        </span>
        <ChangeTag change={ring.change} />
        <span className="ring-tools">
          <Tooltip title={t('ring.copyLink')}>
            <Button
              icon={<Icon name="link" />}
              aria-label={t('ring.copyLink')}
              data-testid="copy-link"
              onClick={() =>
                void copyText(window.location.href).then((done) =>
                  done ? message.success(t('ring.copied')) : message.error(t('ring.notCopied')),
                )
              }
            />
          </Tooltip>
          <ExportButton ring={ring} canvas={canvas} />
        </span>
      </div>
      <dl className="facts">
        {facts.map(({ label, value, help, lead }) => (
          <div key={label} className={lead ? 'lead' : undefined} title={help}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}
