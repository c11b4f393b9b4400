import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Form, Input, Skeleton, Spin } from 'antd';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import { useSignIn } from '../api/queries';
import { type Text, useText } from '../i18n';
import { said } from '../i18n/said';
import { Icon } from './icons';

/** The states that every list, table and canvas can be in, each saying what to do. */

interface NoticeProps {
  readonly icon?: Parameters<typeof Icon>[0]['name'];
  readonly title: string;
  readonly help?: ReactNode;
  readonly children?: ReactNode;
  readonly compact?: boolean;
  readonly role?: 'alert' | 'status';
}

export function Notice({ icon = 'empty', title, help, children, compact, role }: NoticeProps) {
  return (
    <div className={compact ? 'notice notice-compact' : 'notice'} role={role}>
      <Icon name={icon} size={compact ? 24 : 40} />
      {compact ? (
        <p className="notice-title">{title}</p>
      ) : (
        <h1 className="notice-title">{title}</h1>
      )}
      {help ? <p className="notice-help">{help}</p> : null}
      {children ? <div className="notice-actions">{children}</div> : null}
    </div>
  );
}

export function Loading({ rows = 4 }: { readonly rows?: number }) {
  const { t } = useText();
  return (
    <div className="loading" role="status" aria-label={t('state.loading')}>
      <Skeleton active title={false} paragraph={{ rows }} />
    </div>
  );
}

export function LoadingCanvas() {
  const { t } = useText();
  return (
    <div className="loading-canvas" role="status">
      <Spin />
      <span>{t('state.loading')}</span>
    </div>
  );
}

export function SignIn() {
  const { t } = useText();
  const signIn = useSignIn();
  return (
    <Notice icon="lock" title={t('state.signIn')} help={t('state.signInHelp')}>
      <Form
        layout="inline"
        onFinish={({ token }: { token: string }) => signIn.mutate(token)}
        disabled={signIn.isPending}
      >
        <Form.Item
          name="token"
          rules={[{ required: true, message: t('state.token') }]}
          {...(signIn.isError
            ? { validateStatus: 'error' as const, help: t('state.wrongToken') }
            : {})}
        >
          <Input.Password aria-label={t('state.token')} placeholder={t('state.token')} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={signIn.isPending}>
          {t('state.enter')}
        </Button>
      </Form>
    </Notice>
  );
}

interface FailedProps {
  readonly error: unknown;
  readonly title?: string;
  readonly retry?: () => void;
  readonly compact?: boolean;
}

/** What failed, why, and the way on. */
export function Failed({ error, title, retry, compact }: FailedProps) {
  const { t, lang } = useText();
  const client = useQueryClient();
  if (error instanceof ApiError && error.status === 401) return <SignIn />;
  const [heading, help] = wordsOf(error, title ?? t('state.failed'), t, lang);
  return (
    <Notice icon="failed" title={heading} help={help} compact={compact ?? false} role="alert">
      <Button onClick={retry ?? (() => void client.refetchQueries({ type: 'active' }))}>
        {t('state.retry')}
      </Button>
    </Notice>
  );
}

function wordsOf(
  error: unknown,
  title: string,
  t: Text['t'],
  lang: Text['lang'],
): readonly [string, string] {
  if (!(error instanceof ApiError)) return [title, error instanceof Error ? error.message : ''];
  if (error.message === 'unreachable') return [t('state.unreachable'), t('state.unreachableHelp')];
  if (error.message === 'unreadable') return [t('state.unreadable'), t('state.unreadableHelp')];
  return [
    title,
    [error.message, error.remedy].flatMap((text) => (text ? said(text, lang) : [])).join(' — '),
  ];
}

export function PageNotFound() {
  const { t } = useText();
  return (
    <Notice icon="empty" title={t('state.pageNotFound')}>
      <Link to="/rings">{t('state.toRings')}</Link>
    </Notice>
  );
}

export function Crashed({ error }: { readonly error: unknown }) {
  const { t } = useText();
  return (
    <Notice icon="failed" title={t('state.crashed')} help={t('state.crashedHelp')} role="alert">
      <code>{error instanceof Error ? error.message : String(error)}</code>
      <Button onClick={() => window.location.reload()}>{t('state.reload')}</Button>
    </Notice>
  );
}
