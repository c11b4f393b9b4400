import { useNavigate, useParams } from '@tanstack/react-router';
import { Button, Tabs } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useHotkeys } from 'react-hotkeys-hook';
import { useRings } from '../api/queries';
import { STATUSES } from '../api/types';
import { isChord } from '../app/keyboard';
import { Failed, Loading, Notice } from '../app/states';
import { useTwoColumns } from '../app/useMedia';
import { useText } from '../i18n';
import { Underway } from '../jobs/Underway';
import { RingCard } from './RingCard';
import { RingFilters } from './RingFilters';
import { asQuery, isFiltered, NO_FILTERS, useListSearch } from './useListSearch';

const PAGE = 50;

function EmptyList({ run }: { readonly run: string | null }) {
  const { t } = useText();
  const two = useTwoColumns();
  const { search, change } = useListSearch();
  // Beside it stands the same at length; alone, it is all there is.
  if (run === null)
    return two ? <p className="list-note">{t('state.emptyNoRun')}</p> : <Underway />;
  if (isFiltered(search))
    return (
      <Notice compact title={t('state.emptyFiltered')} help={t('state.emptyFilteredHelp')}>
        <Button onClick={() => change(NO_FILTERS)}>{t('list.clear')}</Button>
      </Notice>
    );
  const status = search.status ?? 'finding';
  return (
    <Notice
      compact
      title={t('state.emptyStatus')}
      help={
        status === 'finding'
          ? t('state.emptyFinding')
          : `${t('state.listedHere')}${t(`statusHelp.${status}`)}`
      }
    />
  );
}

/** The ranked rings of a run under their three statuses, with filters. */
export function RingList() {
  const { t } = useText();
  const { search, change } = useListSearch();
  const { ringId } = useParams({ strict: false });
  const navigate = useNavigate();
  const [limit, setLimit] = useState(PAGE);
  const query = useRings({ ...asQuery(search), limit });
  const list = useRef<HTMLOListElement>(null);
  const rings = query.data?.rings ?? [];
  const at = rings.findIndex((r) => r.ring === ringId || r.id === ringId);

  const go = (step: number) => {
    const next = rings[at < 0 ? 0 : at + step];
    if (next)
      void navigate({
        to: '/rings/$ringId',
        params: { ringId: next.ring },
        search: (old) => ({
          ...old,
          expand: undefined,
          hide: undefined,
          pin: undefined,
          reason: undefined,
          entity: undefined,
        }),
      });
  };
  useHotkeys('j', () => go(1), { ignoreEventWhen: isChord }, [rings, at]);
  useHotkeys('k', () => go(-1), [rings, at]);
  useEffect(() => {
    if (ringId)
      list.current
        ?.querySelector(`[data-ring="${CSS.escape(ringId)}"]`)
        ?.scrollIntoView({ block: 'nearest' });
  }, [ringId]);

  const counts = query.data?.facets.statuses;
  return (
    <section className="ring-list" aria-label={t('list.title')}>
      <Tabs
        className="status-tabs"
        activeKey={search.status ?? 'finding'}
        onChange={(key) =>
          change({ status: key === 'finding' ? undefined : (key as (typeof STATUSES)[number]) })
        }
        items={STATUSES.map((key) => ({
          key,
          label: (
            <span title={t(`statusHelp.${key}`)}>
              {t(`status.${key}`)} <small className="count">{counts?.[key] ?? 0}</small>
            </span>
          ),
        }))}
      />
      <RingFilters facets={query.data?.facets} />
      <div className="ring-scroll">
        {query.isPending ? <Loading rows={8} /> : null}
        {query.isError ? (
          <Failed compact error={query.error} retry={() => void query.refetch()} />
        ) : null}
        {query.data && rings.length === 0 ? <EmptyList run={query.data.run} /> : null}
        {rings.length > 0 ? (
          <>
            <p className="list-note">
              {t('list.total', { count: query.data?.total ?? 0 })} · {t('list.sorted')}
            </p>
            <ol className="cards" ref={list}>
              {rings.map((ring, i) => (
                <RingCard key={ring.id} ring={ring} rank={i + 1} active={i === at} />
              ))}
            </ol>
            {(query.data?.total ?? 0) > rings.length ? (
              <Button block onClick={() => setLimit(Math.min(500, limit + PAGE))}>
                {t('list.more')}
              </Button>
            ) : null}
          </>
        ) : null}
      </div>
    </section>
  );
}
