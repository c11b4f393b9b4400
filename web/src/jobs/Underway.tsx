import { Link } from '@tanstack/react-router';
import { useJobs } from '../api/queries';
import { FINAL_STATES } from '../api/types';
import { Notice } from '../app/states';
import { useText } from '../i18n';
import { JobItem } from './JobItem';

/** Before the first run is published: what is being done about it, or what to do. */
export function Underway() {
  const { t } = useText();
  const jobs = useJobs(2000);
  const open = jobs.data?.jobs.filter((job) => !FINAL_STATES.includes(job.state)) ?? [];
  const failed = jobs.data?.jobs[0]?.state === 'failed' ? jobs.data.jobs.slice(0, 1) : [];
  const shown = open.length > 0 ? open : failed;
  if (shown.length === 0)
    return (
      <Notice title={t('state.emptyNoRun')} help={t('state.emptyNoRunHelp')}>
        <Link to="/jobs">{t('nav.jobs')}</Link>
      </Notice>
    );
  return (
    <div className="page">
      <h1>{open.length > 0 ? t('state.firstRun') : t('state.emptyNoRun')}</h1>
      <p className="muted">
        {open.length > 0 ? t('state.firstRunHelp') : t('state.emptyNoRunHelp')}
      </p>
      <ul className="jobs">
        {shown.map((job) => (
          <JobItem key={job.id} job={job} />
        ))}
      </ul>
    </div>
  );
}
