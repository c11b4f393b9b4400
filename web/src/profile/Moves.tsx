import { Link } from '@tanstack/react-router';
import type { EntityProfile, ProfilePart } from '../api/types';
import { GradeMark } from '../app/marks';
import { useText } from '../i18n';

/** A signed change of a score. */
const signed = (by: number) => `${by > 0 ? '+' : by < 0 ? '−' : '±'}${Math.abs(by).toFixed(3)}`;

function useSentence() {
  const { t, detector, percent } = useText();
  return ({ code, ring = '', reason = '', measured = 0, via, ...part }: ProfilePart): string => {
    const share = percent(measured);
    switch (code) {
      case 'dismissed':
        return t('moves.dismissed', { ring, reason, share });
      case 'record':
        return t('moves.record', { ring, share, detector: detector(part.detector ?? '') });
      case 'confirmed':
        return reason
          ? t('moves.confirmedBecause', { ring, reason })
          : t('moves.confirmed', { ring });
      case 'spread':
        return t('moves.spread', { share, via: via?.label ?? '' });
    }
  };
}

function Part({ part }: { readonly part: ProfilePart }) {
  const sentence = useSentence();
  return (
    <li>
      <strong className="mono">{signed(part.by)}</strong>{' '}
      {part.via ? (
        <Link
          to="/profiles/$kind/$id"
          params={{ kind: part.via.kind, id: part.via.id }}
          search={(old) => ({ run: old.run })}
        >
          {sentence(part)}
        </Link>
      ) : (
        sentence(part)
      )}
    </li>
  );
}

/** What verdicts did to a score, how it changed since the run before, and how soon to look again. */
export function Moves({ profile }: { readonly profile: EntityProfile }) {
  const { t } = useText();
  const { score, grade, previous, inspectionMonths, parts } = profile;
  if (score === null || inspectionMonths === null) return null;
  const by = previous ? score - previous.score : 0;
  return (
    <section>
      <h3>{t('moves.title')}</h3>
      <dl className="inline-facts">
        <div>
          <dt>{t('moves.since')}</dt>
          <dd>
            {previous === null ? (
              t('moves.sinceNone')
            ) : by === 0 && previous.grade === grade ? (
              t('moves.same')
            ) : (
              <>
                <span className="mono">{signed(by)}</span> <GradeMark grade={previous.grade} /> →{' '}
                {grade ? <GradeMark grade={grade} /> : null}
              </>
            )}
          </dd>
        </div>
        <div>
          <dt>{t('moves.inspection')}</dt>
          <dd>{t('moves.months', { count: inspectionMonths })}</dd>
        </div>
      </dl>
      {parts.length > 0 ? (
        <ul>
          {parts.map((part, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the order is what they are told apart by
            <Part key={i} part={part} />
          ))}
        </ul>
      ) : (
        <p className="muted">{t('moves.none')}</p>
      )}
    </section>
  );
}
