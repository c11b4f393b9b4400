import { Switch, Table, type TableColumnsType, Tag } from 'antd';
import { useState } from 'react';
import { useRingSettlements } from '../api/queries';
import { parseEntityKey, type RingDetail, type SettlementRow } from '../api/types';
import { Failed, Loading } from '../app/states';
import { useFocus } from '../graph/store';
import { useText } from '../i18n';
import { medTypeName } from '../i18n/codes';
import { dateTime, day, shortCode } from '../i18n/format';
import { reasonSentence } from '../i18n/sentences';
import { FeeLines } from './FeeLines';

const PAGE = 50;

interface SettlementsTableProps {
  readonly ring: RingDetail;
  readonly reason: number | undefined;
  onReason(index: number | undefined): void;
}

const mono = (text: string) => <span className="mono">{text}</span>;

const keysOf = (row: SettlementRow) => [
  `patient:${row.patient}`,
  `institution:${row.institution}`,
  ...(row.doctor ? [`doctor:${row.doctor}`] : []),
];

/** The rows that the evidence rests on, each down to its fee lines and the file it came from. */
export function SettlementsTable({ ring, reason, onReason }: SettlementsTableProps) {
  const { t, lang, yuan } = useText();
  const selected = useFocus((f) => f.selected);
  const [ofSubject, setOfSubject] = useState(false);
  const [page, setPage] = useState(1);
  const one = selected.length === 1 ? selected[0] : undefined;
  const subject = one && parseEntityKey(one)?.kind !== 'drug' ? one : undefined;
  const query = useRingSettlements(ring.ring, {
    run: ring.run,
    reason,
    subject: ofSubject ? subject : undefined,
    offset: (page - 1) * PAGE,
    limit: PAGE,
  });
  const chosen = ring.reasons.find((r) => r.index === reason);
  const related = new Set(selected);

  const columns: TableColumnsType<SettlementRow> = [
    {
      title: t('table.time'),
      dataIndex: 'time',
      width: 150,
      render: (_, row) =>
        row.time ? (
          <span className="nowrap" title={row.clock ? undefined : t('table.dayOnly')}>
            {row.clock ? dateTime(row.time) : day(row.time)}
            {row.refund ? <span className="chip chip-warm">{t('table.refund')}</span> : null}
          </span>
        ) : (
          '—'
        ),
    },
    {
      title: t('table.patient'),
      dataIndex: 'patient',
      ellipsis: true,
      width: 120,
      render: (id: string) => (
        <span className="mono" title={id}>
          {shortCode(id)}
        </span>
      ),
    },
    {
      title: t('table.institution'),
      dataIndex: 'institution',
      ellipsis: true,
      width: 190,
      render: (id: string, row) => <span title={id}>{row.institutionName ?? id}</span>,
    },
    {
      title: t('table.type'),
      dataIndex: 'medType',
      width: 110,
      ellipsis: true,
      render: (code: string | null, row) => medTypeName(code, row.medTypeName, lang),
    },
    {
      title: t('table.disease'),
      dataIndex: 'disease',
      ellipsis: true,
      width: 130,
      render: (code: string | null, row) => row.diseaseName ?? code ?? '—',
    },
    {
      title: t('table.stay'),
      dataIndex: 'begin',
      width: 190,
      render: (_, row) =>
        row.begin && row.end && row.begin !== row.end ? `${row.begin} – ${row.end}` : '—',
    },
    {
      title: t('table.fund'),
      dataIndex: 'fund',
      align: 'right',
      width: 110,
      render: (amount: string | null) => yuan(amount),
    },
    {
      title: t('table.account'),
      dataIndex: 'account',
      align: 'right',
      width: 110,
      render: (amount: string | null) => yuan(amount),
    },
    {
      title: t('table.cash'),
      dataIndex: 'cash',
      align: 'right',
      width: 100,
      render: (amount: string | null) => yuan(amount),
    },
    { title: t('table.id'), dataIndex: 'id', ellipsis: true, width: 150, render: mono },
  ];

  if (query.isPending) return <Loading rows={4} />;
  if (query.isError)
    return <Failed compact error={query.error} retry={() => void query.refetch()} />;
  return (
    <>
      <div className="table-head">
        {chosen ? (
          <Tag closable onClose={() => onReason(undefined)} className="reason-tag">
            {reasonSentence(chosen, lang).text}
          </Tag>
        ) : (
          <span className="muted">{t('ring.allReasons')}</span>
        )}
        <span className="muted">{t('table.totalRows', { total: query.data.total })}</span>
        {subject ? (
          // biome-ignore lint/a11y/noLabelWithoutControl: the switch is the control
          <label className="switch">
            <Switch
              size="small"
              checked={ofSubject}
              onChange={(on) => {
                setOfSubject(on);
                setPage(1);
              }}
            />
            {t('table.ofSubject')}
          </label>
        ) : null}
      </div>
      <Table<SettlementRow>
        size="small"
        sticky
        rowKey="id"
        columns={columns}
        dataSource={query.data.settlements}
        loading={query.isPlaceholderData}
        scroll={{ x: 1360 }}
        locale={{ emptyText: t('table.noSettlements') }}
        rowClassName={(row) => (keysOf(row).some((key) => related.has(key)) ? 'related' : '')}
        pagination={{
          current: page,
          pageSize: PAGE,
          total: query.data.total,
          hideOnSinglePage: true,
          showSizeChanger: false,
          size: 'small',
          onChange: setPage,
        }}
        expandable={{
          expandedRowRender: (row) => <FeeLines row={row} />,
          columnWidth: 40,
          columnTitle: <span className="unseen">{t('table.lines')}</span>,
        }}
        onRow={(row) => ({
          'data-settlement': row.id,
          onClick: (event) => {
            if (!(event.target as HTMLElement).closest('button'))
              useFocus.getState().select(keysOf(row));
          },
        })}
      />
    </>
  );
}
