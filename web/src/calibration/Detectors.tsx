import { useMeta } from '../api/queries';
import type { CalibratedDetector } from '../api/types';
import { numbers, PlainTable } from '../app/PlainTable';
import { useText } from '../i18n';
import { DetectorPlot, exceeded, useMeaning } from './DetectorPlot';

function Panel({ of, now }: { readonly of: CalibratedDetector; readonly now: number | undefined }) {
  const { t, detector } = useText();
  const meaning = useMeaning();
  const over = exceeded(of.levels).map((l) => l.nominal);
  if (of.levels.every((l) => l.of === 0))
    return (
      <li className="calibrated" data-detector={of.id}>
        <h3>{detector(of.id)}</h3>
        <p className="muted small">{t('calibration.notRun')}</p>
      </li>
    );
  return (
    <li className="calibrated" data-detector={of.id}>
      <h3>
        {detector(of.id)}{' '}
        <span className={over.length > 0 ? 'chip chip-bad' : 'chip chip-good'}>
          {over.length > 0
            ? t('calibration.over', { levels: over.join(', ') })
            : t('calibration.within')}
        </span>
      </h3>
      <DetectorPlot detector={of} />
      <p className="small">{meaning(of.levels)}</p>
      {now !== undefined && now !== of.version ? (
        <p className="muted small">
          {t('calibration.otherVersion', { measured: of.version, now })}
        </p>
      ) : null}
    </li>
  );
}

/** A drawing and a sentence for each detector, and all of it as a table. */
export function CalibratedDetectors({ list }: { readonly list: readonly CalibratedDetector[] }) {
  const { t, detector } = useText();
  const meta = useMeta();
  const versions = new Map(meta.data?.detectors.map((d) => [d.id, d.version]));
  const levels = list[0]?.levels.map((l) => l.nominal) ?? [];
  return (
    <section>
      <h2>{t('calibration.detectors')}</h2>
      <p className="muted">{t('calibration.detectorsHelp')}</p>
      <ul className="calibrated-list">
        {list.map((d) => (
          <Panel key={d.id} of={d} now={versions.get(d.id)} />
        ))}
      </ul>
      <details>
        <summary>{t('calibration.asTable')}</summary>
        <div className="scroll-x">
          <PlainTable
            caption={t('calibration.tableHelp')}
            head={[{ label: t('calibration.detector') }, ...numbers(...levels.map(String))]}
          >
            {list.map((d) => (
              <tr key={d.id}>
                <th scope="row">{detector(d.id)}</th>
                {d.levels.map((l) => (
                  <td
                    key={l.nominal}
                    className={l.low > l.nominal ? 'right bad' : 'right'}
                    title={t('calibration.interval', { low: l.low, high: l.high })}
                  >
                    {l.hits}/{l.of}
                  </td>
                ))}
              </tr>
            ))}
          </PlainTable>
        </div>
      </details>
    </section>
  );
}
