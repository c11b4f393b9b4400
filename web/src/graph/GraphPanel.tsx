import { Button } from 'antd';
import { type KeyboardEvent, lazy, type Ref, Suspense, useCallback, useRef, useState } from 'react';
import { useHotkeys } from 'react-hotkeys-hook';
import { isChord } from '../app/keyboard';
import { Failed, LoadingCanvas, Notice } from '../app/states';
import { useText } from '../i18n';
import type { CanvasHandle } from './Canvas';
import { Legend } from './Legend';
import type { Layout } from './layout';
import { NodeBar } from './NodeBar';
import { useFocus } from './store';
import { Toolbar } from './Toolbar';
import type { Actions } from './useActions';
import type { RingGraphState } from './useRingGraph';
import type { ViewControls } from './useView';
import { hasWebgl } from './webgl';

// Apart from the rest: a browser without WebGL never loads it.
const Canvas = lazy(() => import('./Canvas'));

const STEP = 0.12;
const PANS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, STEP],
  ArrowDown: [0, -STEP],
};

/** Escape closes what is open over the page first. */
const isPopupOpen = () =>
  document.querySelector(
    '.ant-dropdown:not(.ant-dropdown-hidden), .ant-modal-wrap, .ant-drawer-open, .ant-popover:not(.ant-popover-hidden)',
  ) !== null;

interface GraphPanelProps {
  readonly state: RingGraphState;
  readonly controls: ViewControls;
  readonly actions: Actions;
  readonly layout: Layout;
  onLayout(layout: Layout): void;
  readonly handle: Ref<CanvasHandle>;
  readonly canvas: { readonly current: CanvasHandle | null };
}

export function GraphPanel(props: GraphPanelProps) {
  const { state, controls, actions, layout, onLayout, handle, canvas } = props;
  const { t } = useText();
  const [running, setRunning] = useState(false);
  const selected = useFocus((f) => f.selected);
  const panel = useRef<HTMLDivElement>(null);

  const relayout = useCallback(
    (which: Layout) => {
      onLayout(which);
      canvas.current?.layout(which);
    },
    [onLayout, canvas],
  );
  const expandNode = useCallback((key: string) => actions.expand(key), [actions]);

  useHotkeys('f', () => canvas.current?.fit());
  useHotkeys('l', () => (running ? canvas.current?.stop() : relayout('force')), [
    running,
    relayout,
  ]);
  useHotkeys('c', () => relayout('circular'), [relayout]);
  useHotkeys('o', () => relayout('noverlap'), [relayout]);
  useHotkeys('z, mod+z', () => controls.undo(), { preventDefault: true }, [controls]);
  useHotkeys('shift+z, mod+shift+z, mod+y', () => controls.redo(), { preventDefault: true }, [
    controls,
  ]);
  useHotkeys('e', () => selected[0] && actions.expand(selected[0]), [selected, actions]);
  useHotkeys('x, delete', () => actions.hide(selected), [selected, actions]);
  useHotkeys('p', () => actions.togglePin(selected), { ignoreEventWhen: isChord }, [
    selected,
    actions,
  ]);
  useHotkeys('i', () => selected[0] && actions.openProfile(selected[0]), [selected, actions]);
  useHotkeys('escape', () => useFocus.getState().select([]), { ignoreEventWhen: isPopupOpen });

  function onKeyDown(event: KeyboardEvent): void {
    const pan = PANS[event.key];
    if (pan) canvas.current?.pan(...pan);
    else if (event.key === '+' || event.key === '=') canvas.current?.zoom(1.5);
    else if (event.key === '-') canvas.current?.zoom(1 / 1.5);
    else return;
    event.preventDefault();
  }

  if (state.error && !state.ring)
    return <Failed error={state.error} title={t('graph.failed')} retry={state.retry} />;
  return (
    <div
      className="graph-panel"
      ref={panel}
      data-nodes={state.want.nodes.size}
      data-running={running}
    >
      <div className="graph-head">
        <Toolbar
          controls={controls}
          layout={layout}
          running={running}
          hidden={controls.view.hidden.length}
          onLayout={relayout}
          onStop={() => canvas.current?.stop()}
          onFit={() => canvas.current?.fit()}
          onZoom={(factor) => canvas.current?.zoom(factor)}
          onShowHidden={actions.showHidden}
        />
        {state.ring && state.ring.shown < state.ring.total ? (
          <span className="trimmed">
            {t('ring.trimmed', { shown: state.ring.shown, total: state.ring.total })}
            <Button type="link" size="small" onClick={state.drawAll}>
              {t('ring.drawAll')}
            </Button>
          </span>
        ) : null}
      </div>
      {hasWebgl() ? (
        <div
          className="canvas-box"
          role="application"
          aria-label={`${t('graph.label')}. ${t('graph.help')}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the canvas is moved with the keyboard
          tabIndex={0}
          onKeyDown={onKeyDown}
        >
          {state.version > 0 ? (
            <Suspense fallback={<LoadingCanvas />}>
              <Canvas
                graph={state.graph}
                version={state.version}
                added={state.added}
                layout={layout}
                handle={handle}
                onRunning={setRunning}
                onPin={actions.pinAt}
                onExpand={expandNode}
              />
            </Suspense>
          ) : (
            <LoadingCanvas />
          )}
          {state.version > 0 && state.want.nodes.size === 0 ? (
            <div className="canvas-over">
              <Notice compact title={t('graph.empty')}>
                <Button onClick={actions.showHidden}>
                  {t('graph.showHidden', { count: controls.view.hidden.length })}
                </Button>
              </Notice>
            </div>
          ) : null}
        </div>
      ) : (
        <Notice compact icon="warning" title={t('graph.noWebgl')} help={t('graph.noWebglHelp')} />
      )}
      <Legend want={state.want} />
      <NodeBar want={state.want} actions={actions} controls={controls} />
    </div>
  );
}
