import { Link } from '@tanstack/react-router';
import type { RingSummary } from '../api/types';
import { useText } from '../i18n';
import { probability } from '../i18n/format';

const CHANGE_COLOURS = {
  born: 'warm',
  grew: 'warm',
  continued: 'plain',
  shrank: 'good',
  split: 'accent',
  merged: 'accent',
} as const;

/** Since last week: what happened to this ring. Unremarkable ones say nothing. */
export function ChangeTag({ change }: { readonly change: RingSummary['change'] }) {
  const { t } = useText();
  if (change === 'continued') return null;
  return <span className={`chip chip-${CHANGE_COLOURS[change]}`}>{t(`change.${change}`)}</span>;
}

interface RingCardProps {
  readonly ring: RingSummary;
  readonly rank: number;
  readonly active: boolean;
}

/** One line of the ranked list: what, where, how strong, how much. */
export function RingCard({ ring, rank, active }: RingCardProps) {
  const { t, detector, yuanShort } = useText();
  const members = ring.roles.member ?? 0;
  const [first, ...others] = ring.core;
  return (
    <li>
      <Link
        to="/rings/$ringId"
        params={{ ringId: ring.ring }}
        search={(old) => ({
          status: old.status,
          detector: old.detector,
          region: old.region,
          change: old.change,
          min: old.min,
          q: old.q,
          run: old.run,
        })}
        className={active ? 'ring-card active' : 'ring-card'}
        aria-current={active ? 'true' : undefined}
        data-ring={ring.ring}
      >
        <span className="ring-rank">{rank}</span>
        <span className="ring-body">
          <span className="ring-line">
            <strong className="ring-type">{detector(ring.detector)}</strong>
            <ChangeTag change={ring.change} />
            <span className="ring-money">{yuanShort(ring.fundAtRisk)}</span>
          </span>
          <span className="ring-core">
            {first ? first.label : '—'}
            {others.length > 0 ? <em> +{(ring.roles.core ?? ring.core.length) - 1}</em> : null}
          </span>
          <span className="ring-line ring-small">
            <span className="mono">{ring.ring}</span>
            {members > 0 ? <span>{t('list.members', { count: members })}</span> : null}
            <span className="ring-q">
              {ring.q === null ? t('list.noQ') : `q ${probability(ring.q)}`}
            </span>
          </span>
          <span
            className="score-bar"
            title={`${t('ring.score')} ${ring.score.toFixed(2)}`}
            aria-hidden="true"
          >
            <span style={{ width: `${Math.max(2, ring.score * 100)}%` }} />
          </span>
        </span>
      </Link>
    </li>
  );
}
