import { Alert } from 'antd';
import type { RunDetail } from '../api/types';
import { numbers, PlainTable } from '../app/PlainTable';
import { useText } from '../i18n';

/** Why a detector did not run, in words where the reason is tables that are missing. */
function useWhy() {
  const { t, lang } = useText();
  return (reason: string | undefined): string => {
    const tables = reason?.match(/^no (\w+(?:, \w+)*)$/)?.[1]?.split(', ');
    if (!tables) return reason ?? '—';
    return t('run.missing', { table: tables.join(lang === 'zh' ? '、' : ', ') });
  };
}

/** Every detector of a run: those that could not run are named first, never passed over. */
export function Detectors({ run }: { readonly run: RunDetail }) {
  const { t, detector, number } = useText();
  const why = useWhy();
  const missing = run.detectors.filter((d) => d.status === 'not-run');
  return (
    <section className="detectors">
      {missing.length > 0 ? (
        <Alert
          type="warning"
          showIcon
          title={t('run.notRunTitle', { count: missing.length })}
          description={
            <ul>
              {missing.map((d) => (
                <li key={d.detector}>
                  {detector(d.detector)}: {why(d.reason)}
                </li>
              ))}
            </ul>
          }
        />
      ) : null}
      <h2>{t('run.detectors')}</h2>
      <PlainTable
        head={[
          { label: t('run.detectors') },
          { label: t('jobs.state') },
          { label: t('run.raised'), title: t('run.raisedHelp'), right: true },
          ...numbers(t('run.took')),
        ]}
      >
        {run.detectors.map((d) => (
          <tr key={d.detector}>
            <th scope="row">
              {detector(d.detector)} <small className="muted mono">v{d.version}</small>
            </th>
            <td>{d.status === 'ran' ? t('run.ran') : `${t('run.notRun')}: ${why(d.reason)}`}</td>
            <td className="right">{d.status === 'ran' ? number(d.findings) : '—'}</td>
            <td className="right">
              {d.status === 'ran' ? t('run.seconds', { n: number(d.seconds) }) : '—'}
            </td>
          </tr>
        ))}
      </PlainTable>
    </section>
  );
}
