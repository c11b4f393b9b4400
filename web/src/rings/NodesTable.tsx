import { Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import type { EntityKind, Role } from '../api/types';
import { KindMark } from '../app/marks';
import type { Wanted } from '../graph/model';
import { useFocus } from '../graph/store';
import { useText } from '../i18n';
import { shortCode } from '../i18n/format';

interface Row {
  readonly key: string;
  readonly kind: EntityKind;
  readonly role: Role | undefined;
  readonly id: string;
  readonly label: string;
  readonly links: number;
  readonly settlements: number;
  readonly money: number;
}

function rowsOf(want: Wanted): Row[] {
  const sums = new Map<string, { links: number; settlements: number; money: number }>();
  for (const e of want.edges.values())
    for (const end of [e.source, e.target]) {
      const s = sums.get(end) ?? { links: 0, settlements: 0, money: 0 };
      s.links += 1;
      s.settlements += e.count;
      s.money += Number(e.money);
      sums.set(end, s);
    }
  return [...want.nodes.values()].map((n) => ({
    key: n.key,
    kind: n.kind,
    role: n.role,
    id: n.id,
    label: n.label,
    ...(sums.get(n.key) ?? { links: 0, settlements: 0, money: 0 }),
  }));
}

interface NodesTableProps {
  readonly want: Wanted;
  onReveal(key: string): void;
}

export function NodesTable({ want, onReveal }: NodesTableProps) {
  const { t, number, yuan } = useText();
  const rows = useMemo(() => rowsOf(want), [want]);
  const selected = useFocus((f) => f.selected);
  const { select, hover, toggle } = useFocus.getState();
  const columns: TableColumnsType<Row> = [
    {
      title: t('table.name'),
      dataIndex: 'label',
      width: 210,
      sorter: (a, b) => a.label.localeCompare(b.label, 'zh'),
      render: (label: string, row) => (
        <span className="node-cell">
          <KindMark kind={row.kind} role={row.role} /> {label === row.id ? shortCode(label) : label}
        </span>
      ),
    },
    {
      title: t('table.role'),
      dataIndex: 'role',
      width: 130,
      filters: [...new Set(rows.map((r) => r.role ?? 'context'))].map((value) => ({
        value,
        text: t(`role.${value}`),
      })),
      onFilter: (value, row) => (row.role ?? 'context') === value,
      render: (role: Role | undefined, row) => (role ? t(`role.${role}`) : t(`kind.${row.kind}`)),
    },
    {
      title: t('table.code'),
      dataIndex: 'id',
      ellipsis: true,
      width: 220,
      render: (id: string) => <span className="mono">{id}</span>,
    },
    {
      title: t('table.links'),
      dataIndex: 'links',
      align: 'right',
      width: 90,
      sorter: (a, b) => a.links - b.links,
      render: number,
    },
    {
      title: t('table.settlements'),
      dataIndex: 'settlements',
      align: 'right',
      width: 120,
      sorter: (a, b) => a.settlements - b.settlements,
      render: number,
    },
    {
      title: t('table.money'),
      dataIndex: 'money',
      align: 'right',
      width: 140,
      sorter: (a, b) => a.money - b.money,
      render: (money: number) => yuan(money.toFixed(2)),
    },
  ];
  return (
    <Table<Row>
      size="small"
      sticky
      rowKey="key"
      columns={columns}
      dataSource={rows}
      scroll={{ x: 870 }}
      showSorterTooltip={false}
      locale={{ emptyText: t('table.noNodes') }}
      pagination={{ defaultPageSize: 50, hideOnSinglePage: true, size: 'small' }}
      rowSelection={{
        selectedRowKeys: [...selected],
        columnWidth: 40,
        // The library repeats a header's check box in a hidden row, where it could be focused.
        columnTitle: <span className="unseen">{t('table.select')}</span>,
        onChange: (keys) => select(keys.map(String)),
        getCheckboxProps: (row) => ({ 'aria-label': row.label }) as object,
      }}
      onRow={(row) => ({
        'data-node': row.key,
        onMouseEnter: () => hover(row.key),
        onMouseLeave: () => hover(undefined),
        onClick: (event) => {
          if (event.shiftKey || event.metaKey || event.ctrlKey) toggle(row.key);
          else select([row.key]);
          onReveal(row.key);
        },
      })}
    />
  );
}
