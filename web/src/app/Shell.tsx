import { Link, Outlet } from '@tanstack/react-router';
import { Button, Dropdown, Tooltip } from 'antd';
import { useHotkeys } from 'react-hotkeys-hook';
import { useFreshRuns, useMeta } from '../api/queries';
import { useText } from '../i18n';
import { EntityDrawer } from '../profile/EntityDrawer';
import { keepRun } from './address';
import { GlobalSearch } from './GlobalSearch';
import { Icon, Mark } from './icons';
import { leaveMenu } from './keyboard';
import { type ThemeChoice, usePreferences } from './preferences';
import { RunPicker } from './RunPicker';
import { Shortcuts, useShortcuts } from './Shortcuts';
import { StatusBanner } from './StatusBanner';
import { SignIn } from './states';
import { useDark } from './theme';

const PAGES = [
  { to: '/rings', label: 'nav.rings' },
  { to: '/profiles', label: 'nav.profiles' },
  { to: '/jobs', label: 'nav.jobs' },
  { to: '/runs', label: 'nav.runs' },
] as const;

function Nav() {
  const { t } = useText();
  return (
    <nav className="nav" aria-label={t('app.nav')}>
      {PAGES.map(({ to, label }) => (
        <Link
          key={to}
          to={to}
          search={keepRun}
          className="nav-link"
          activeProps={{ className: 'nav-link active' }}
          activeOptions={{ includeSearch: false }}
        >
          {t(label)}
        </Link>
      ))}
    </nav>
  );
}

function ThemeButton() {
  const { t } = useText();
  const dark = useDark();
  const { theme, setTheme } = usePreferences();
  const choices: readonly ThemeChoice[] = ['light', 'dark', 'system'];
  return (
    <Dropdown
      trigger={['click']}
      onOpenChange={leaveMenu}
      menu={{
        selectable: true,
        selectedKeys: [theme],
        items: choices.map((key) => ({ key, label: t(`app.${key}`) })),
        onClick: ({ key }) => setTheme(key as ThemeChoice),
      }}
    >
      <Button
        type="text"
        className="icon-button"
        icon={<Icon name={dark ? 'moon' : 'sun'} />}
        aria-label={t('app.theme')}
        data-testid="theme"
      />
    </Dropdown>
  );
}

function LanguageButton() {
  const { t } = useText();
  const { language, setLanguage } = usePreferences();
  return (
    <Button
      type="text"
      className="icon-button language-button"
      aria-label={t('app.language')}
      data-testid="language"
      onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}
    >
      {language === 'zh' ? 'EN' : '中'}
    </Button>
  );
}

export function Shell() {
  const { t } = useText();
  const meta = useMeta();
  useFreshRuns(meta.data?.run);
  const locked = meta.data?.tokenRequired === true && !meta.data.signedIn;
  const dark = useDark();
  const shortcuts = useShortcuts();
  const { language, setLanguage, setTheme } = usePreferences();
  useHotkeys('shift+l', () => setLanguage(language === 'zh' ? 'en' : 'zh'), [language]);
  useHotkeys('shift+d', () => setTheme(dark ? 'light' : 'dark'), [dark]);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t('app.skip')}
      </a>
      <header className="header">
        <Link
          to="/rings"
          search={keepRun}
          className="brand"
          aria-label={`${t('app.name')} ${t('app.tagline')}`}
        >
          <Mark />
          <span className="brand-words">
            <strong>{t('app.name')}</strong>
            <span>{t('app.tagline')}</span>
          </span>
        </Link>
        <Nav />
        <GlobalSearch />
        <div className="header-tools">
          <RunPicker />
          <LanguageButton />
          <ThemeButton />
          <Tooltip title={`${t('app.shortcuts')} ?`}>
            <Button
              type="text"
              className="icon-button shortcuts-button"
              icon={<Icon name="keyboard" />}
              aria-label={t('app.shortcuts')}
              onClick={() => shortcuts.show(true)}
            />
          </Tooltip>
        </div>
      </header>
      {meta.data?.demo ? (
        <aside className="demo-banner" aria-label={t('app.sample')}>
          {t('app.demo')} {t('app.onlyPeople')}
        </aside>
      ) : null}
      <StatusBanner />
      <main id="main" className="main" tabIndex={-1}>
        {locked ? <SignIn /> : <Outlet />}
      </main>
      <EntityDrawer />
      <Shortcuts />
    </div>
  );
}
