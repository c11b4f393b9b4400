import { Link } from '@tanstack/react-router';
import { useRings, useRun } from '../api/queries';
import type { RingPage } from '../api/types';
import { Failed, Loading } from '../app/states';
import { useText } from '../i18n';
import { period } from '../i18n/format';
import { Detectors } from '../jobs/Detectors';
import { Underway } from '../jobs/Underway';
import { asQuery, useListSearch } from './useListSearch';

function Totals({ page }: { readonly page: RingPage }) {
  const { t, yuanShort, number } = useText();
  const sum = page.rings.reduce((total, r) => total + Number(r.fundAtRisk), 0);
  const facts = [
    [t('status.finding'), number(page.facets.statuses.finding ?? 0)],
    [t('run.newThisWeek'), number(page.facets.changes.born ?? 0)],
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

/** What the run as a whole says, until a ring is chosen. */
export function Welcome() {
  const { t } = useText();
  const { search } = useListSearch();
  const rings = useRings({ ...asQuery(search), limit: 50 });
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
      <Totals page={rings.data} />
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
