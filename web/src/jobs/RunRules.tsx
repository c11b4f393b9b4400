import type { RunDetail } from '../api/types';
import { useText } from '../i18n';

/** The bureau's rules that a run used, with their version. */
export function RunRules({ rules }: Pick<RunDetail, 'rules'>) {
  const { t, detector } = useText();
  return (
    <section>
      <h2>{t('rules.title')}</h2>
      {rules ? (
        <dl className="inline-facts">
          <div>
            <dt>{t('rules.version')}</dt>
            <dd className="mono">{rules.hash}</dd>
          </div>
          <div>
            <dt>{t('rules.region')}</dt>
            <dd className="mono">{rules.region || t('rules.regionNone')}</dd>
          </div>
        </dl>
      ) : null}
      {rules && rules.entries.length > 0 ? (
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{t('rules.of')}</th>
              <th scope="col">{t('rules.sets')}</th>
              <th scope="col">{t('rules.from')}</th>
              <th scope="col">{t('rules.where')}</th>
              <th scope="col">{t('rules.note')}</th>
            </tr>
          </thead>
          <tbody>
            {rules.entries.map((rule) => (
              <tr key={`${rule.detector ?? ''}/${rule.region ?? ''}`}>
                <th scope="row">{rule.detector ? detector(rule.detector) : t('rules.codes')}</th>
                <td className="mono">{JSON.stringify(rule.parameters ?? rule.codes)}</td>
                <td>{rule.from}</td>
                <td>{rule.region ?? t('rules.everywhere')}</td>
                <td>{rule.note}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="muted">{t(rules ? 'rules.noneInForce' : 'rules.none')}</p>
      )}
    </section>
  );
}
