import { App, Button } from 'antd';
import { useJobs, useStartRebuild } from '../api/queries';
import { Failed, Loading, Notice } from '../app/states';
import { useFailed } from '../app/useFailed';
import { useText } from '../i18n';
import { JobItem } from './JobItem';

/** Imports and rebuilds: how far they are, why they failed, stop and retry. */
export function JobsPage() {
  const { t } = useText();
  const { message } = App.useApp();
  const failed = useFailed();
  const jobs = useJobs();
  const rebuild = useStartRebuild();
  const start = (
    <Button
      type="primary"
      title={t('jobs.rebuildHelp')}
      loading={rebuild.isPending}
      onClick={() =>
        rebuild.mutate(undefined, {
          onSuccess: () => void message.success(t('jobs.rebuildStarted')),
          onError: failed,
        })
      }
    >
      {t('jobs.rebuild')}
    </Button>
  );
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('jobs.title')}</h1>
        {start}
      </header>
      <p className="muted">{t('jobs.help')}</p>
      {jobs.isPending ? <Loading rows={5} /> : null}
      {jobs.isError ? <Failed error={jobs.error} retry={() => void jobs.refetch()} /> : null}
      {jobs.data?.jobs.length === 0 ? (
        <Notice title={t('jobs.none')} help={t('jobs.noneHelp')} />
      ) : null}
      {jobs.data && jobs.data.jobs.length > 0 ? (
        <ul className="jobs">
          {jobs.data.jobs.map((job) => (
            <JobItem key={job.id} job={job} />
          ))}
        </ul>
      ) : null}
    </div>
  );
}
