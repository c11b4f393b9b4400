import { useNavigate } from '@tanstack/react-router';
import { Modal } from 'antd';
import { useHotkeys } from 'react-hotkeys-hook';
import { create } from 'zustand';
import { useText } from '../i18n';
import { keepRun } from './address';

export const useShortcuts = create<{ open: boolean; show(open: boolean): void }>()((set) => ({
  open: false,
  show: (open) => set({ open }),
}));

const KEYS = [
  ['/', 'search'],
  ['j  k', 'nextRing'],
  ['f', 'fit'],
  ['l', 'layout'],
  ['c', 'circular'],
  ['o', 'noverlap'],
  ['e', 'expand'],
  ['x', 'hide'],
  ['p', 'pin'],
  ['i', 'profile'],
  ['z  Z', 'undo'],
  ['t', 'table'],
  ['Esc', 'escape'],
  ['g r  g p  g j  g u', 'go'],
  ['Shift+L', 'language'],
  ['Shift+D', 'theme'],
  ['?', 'help'],
] as const;

/** The list that `?` shows, and the keys that work on every page. */
export function Shortcuts() {
  const { t } = useText();
  const { open, show } = useShortcuts();
  const navigate = useNavigate();
  useHotkeys('?', () => show(!useShortcuts.getState().open), { useKey: true });
  useHotkeys('g>r', () => void navigate({ to: '/rings', search: keepRun }));
  useHotkeys('g>p', () => void navigate({ to: '/profiles', search: keepRun }));
  useHotkeys('g>j', () => void navigate({ to: '/jobs', search: keepRun }));
  useHotkeys('g>u', () => void navigate({ to: '/runs', search: keepRun }));
  return (
    <Modal
      open={open}
      onCancel={() => show(false)}
      footer={null}
      title={t('keys.title')}
      width={520}
      destroyOnHidden
    >
      <dl className="keys">
        {KEYS.map(([keys, label]) => (
          <div key={label}>
            <dt>
              {keys.split('  ').map((k) => (
                <kbd key={k}>{k}</kbd>
              ))}
            </dt>
            <dd>{t(`keys.${label}`)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
