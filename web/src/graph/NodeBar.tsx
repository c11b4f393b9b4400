import { Button, Dropdown, Space, Tooltip } from 'antd';
import { Icon } from '../app/icons';
import { leaveMenu } from '../app/keyboard';
import { KindMark } from '../app/marks';
import { useText } from '../i18n';
import type { Wanted } from './model';
import { useFocus } from './store';
import { type Actions, expandable } from './useActions';
import type { ViewControls } from './useView';
import { CAPS } from './view';

interface NodeBarProps {
  readonly want: Wanted;
  readonly actions: Actions;
  readonly controls: ViewControls;
}

/** What can be done with the selection: below the canvas, where it covers nothing. */
export function NodeBar({ want, actions, controls }: NodeBarProps) {
  const { t } = useText();
  const selected = useFocus((f) => f.selected).filter((key) => want.nodes.has(key));
  const select = useFocus((f) => f.select);
  const only = selected.length === 1 ? want.nodes.get(selected[0]!) : undefined;
  if (selected.length === 0) return null;
  const pinned = selected.every((key) => controls.view.pinned.some((p) => p.key === key));
  return (
    <section className="node-bar" aria-label={t('graph.selected', { count: selected.length })}>
      {only ? (
        <span className="node-name">
          <KindMark kind={only.kind} role={only.role} size={14} />
          <strong title={only.id}>{only.label}</strong>
          <small>{only.role ? t(`role.${only.role}`) : t(`kind.${only.kind}`)}</small>
        </span>
      ) : (
        <strong>{t('graph.selected', { count: selected.length })}</strong>
      )}
      {only ? <ExpandButtons nodeKey={only.key} want={want} actions={actions} /> : null}
      <span className="node-bar-end">
        {only && controls.view.expanded.some((e) => e.of === only.key) ? (
          <Button size="small" onClick={() => actions.collapse(only.key)}>
            {t('graph.collapse')}
          </Button>
        ) : null}
        {only ? (
          <>
            <Button size="small" onClick={() => actions.selectNeighbours(only.key)}>
              {t('graph.selectNeighbours')}
            </Button>
            <Button size="small" onClick={() => actions.isolate(only.key)}>
              {t('graph.hideOthers')}
            </Button>
            <Button
              size="small"
              icon={<Icon name="profile" size={14} />}
              onClick={() => actions.openProfile(only.key)}
            >
              {t('graph.profile')}
            </Button>
          </>
        ) : null}
        <Tooltip title={pinned ? t('graph.unpin') : t('graph.pin')}>
          <Button
            size="small"
            type={pinned ? 'primary' : 'default'}
            icon={<Icon name="pin" size={14} />}
            aria-label={pinned ? t('graph.unpin') : t('graph.pin')}
            onClick={() => actions.togglePin(selected)}
          />
        </Tooltip>
        <Tooltip title={t('graph.hide')}>
          <Button
            size="small"
            icon={<Icon name="hide" size={14} />}
            aria-label={t('graph.hide')}
            onClick={() => actions.hide(selected)}
          />
        </Tooltip>
        <Tooltip title={t('graph.clearSelection')}>
          <Button
            size="small"
            type="text"
            icon={<Icon name="close" size={14} />}
            aria-label={t('graph.clearSelection')}
            onClick={() => select([])}
          />
        </Tooltip>
      </span>
    </section>
  );
}

interface ExpandProps {
  readonly nodeKey: string;
  readonly want: Wanted;
  readonly actions: Actions;
}

/** One button a kind, saying “N of M”; its menu chooses the cap. */
function ExpandButtons({ nodeKey, want, actions }: ExpandProps) {
  const { t } = useText();
  const kinds = expandable(want, nodeKey);
  if (kinds.length === 0) return <small className="muted">{t('graph.nothingToExpand')}</small>;
  return (
    <span className="expand-buttons">
      {kinds.map(({ kind, shown, total }) => {
        const label = `${t('graph.expandKind', { kind: t(`kind.${kind}`) })}, ${t('graph.ofTotal', { shown, total })}`;
        return (
          <Space.Compact key={kind}>
            <Button
              size="small"
              data-expand={kind}
              disabled={shown >= total}
              aria-label={label}
              onClick={() => actions.expand(nodeKey, [kind])}
            >
              <KindMark kind={kind} /> {t(`kind.${kind}`)}{' '}
              <small>
                {shown}/{total}
              </small>
            </Button>
            <Dropdown
              trigger={['click']}
              onOpenChange={leaveMenu}
              disabled={shown >= total}
              menu={{
                items: [
                  {
                    type: 'group',
                    label: t('graph.cap'),
                    children: CAPS.map((cap) => ({ key: String(cap), label: String(cap) })),
                  },
                ],
                onClick: ({ key }) => actions.expand(nodeKey, [kind], Number(key)),
              }}
            >
              <Button
                size="small"
                className="cap-button"
                disabled={shown >= total}
                aria-label={`${t('graph.cap')}, ${t(`kind.${kind}`)}`}
                icon={<Icon name="down" size={12} />}
              />
            </Dropdown>
          </Space.Compact>
        );
      })}
    </span>
  );
}
