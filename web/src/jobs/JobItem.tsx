import { Button, Popconfirm, Progress, Spin } from 'antd';
import { useEffect, useState } from 'react';
import { useCancelJob, useJobEvents, useRetryJob } from '../api/queries';
import { FINAL_STATES, type Job } from '../api/types';
import { useFailed } from '../app/useFailed';
import { useText } from '../i18n';
import { phaseName } from '../i18n/codes';
import { dateTime } from '../i18n/format';
import { said } from '../i18n/said';

const COLOURS = {
  waiting: 'plain',
  active: 'accent',
  completed: 'good',
  failed: 'bad',
  cancelled: 'warm',
} as const;

/** Seconds from start to end, counting on while it runs. */
function useSeconds(job: Job): number | undefined {
  const [now, setNow] = useState(() => Date.now());
  const running = job.state === 'active';
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  if (!job.startedAt) return undefined;
  const end = job.finishedAt ? Date.parse(job.finishedAt) : now;
  return Math.max(0, Math.round((end - Date.parse(job.startedAt)) / 1000));
}

function JobProgress({ job }: { readonly job: Job }) {
  const { number, lang } = useText();
  const { progress } = job;
  if (job.state !== 'active' || !progress) return null;
  const { phase, done, total } = progress;
  const name = phaseName(phase, lang);
  const counted = done > 0 ? ` ${number(done)}` : '';
  return (
    <div className="job-progress">
      {total ? (
        <Progress
          size="small"
          percent={Math.min(100, Math.round((done / total) * 100))}
          status="active"
          aria-label={name}
        />
      ) : (
        <Spin size="small" />
      )}
      <small className="muted">
        {name}
        {total ? ` ${number(done)} / ${number(total)}` : counted}
      </small>
    </div>
  );
}

/** One job: how far it is, why it failed, stop and retry. */
export function JobItem({ job }: { readonly job: Job }) {
  const { t, lang, number, jobKind } = useText();
  const cancel = useCancelJob();
  const retry = useRetryJob();
  const final = FINAL_STATES.includes(job.state);
  useJobEvents(job.id, !final);
  const seconds = useSeconds(job);
  const failed = useFailed();
  return (
    <li className={`job job-${job.state}`}>
      <div className="job-line">
        <span className={`chip chip-${COLOURS[job.state]}`}>{t(`jobs.states.${job.state}`)}</span>
        <strong>{jobKind(job.kind)}</strong>
        {job.title ? <span className="muted">{job.title}</span> : null}
        <span className="job-times muted">
          {dateTime(job.createdAt)}
          {seconds === undefined ? '' : ` · ${t('run.seconds', { n: number(seconds) })}`}
          {job.attempts > 1 ? ` · ${t('jobs.attempts', { n: job.attempts })}` : ''}
        </span>
        <span className="job-actions">
          {final ? null : (
            <Popconfirm
              title={t('jobs.cancelSure')}
              okText={t('jobs.stop')}
              cancelText={t('jobs.goOn')}
              onConfirm={() => cancel.mutate(job.id, { onError: failed })}
            >
              <Button size="small" danger loading={cancel.isPending}>
                {t('jobs.cancel')}
              </Button>
            </Popconfirm>
          )}
          {job.state === 'failed' || job.state === 'cancelled' ? (
            <Button
              size="small"
              loading={retry.isPending}
              onClick={() => retry.mutate(job.id, { onError: failed })}
            >
              {t('jobs.retry')}
            </Button>
          ) : null}
        </span>
      </div>
      <JobProgress job={job} />
      {job.error ? (
        <div className="job-error" role="alert">
          <strong>{t('jobs.cause')}</strong> {said(job.error.message, lang)}
          {job.error.remedy ? (
            <p>
              <strong>{t('jobs.remedy')}</strong> {said(job.error.remedy, lang)}
            </p>
          ) : null}
        </div>
      ) : null}
    </li>
  );
}
