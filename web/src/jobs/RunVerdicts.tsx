import { Fragment } from 'react';
import type { DetectorRecord, RunDetail } from '../api/types';
import { numbers, PlainTable } from '../app/PlainTable';
import { useText } from '../i18n';

function Precision({ precision, low, high }: Pick<DetectorRecord, 'precision' | 'low' | 'high'>) {
  const { t, percent } = useText();
  if (precision === null) return '—';
  return t('verdicts.interval', {
    share: percent(precision),
    low: percent(low),
    high: percent(high),
  });
}

/** How often each detector was right, by what people found, and why it was not. */
export function RunVerdicts({ verdicts }: Pick<RunDetail, 'verdicts'>) {
  const { t, detector, number } = useText();
  return (
    <section>
      <h2>{t('verdicts.title')}</h2>
      {verdicts ? (
        <>
          <p>
            {t('verdicts.counts', {
              confirmed: number(verdicts.confirmed),
              dismissed: number(verdicts.dismissed),
            })}
          </p>
          <p className="muted small">{t('verdicts.help')}</p>
          <PlainTable
            head={[
              { label: t('verdicts.detector') },
              ...numbers(t('verdicts.confirmed'), t('verdicts.dismissed'), t('verdicts.precision')),
            ]}
          >
            {verdicts.records.map((r) => (
              <Fragment key={r.detector}>
                <tr>
                  <th scope="row">{detector(r.detector)}</th>
                  <td className="right">{number(r.confirmed)}</td>
                  <td className="right">{number(r.dismissed)}</td>
                  <td className="right">
                    <Precision {...r} />
                  </td>
                </tr>
                {r.reasons.map((reason) => (
                  <tr key={reason.reason} className="muted">
                    <td>{t('verdicts.because', { reason: reason.reason })}</td>
                    <td className="right">{number(r.confirmed)}</td>
                    <td className="right">{number(reason.dismissed)}</td>
                    <td className="right">
                      <Precision {...reason} />
                    </td>
                  </tr>
                ))}
              </Fragment>
            ))}
          </PlainTable>
          {verdicts.unknown.length > 0 ? (
            <p className="muted small">
              {t('verdicts.unknown')} <span className="mono">{verdicts.unknown.join(', ')}</span>
            </p>
          ) : null}
        </>
      ) : (
        <p className="muted">{t('verdicts.none')}</p>
      )}
    </section>
  );
}
