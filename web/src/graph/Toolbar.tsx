import { Button, Tooltip } from 'antd';
import { Icon, type IconName } from '../app/icons';
import { useText } from '../i18n';
import { LAYOUTS, type Layout } from './layout';
import type { ViewControls } from './useView';

interface ToolProps {
  readonly icon: IconName;
  readonly label: string;
  readonly keys?: string;
  readonly disabled?: boolean;
  readonly active?: boolean;
  onClick(): void;
}

function Tool({ icon, label, keys, disabled = false, active = false, onClick }: ToolProps) {
  return (
    <Tooltip title={keys ? `${label}  ${keys}` : label} placement="bottom">
      <Button
        type="text"
        size="small"
        className={active ? 'tool active' : 'tool'}
        icon={<Icon name={icon} />}
        aria-label={label}
        disabled={disabled}
        onClick={onClick}
      />
    </Tooltip>
  );
}

const LAYOUT_ICONS: Readonly<Record<Layout, IconName>> = {
  force: 'force',
  circular: 'circles',
  noverlap: 'spread',
};
const LAYOUT_KEYS: Readonly<Record<Layout, string>> = { force: 'l', circular: 'c', noverlap: 'o' };

interface ToolbarProps {
  readonly controls: ViewControls;
  readonly layout: Layout;
  readonly running: boolean;
  readonly hidden: number;
  onLayout(layout: Layout): void;
  onStop(): void;
  onFit(): void;
  onZoom(factor: number): void;
  onShowHidden(): void;
}

export function Toolbar(props: ToolbarProps) {
  const { controls, layout, running, hidden } = props;
  const { t } = useText();
  return (
    <div className="toolbar" role="toolbar" aria-label={t('graph.layouts')}>
      {LAYOUTS.map((which) => (
        <Tool
          key={which}
          icon={LAYOUT_ICONS[which]}
          label={t(`graph.${which}`)}
          keys={LAYOUT_KEYS[which]}
          active={layout === which}
          onClick={() => props.onLayout(which)}
        />
      ))}
      <Tool
        icon="stop"
        label={t('graph.stop')}
        keys="l"
        disabled={!running}
        onClick={props.onStop}
      />
      <span className="toolbar-gap" />
      <Tool icon="plus" label={t('graph.zoomIn')} keys="+" onClick={() => props.onZoom(1.5)} />
      <Tool
        icon="minus"
        label={t('graph.zoomOut')}
        keys="−"
        onClick={() => props.onZoom(1 / 1.5)}
      />
      <Tool icon="fit" label={t('graph.fit')} keys="f" onClick={props.onFit} />
      <span className="toolbar-gap" />
      <Tool
        icon="undo"
        label={t('graph.undo')}
        keys="z"
        disabled={!controls.canUndo}
        onClick={controls.undo}
      />
      <Tool
        icon="redo"
        label={t('graph.redo')}
        keys="Z"
        disabled={!controls.canRedo}
        onClick={controls.redo}
      />
      <Tool
        icon="reset"
        label={t('graph.reset')}
        disabled={!controls.changed}
        onClick={controls.reset}
      />
      {hidden > 0 ? (
        <Button type="link" size="small" onClick={props.onShowHidden}>
          {t('graph.showHidden', { count: hidden })}
        </Button>
      ) : null}
    </div>
  );
}
