import type { RunDetail } from '../api/types';
import { Facts } from '../app/Facts';
import { PlainTable } from '../app/PlainTable';
import { useText } from '../i18n';

/** The bureau's rules that a run used, with their version. */
export function RunRules({ rules }: Pick<RunDetail, 'rules'>) {
  const { t, detector } = useText();
  return (
    <section>
      <h2>{t('rules.title')}</h2>
      {rules ? (
        <Facts
          of={[
            [t('rules.version'), rules.hash],
            [t('rules.region'), rules.region || t('rules.regionNone')],
          ]}
        />
      ) : null}
      {rules && rules.entries.length > 0 ? (
        <PlainTable
          head={(['of', 'sets', 'from', 'where', 'note'] as const).map((name) => ({
            label: t(`rules.${name}`),
          }))}
        >
          {rules.entries.map((rule) => (
            <tr key={`${rule.detector ?? ''}/${rule.region ?? ''}`}>
              <th scope="row">{rule.detector ? detector(rule.detector) : t('rules.codes')}</th>
              <td className="mono">{JSON.stringify(rule.parameters ?? rule.codes)}</td>
              <td>{rule.from}</td>
              <td>{rule.region ?? t('rules.everywhere')}</td>
              <td>{rule.note}</td>
            </tr>
          ))}
        </PlainTable>
      ) : (
        <p className="muted">{t(rules ? 'rules.noneInForce' : 'rules.none')}</p>
      )}
    </section>
  );
}
