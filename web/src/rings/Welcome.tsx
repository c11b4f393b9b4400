import { Link } from '@tanstack/react-router';
import { useRings, useRun } from '../api/queries';
import type { FindingStatus, RingPage } from '../api/types';
import { Failed, Loading } from '../app/states';
import { useText } from '../i18n';
import { period } from '../i18n/format';
import { Detectors } from '../jobs/Detectors';
import { Underway } from '../jobs/Underway';
import { asQuery, useListSearch } from './useListSearch';

interface TotalsProps {
  readonly page: RingPage;
  readonly status: FindingStatus;
}

function Totals({ page, status }: TotalsProps) {
  const { t, yuanShort, number } = useText();
  const sum = page.rings.reduce((total, r) => total + Number(r.fundAtRisk), 0);
  const facts = [
    [t(`status.${status}`), number(page.total)],
    [t('run.newThisWeek'), number(page.rings.filter((r) => r.change === 'born').length)],
    [t('run.atRisk'), yuanShort(sum)],
  ] as const;
  return (
    <dl className="totals">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Sums are over so many of the strongest; a run seldom lists more. */
const LISTED = 200;

/** What the run as a whole says, until a ring is chosen. */
export function Welcome() {
  const { t } = useText();
  const { search } = useListSearch();
  const rings = useRings({ ...asQuery(search), limit: LISTED });
  const id = search.run ?? rings.data?.run ?? undefined;
  const run = useRun(id ?? undefined);
  const first = rings.data?.rings[0];
  if (rings.isPending) return <Loading rows={6} />;
  if (rings.isError) return <Failed error={rings.error} retry={() => void rings.refetch()} />;
  if (!rings.data.run) return <Underway />;
  return (
    <div className="welcome">
      <header>
        <h1>{t('run.summary')}</h1>
        {run.data ? <p className="muted">{period(run.data.period)}</p> : null}
      </header>
      <Totals page={rings.data} status={search.status ?? 'finding'} />
      {first ? (
        <p className="welcome-pick">
          {t('list.pickHelp')}{' '}
          <Link to="/rings/$ringId" params={{ ringId: first.ring }} search={(old) => ({ ...old })}>
            {t('list.openFirst')}
          </Link>
        </p>
      ) : null}
      {run.data ? <Detectors run={run.data} /> : null}
    </div>
  );
}
