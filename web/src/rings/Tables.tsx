import { Tabs } from 'antd';
import { useHotkeys } from 'react-hotkeys-hook';
import type { RingDetail } from '../api/types';
import type { TABLES } from '../app/address';
import type { Wanted } from '../graph/model';
import { useText } from '../i18n';
import { NodesTable } from './NodesTable';
import { SettlementsTable } from './SettlementsTable';

interface TablesProps {
  readonly ring: RingDetail;
  readonly want: Wanted;
  readonly table: (typeof TABLES)[number];
  readonly reason: number | undefined;
  onTable(table: (typeof TABLES)[number]): void;
  onReason(index: number | undefined): void;
  onReveal(key: string): void;
}

/** Everything the canvas shows, as tables; choosing a row chooses on the canvas and back. */
export function Tables(props: TablesProps) {
  const { ring, want, table, reason, onTable, onReason, onReveal } = props;
  const { t } = useText();
  useHotkeys('t', () => onTable(table === 'nodes' ? 'settlements' : 'nodes'), [table, onTable]);
  return (
    <section className="tables" aria-label={t('ring.tables')}>
      <Tabs
        size="small"
        activeKey={table}
        onChange={(key) => onTable(key as (typeof TABLES)[number])}
        items={[
          {
            key: 'settlements',
            label: t('ring.settlements'),
            children: <SettlementsTable ring={ring} reason={reason} onReason={onReason} />,
          },
          {
            key: 'nodes',
            label: (
              <>
                {t('ring.nodes')} <small className="count">{want.nodes.size}</small>
              </>
            ),
            children: <NodesTable want={want} onReveal={onReveal} />,
          },
        ]}
      />
    </section>
  );
}
