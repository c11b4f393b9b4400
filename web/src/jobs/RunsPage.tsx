import { Link } from '@tanstack/react-router';
import { Collapse } from 'antd';
import { useState } from 'react';
import { useRun, useRuns } from '../api/queries';
import type { RunSummary } from '../api/types';
import { keepRun } from '../app/address';
import { Facts } from '../app/Facts';
import { Failed, Loading, Notice } from '../app/states';
import { useText } from '../i18n';
import { dateTime, period } from '../i18n/format';
import { Detectors } from './Detectors';
import { Imports } from './Imports';
import { RunRules } from './RunRules';
import { RunVerdicts } from './RunVerdicts';
import { SelfTest } from './SelfTest';

function RunBody({ id }: { readonly id: string }) {
  const { t } = useText();
  const run = useRun(id);
  if (run.isPending) return <Loading rows={4} />;
  if (run.isError) return <Failed compact error={run.error} retry={() => void run.refetch()} />;
  const facts = [
    [t('run.id'), run.data.id],
    [t('run.period'), period(run.data.period)],
    [t('run.ledger'), String(run.data.ledgerVersion)],
    [t('run.seed'), String(run.data.seed)],
    [t('run.code'), run.data.code],
  ] as const;
  return (
    <>
      <Facts of={facts} />
      <SelfTest run={run.data.id} test={run.data.selfTest} />
      <Detectors run={run.data} />
      <RunVerdicts verdicts={run.data.verdicts} />
      <RunRules rules={run.data.rules} />
      <details>
        <summary>{t('run.parameters')}</summary>
        <pre>{JSON.stringify(run.data.parameters, null, 2)}</pre>
      </details>
    </>
  );
}

function RunTitle({ run }: { readonly run: RunSummary }) {
  const { t } = useText();
  return (
    <span className="run-title">
      <strong>{dateTime(run.publishedAt)}</strong>
      <span>{t('run.findings', { count: run.findings })}</span>
      {run.selfTest.planted > 0 ? (
        <span className="muted">{t('selfTest.brief', run.selfTest)}</span>
      ) : null}
      {run.current ? <em>{t('run.current')}</em> : null}
    </span>
  );
}

/** Published runs with what made them, and the ledger of imports. */
export function RunsPage() {
  const { t } = useText();
  const runs = useRuns();
  const [open, setOpen] = useState<readonly string[]>();
  const list = runs.data?.runs ?? [];
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('runs.title')}</h1>
        <Link to="/calibration" search={keepRun}>
          {t('calibration.link')}
        </Link>
      </header>
      {runs.isPending ? <Loading rows={4} /> : null}
      {runs.isError ? <Failed error={runs.error} retry={() => void runs.refetch()} /> : null}
      {runs.data && list.length === 0 ? (
        <Notice title={t('runs.none')} help={t('runs.noneHelp')}>
          <Link to="/jobs">{t('nav.jobs')}</Link>
        </Notice>
      ) : null}
      {list.length > 0 ? (
        <Collapse
          collapsible="header"
          activeKey={[...(open ?? list.slice(0, 1).map((r) => r.id))]}
          onChange={(keys) => setOpen([keys].flat().map(String))}
          items={list.map((run) => ({
            key: run.id,
            label: <RunTitle run={run} />,
            extra: (
              <Link to="/rings" search={{ run: run.current ? undefined : run.id }}>
                {t('runs.view')}
              </Link>
            ),
            children: <RunBody id={run.id} />,
          }))}
        />
      ) : null}
      <Imports />
    </div>
  );
}
