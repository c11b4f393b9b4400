import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Splitter } from 'antd';
import { useCallback, useEffect, useRef } from 'react';
import { ApiError } from '../api/client';
import { useRing } from '../api/queries';
import type { RingDetail } from '../api/types';
import type { RingSearch } from '../app/address';
import { Failed, Loading, Notice } from '../app/states';
import { useThreeColumns } from '../app/useMedia';
import type { CanvasHandle } from '../graph/Canvas';
import { GraphPanel } from '../graph/GraphPanel';
import type { Layout } from '../graph/layout';
import { useFocus } from '../graph/store';
import { useActions } from '../graph/useActions';
import { useRingGraph } from '../graph/useRingGraph';
import { useView } from '../graph/useView';
import { useText } from '../i18n';
import { Evidence } from './Evidence';
import { RingHeader } from './RingHeader';
import { Tables } from './Tables';

/** One ring: header, graph, evidence and tables, all showing the same selection. */
export function RingView() {
  const { t } = useText();
  const { ringId } = useParams({ from: '/rings/$ringId' });
  const { run } = useSearch({ from: '/rings/$ringId' });
  const ring = useRing(ringId, run);
  if (ring.isPending) return <Loading rows={10} />;
  if (ring.isError) {
    if (ring.error instanceof ApiError && ring.error.status === 404)
      return (
        <Notice title={t('state.notFound')} help={t('state.notFoundHelp')} role="alert">
          <Link to="/rings">{t('state.toRings')}</Link>
        </Notice>
      );
    return <Failed error={ring.error} retry={() => void ring.refetch()} />;
  }
  return <OpenRing key={`${ring.data.ring} ${run}`} ring={ring.data} />;
}

function OpenRing({ ring }: { readonly ring: RingDetail }) {
  const search = useSearch({ from: '/rings/$ringId' });
  const navigate = useNavigate();
  const three = useThreeColumns();
  const controls = useView(ring.ring);
  const state = useRingGraph(ring.ring, search.run, controls.view);
  const actions = useActions(state.graph, state.want, controls);
  const canvas = useRef<CanvasHandle>(null);

  const change = useCallback(
    (next: Partial<RingSearch>) =>
      void navigate({ to: '.', search: (old) => ({ ...old, ...next }), replace: true }),
    [navigate],
  );
  const onLayout = useCallback(
    (layout: Layout) => change({ layout: layout === 'force' ? undefined : layout }),
    [change],
  );
  // A selection belongs to the ring it was made in.
  useEffect(() => () => useFocus.setState({ selected: [], hovered: undefined }), []);

  const reason = search.reason === undefined ? undefined : Number(search.reason);
  const chooseReason = useCallback(
    (index: number | undefined) =>
      change({ reason: index === undefined ? undefined : String(index), table: 'settlements' }),
    [change],
  );

  const graph = (
    <GraphPanel
      state={state}
      controls={controls}
      actions={actions}
      layout={search.layout ?? 'force'}
      onLayout={onLayout}
      handle={canvas}
      canvas={canvas}
    />
  );
  const tables = (
    <Tables
      ring={ring}
      want={state.want}
      table={search.table ?? 'settlements'}
      reason={reason}
      onTable={(table) => change({ table })}
      onReason={chooseReason}
      onReveal={(key) => canvas.current?.reveal(key)}
    />
  );
  const evidence = <Evidence ring={ring} reason={reason} onReason={chooseReason} />;

  return (
    <article className={three ? 'ring three' : 'ring'} aria-label={ring.ring}>
      <RingHeader ring={ring} canvas={canvas} />
      {three ? (
        <Splitter className="ring-split">
          <Splitter.Panel min={420}>
            <Splitter orientation="vertical">
              <Splitter.Panel defaultSize="60%" min={220}>
                {graph}
              </Splitter.Panel>
              <Splitter.Panel min={140}>{tables}</Splitter.Panel>
            </Splitter>
          </Splitter.Panel>
          <Splitter.Panel defaultSize={376} min={300} max="50%">
            {evidence}
          </Splitter.Panel>
        </Splitter>
      ) : (
        <div className="ring-stack">
          <div className="ring-stack-graph">{graph}</div>
          {evidence}
          {tables}
        </div>
      )}
    </article>
  );
}
