import type { SettlementRow } from '../api/types';
import { numbers, PlainTable } from '../app/PlainTable';
import { useText } from '../i18n';

/** The lines of one settlement and the row of the file that it came from. */
export function FeeLines({ row }: { readonly row: SettlementRow }) {
  const { t, number, yuan } = useText();
  return (
    <div className="fee-lines">
      <dl className="inline-facts">
        {(['total', 'fund', 'account', 'cash'] as const).map((key) => (
          <div key={key}>
            <dt>{t(`table.${key}`)}</dt>
            <dd>{yuan(row[key])}</dd>
          </div>
        ))}
        {row.doctor ? (
          <div>
            <dt>{t('table.doctor')}</dt>
            <dd className="mono">{row.doctor}</dd>
          </div>
        ) : null}
        {row.source ? (
          <div>
            <dt>{t('table.source')}</dt>
            <dd className="mono">{t('table.sourceRow', row.source)}</dd>
          </div>
        ) : null}
      </dl>
      {row.feeLines.length === 0 ? (
        <p className="muted">{t('table.noLines')}</p>
      ) : (
        <PlainTable
          caption={
            <>
              {t('table.lines')}
              {row.feeLineCount > row.feeLines.length
                ? ` · ${t('table.linesOf', { shown: row.feeLines.length, total: row.feeLineCount })}`
                : ''}
            </>
          }
          head={[
            { label: t('table.item') },
            ...numbers(t('table.count'), t('table.price'), t('table.amount')),
          ]}
        >
          {row.feeLines.map((line, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no key and never move
            <tr key={i}>
              <td>
                {line.itemName ?? line.item ?? '—'}{' '}
                {line.itemName && line.item ? <small className="mono">{line.item}</small> : null}
              </td>
              <td className="right">{line.count === null ? '—' : number(line.count)}</td>
              <td className="right">{line.price ?? '—'}</td>
              <td className="right">{yuan(line.amount)}</td>
            </tr>
          ))}
        </PlainTable>
      )}
    </div>
  );
}
