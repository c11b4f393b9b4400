import { Link } from '@tanstack/react-router';
import { useCalibration } from '../api/queries';
import type { Calibration } from '../api/types';
import { keepRun } from '../app/address';
import { Facts } from '../app/Facts';
import { Failed, Loading, Notice } from '../app/states';
import { useText } from '../i18n';
import { CalibratedDetectors } from './Detectors';
import { Tails } from './Tails';

function Measured({ of }: { readonly of: Calibration }) {
  const { t, number } = useText();
  const facts = [
    [t('calibration.measuredAt'), of.measuredAt],
    [t('calibration.code'), [of.version, of.revision].filter(Boolean).join(' · ')],
    [
      t('calibration.worlds'),
      t('calibration.worldsOf', {
        worlds: number(of.worlds),
        settlements: number(of.settlements),
      }),
    ],
    [t('calibration.seeds'), of.seeds.join(', ')],
  ] as const;
  return (
    <>
      <p>
        <strong>
          {t('calibration.list', {
            worlds: number(of.worlds),
            with: number(of.list.worlds),
            findings: number(of.list.findings),
            per100k: number(of.list.per100k),
          })}
        </strong>{' '}
        {t('calibration.synthetic')}
      </p>
      <Facts of={facts} />
      <CalibratedDetectors list={of.detectors} />
      <Tails tails={of.tails} />
    </>
  );
}

/** Whether a p-value of .05 is one in twenty: what honest worlds showed, and the tails behind it. */
export function CalibrationPage() {
  const { t } = useText();
  const query = useCalibration();
  return (
    <div className="page page-wide">
      <header className="page-head">
        <h1>{t('calibration.title')}</h1>
        <Link to="/runs" search={keepRun}>
          {t('nav.runs')}
        </Link>
      </header>
      <p className="muted">{t('calibration.help')}</p>
      {query.isPending ? <Loading rows={6} /> : null}
      {query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data?.calibration === null ? (
        <Notice compact title={t('calibration.none')} help={t('calibration.noneHelp')} />
      ) : null}
      {query.data?.calibration ? <Measured of={query.data.calibration} /> : null}
    </div>
  );
}
