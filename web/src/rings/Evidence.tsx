import { lazy, Suspense } from 'react';
import type { Innocent, Reason, RingDetail } from '../api/types';
import { Loading } from '../app/states';
import { type Text, useText } from '../i18n';
import { percent, probability, quantity } from '../i18n/format';
import {
  explainsNothing,
  innocentName,
  innocentSentence,
  REJECTED_AT,
  reasonSentence,
  vainSentence,
} from '../i18n/sentences';

const Timeline = lazy(() => import('./Timeline'));

/** What q means, in words. */
function confidence({ q, status }: Pick<RingDetail, 'q' | 'status'>, { t, lang }: Text): string {
  // Its q says how well the explanation fits, not how likely chance is.
  if (status === 'explained') return t('q.explained');
  if (q === null) return t('q.none');
  if (q < 0.0001) return t('q.tiny', { q: probability(q) });
  const share = percent(q, lang);
  return t(q <= 0.05 ? 'q.value' : 'q.above', { share, q: probability(q) });
}

/** Measured beside expected, to the same scale. */
function Compare({ reason }: { readonly reason: Reason }) {
  const { lang } = useText();
  const { measured, expected, unit } = reason;
  const top = Math.max(measured, expected, Number.EPSILON);
  const bars = [
    ['measured', measured],
    ['expected', expected],
  ] as const;
  return (
    <span className="compare" aria-hidden="true">
      {bars.map(([name, value]) => (
        <span key={name} className={`compare-${name}`}>
          <span className="compare-bar" style={{ width: `${Math.max(1, (value / top) * 100)}%` }} />
          <span className="compare-number">{quantity(value, unit, lang)}</span>
        </span>
      ))}
    </span>
  );
}

interface ReasonItemProps {
  readonly reason: Reason;
  readonly chosen: boolean;
  readonly showDetector: boolean;
  onChoose(index: number | undefined): void;
}

function ReasonItem({ reason, chosen, showDetector, onChoose }: ReasonItemProps) {
  const { t, lang, detector } = useText();
  const { text } = reasonSentence(reason, lang);
  return (
    <li>
      <button
        type="button"
        className={chosen ? 'reason chosen' : 'reason'}
        aria-pressed={chosen}
        onClick={() => onChoose(chosen ? undefined : reason.index)}
      >
        {showDetector ? <small className="muted">{detector(reason.detector)}</small> : null}
        <span className="reason-text">{text}</span>
        <Compare reason={reason} />
        <span className="reason-foot">
          {reason.settlements > 0 ? t('ring.showSettlements', { count: reason.settlements }) : null}
          {reason.p === null ? null : <span className="mono">p {probability(reason.p)}</span>}
        </span>
      </button>
    </li>
  );
}

function InnocentItem({ innocent }: { readonly innocent: Innocent }) {
  const { lang } = useText();
  const rejected = innocent.q <= REJECTED_AT;
  return (
    <li className={rejected ? 'innocent rejected' : 'innocent'}>
      <span className="innocent-name">{innocentName(innocent.code, lang)}</span>
      <span className="innocent-share" aria-hidden="true">
        <span style={{ width: `${Math.min(100, innocent.weight * 100)}%` }} />
      </span>
      <p>{innocentSentence(innocent, lang)}</p>
    </li>
  );
}

function Explanations({ innocent }: Pick<RingDetail, 'innocent'>) {
  const { t, lang } = useText();
  const vain = innocent.filter((i) => explainsNothing(i, innocent));
  const telling = innocent.filter((i) => !vain.includes(i));
  if (innocent.length === 0) return <p className="muted">{t('ring.innocentNone')}</p>;
  return (
    <>
      {telling.length > 0 ? (
        <ul className="innocents">
          {telling.map((i) => (
            <InnocentItem key={i.code} innocent={i} />
          ))}
        </ul>
      ) : null}
      {vain.length > 0 ? <p className="muted">{vainSentence(vain, lang)}</p> : null}
    </>
  );
}

interface EvidenceProps {
  readonly ring: RingDetail;
  readonly reason: number | undefined;
  onReason(index: number | undefined): void;
}

/** Why this ring is listed, what else might explain it, and how sure that is. */
export function Evidence({ ring, reason, onReason }: EvidenceProps) {
  const text = useText();
  const { t } = text;
  const detectors = new Set(ring.reasons.map((r) => r.detector));
  return (
    <aside className="evidence" aria-label={t('ring.evidence')}>
      <section>
        <h2>{t('ring.confidence')}</h2>
        <p className="confidence">{confidence(ring, text)}</p>
        <p className="muted small">
          {t(`statusHelp.${ring.status}`)} {t('app.onlyPeople')}
        </p>
      </section>
      <section>
        <h2>{t('ring.reasons')}</h2>
        <p className="muted small">{t('ring.reasonsHelp')}</p>
        <ul className="reasons">
          {ring.reasons.map((r) => (
            <ReasonItem
              key={r.index}
              reason={r}
              chosen={r.index === reason}
              showDetector={detectors.size > 1}
              onChoose={onReason}
            />
          ))}
        </ul>
      </section>
      <section>
        <h2>{t('ring.innocent')}</h2>
        <Explanations innocent={ring.innocent} />
      </section>
      <section>
        <h2>{t('ring.timeline')}</h2>
        <Suspense fallback={<Loading rows={3} />}>
          <Timeline ring={ring} reason={reason} />
        </Suspense>
      </section>
    </aside>
  );
}
