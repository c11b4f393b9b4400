import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Table, type TableColumnsType, Tabs } from 'antd';
import { useProfiles } from '../api/queries';
import { ENTITY_KINDS, type EntityKind, entityKey, type ProfileLine } from '../api/types';
import { GradeMark, KindMark } from '../app/marks';
import { Failed, Loading, Notice } from '../app/states';
import { useText } from '../i18n';

const PAGE = 50;

/** Risk profiles of one kind, riskiest first. */
export function ProfilesPage() {
  const { t, number } = useText();
  const search = useSearch({ from: '/profiles' });
  const navigate = useNavigate({ from: '/profiles' });
  const kind: EntityKind = search.kind ?? 'institution';
  const page = Math.max(1, Number(search.page ?? 1));
  const query = useProfiles(kind, search.run, (page - 1) * PAGE, PAGE);
  const columns: TableColumnsType<ProfileLine> = [
    {
      title: t('profile.grade'),
      dataIndex: 'grade',
      width: 80,
      render: (_, row) => <GradeMark grade={row.grade} />,
    },
    {
      title: t('table.name'),
      dataIndex: 'label',
      render: (label: string, row) => (
        <span className="node-cell">
          <KindMark kind={row.kind} />
          <Link
            to="/profiles/$kind/$id"
            params={{ kind: row.kind, id: row.id }}
            search={{ run: search.run }}
          >
            {label}
          </Link>
        </span>
      ),
    },
    {
      title: t('table.code'),
      dataIndex: 'id',
      ellipsis: true,
      render: (id: string) => <span className="mono">{id}</span>,
    },
    {
      title: t('profile.score'),
      dataIndex: 'score',
      align: 'right',
      width: 110,
      render: (score: number) => score.toFixed(3),
    },
    {
      title: t('profile.findingsCount'),
      dataIndex: 'findings',
      align: 'right',
      width: 110,
      render: number,
    },
  ];
  return (
    <div className="page page-wide">
      <header className="page-head">
        <h1>
          {t('profile.title')} <small className="muted">{t('profile.riskiest')}</small>
        </h1>
      </header>
      <p className="muted">{t('profile.gradeHelp')}</p>
      <Tabs
        activeKey={kind}
        onChange={(key) =>
          void navigate({ search: (old) => ({ ...old, kind: key as EntityKind, page: undefined }) })
        }
        items={ENTITY_KINDS.map((key) => ({ key, label: t(`kind.${key}`) }))}
      />
      {query.isPending ? <Loading rows={8} /> : null}
      {query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data && query.data.total === 0 ? (
        <Notice title={t('profile.none')} help={t('runs.noneHelp')} />
      ) : null}
      {query.data && query.data.total > 0 ? (
        <Table<ProfileLine>
          size="small"
          rowKey={(row) => entityKey(row)}
          columns={columns}
          dataSource={query.data.profiles}
          loading={query.isPlaceholderData}
          scroll={{ x: 620 }}
          pagination={{
            current: page,
            pageSize: PAGE,
            total: query.data.total,
            hideOnSinglePage: true,
            showSizeChanger: false,
            onChange: (n) =>
              void navigate({ search: (old) => ({ ...old, page: n > 1 ? String(n) : undefined }) }),
          }}
        />
      ) : null}
    </div>
  );
}
