import { App, Button } from 'antd';
import { useImports, useStartImport } from '../api/queries';
import type { ImportLine, ImportList } from '../api/types';
import { numbers, PlainTable } from '../app/PlainTable';
import { Failed, Loading, Notice } from '../app/states';
import { useFailed } from '../app/useFailed';
import { useText } from '../i18n';
import { dateTime, period } from '../i18n/format';
import { said } from '../i18n/said';

const COUNTS = ['read', 'accepted', 'rejected', 'changed', 'repeated'] as const;

function ImportItem({ line }: { readonly line: ImportLine }) {
  const { t, lang, number } = useText();
  return (
    <li className="import">
      <div className="job-line">
        <span className={`chip chip-${line.state === 'committed' ? 'good' : 'plain'}`}>
          {t(`runs.states.${line.state}`)}
        </span>
        <strong className="mono">#{line.id}</strong>
        <span className="import-source">{line.source}</span>
        <span className="muted">
          {line.dialect} · {dateTime(line.committedAt)}
          {line.period ? ` · ${period(line.period)}` : ''}
        </span>
      </div>
      <div className="scroll-x">
        <PlainTable
          head={[{ label: t('runs.table') }, ...numbers(...COUNTS.map((c) => t(`runs.${c}`)))]}
        >
          {Object.entries(line.tables).map(([name, counts]) => (
            <tr key={name}>
              <th scope="row" className="mono">
                {name}
              </th>
              {COUNTS.map((c) => (
                <td
                  key={c}
                  className={c === 'rejected' && counts.rejected > 0 ? 'right bad' : 'right'}
                >
                  {number(counts[c])}
                </td>
              ))}
            </tr>
          ))}
        </PlainTable>
      </div>
      {line.warnings.length > 0 ? (
        <details>
          <summary>
            {t('runs.warnings')} {line.warnings.length}
          </summary>
          <ul>
            {line.warnings.map((warning) => (
              <li key={warning}>{said(warning, lang)}</li>
            ))}
          </ul>
        </details>
      ) : null}
    </li>
  );
}

function Inbox({ inbox }: Pick<ImportList, 'inbox'>) {
  const { t } = useText();
  const { message } = App.useApp();
  const failed = useFailed();
  const start = useStartImport();
  if (inbox === null) return <p className="muted">{t('runs.inboxNone')}</p>;
  if (inbox.length === 0) return <p className="muted">{t('runs.inboxEmpty')}</p>;
  return (
    <ul className="jobs">
      {inbox.map(({ name, done }) => (
        <li key={name} className="job job-line">
          <strong className="mono">{name}</strong>
          <span className={`chip chip-${done ? 'good' : 'plain'}`}>
            {done ? t('runs.ready') : t('runs.notDone')}
          </span>
          <span className="job-actions">
            <Button
              size="small"
              disabled={!done}
              onClick={() =>
                start.mutate(name, {
                  onSuccess: () => void message.success(t('runs.importStarted')),
                  onError: failed,
                })
              }
            >
              {t('runs.importNow')}
            </Button>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The ledger: what was read, accepted and rejected, table by table. */
export function Imports() {
  const { t } = useText();
  const imports = useImports();
  return (
    <section>
      <h2>{t('runs.imports')}</h2>
      {imports.isPending ? <Loading rows={4} /> : null}
      {imports.isError ? (
        <Failed compact error={imports.error} retry={() => void imports.refetch()} />
      ) : null}
      {imports.data?.imports.length === 0 ? (
        <Notice compact title={t('runs.importsNone')} help={t('runs.importsNoneHelp')} />
      ) : null}
      <ul className="jobs">
        {imports.data?.imports.map((line) => (
          <ImportItem key={line.id} line={line} />
        ))}
      </ul>
      <h2>{t('runs.inbox')}</h2>
      {imports.data ? <Inbox inbox={imports.data.inbox} /> : null}
    </section>
  );
}
