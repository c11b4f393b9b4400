import { Select } from 'antd';
import { lazy, Suspense, useState } from 'react';
import type { CalibratedTail, Realised, TailPoint } from '../api/types';
import { numbers, PlainTable } from '../app/PlainTable';
import { Loading } from '../app/states';
import { useText } from '../i18n';
import { zhCalibration } from '../i18n/calibration';
import { probability } from '../i18n/format';

const TailChart = lazy(() => import('./TailChart'));

/** The level that the sentence speaks of: a hundredth is where the fit begins to count. */
const SPOKEN = 0.01;

const keyOf = (tail: CalibratedTail) => `${tail.detector}/${tail.search}`;

function Share({ of }: { readonly of: Realised | undefined }) {
  const { t } = useText();
  if (!of) return <td className="right">—</td>;
  return (
    <td
      className={of.low > of.nominal ? 'right bad' : 'right'}
      title={t('calibration.interval', { low: of.low, high: of.high })}
    >
      {probability(of.hits / of.of)}
    </td>
  );
}

function Meaning({ tail }: { readonly tail: CalibratedTail }) {
  const { t, number } = useText();
  const at = tail.used.find((l) => l.nominal === SPOKEN);
  if (!at) return null;
  return (
    <p>
      {t('calibration.tailMeaning', {
        worlds: number(at.of),
        hits: number(at.hits),
        level: SPOKEN,
        expected: number(at.of * SPOKEN),
      })}
    </p>
  );
}

function Points({ points }: { readonly points: readonly TailPoint[] }) {
  const { t, number } = useText();
  return (
    <details>
      <summary>{t('calibration.points')}</summary>
      <PlainTable
        head={numbers(
          t('calibration.score'),
          t('calibration.empirical'),
          t('calibration.used'),
          t('calibration.gumbel'),
          t('calibration.pareto'),
        )}
      >
        {points.map((p, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: scores may be equal, and their order is fixed
          <tr key={i}>
            <td className="right">{number(p.score)}</td>
            {([p.empirical, p.used, p.gumbel, p.pareto] as const).map((share, k) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one column each
              <td key={k} className="right">
                {share === null ? '—' : probability(share)}
              </td>
            ))}
          </tr>
        ))}
      </PlainTable>
    </details>
  );
}

/** A search in words; its own name where the page does not know it. */
function useSearchName() {
  const { t } = useText();
  return (name: string): string => {
    const known = Object.keys(zhCalibration.calibration.searches).find((key) => key === name);
    return known
      ? t(`calibration.searches.${known as keyof typeof zhCalibration.calibration.searches}`)
      : name;
  };
}

/** The tails that p-values come from, drawn over what was counted, one search at a time. */
export function Tails({ tails }: { readonly tails: readonly CalibratedTail[] }) {
  const { t, detector } = useText();
  const searchName = useSearchName();
  const [chosen, setChosen] = useState<string>();
  const tail = tails.find((one) => keyOf(one) === chosen) ?? tails[0];
  if (!tail) return null;
  return (
    <section data-tail={keyOf(tail)}>
      <h2>{t('calibration.tails')}</h2>
      <p className="muted">{t('calibration.tailsHelp')}</p>
      <Select
        value={keyOf(tail)}
        onChange={setChosen}
        aria-label={t('calibration.search')}
        style={{ maxWidth: 420 }}
        options={tails.map((one) => ({
          value: keyOf(one),
          label: `${detector(one.detector)} · ${searchName(one.search)}`,
        }))}
      />
      <Suspense fallback={<Loading rows={6} />}>
        <TailChart points={tail.points} />
      </Suspense>
      <Meaning tail={tail} />
      <div className="scroll-x">
        <PlainTable
          caption={t('calibration.leftOut')}
          head={[
            { label: t('calibration.tail') },
            ...numbers(...tail.gumbel.map((l) => String(l.nominal))),
          ]}
        >
          {(['used', 'gumbel', 'pareto'] as const).map((law) => (
            <tr key={law}>
              <th scope="row">{t(`calibration.${law}`)}</th>
              {tail.gumbel.map(({ nominal }) => (
                <Share key={nominal} of={tail[law].find((l) => l.nominal === nominal)} />
              ))}
            </tr>
          ))}
        </PlainTable>
      </div>
      <Points points={tail.points} />
    </section>
  );
}
