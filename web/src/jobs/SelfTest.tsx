import { App, Button } from 'antd';
import { useStartSelfTest } from '../api/queries';
import type { SelfTestReport, SelfTestResult } from '../api/types';
import { numbers, PlainTable } from '../app/PlainTable';
import { Notice } from '../app/states';
import { useFailed } from '../app/useFailed';
import { useText } from '../i18n';
import { dateTime } from '../i18n/format';
import { said } from '../i18n/said';

const LEVELS = [0, 1, 2, 3, 4] as const;

function Table({ result }: { readonly result: SelfTestResult }) {
  const { t, detector } = useText();
  const types = [...new Set(result.cells.map((c) => c.type))];
  return (
    <div className="scroll-x">
      <PlainTable
        className="self-test"
        head={[
          { label: t('selfTest.type') },
          ...LEVELS.map((level) => ({
            label: t('selfTest.level', { level }),
            title: t(`selfTest.levels.c${level}`),
            right: true,
          })),
        ]}
      >
        {types.map((type) => (
          <tr key={type}>
            <th scope="row">{detector(type)}</th>
            {LEVELS.map((level) => {
              const cell = result.cells.find((c) => c.type === type && c.camouflage === level);
              const title = cell ? t('selfTest.cell', cell) : t('selfTest.notPlanted');
              const lost = cell && cell.found < cell.planted;
              return (
                <td key={level} className={lost ? 'right bad' : 'right'} title={title}>
                  {cell ? `${cell.found}/${cell.planted}` : '—'}
                </td>
              );
            })}
          </tr>
        ))}
      </PlainTable>
    </div>
  );
}

function Missed({ result }: { readonly result: SelfTestResult }) {
  const { t, detector, number, yuan } = useText();
  if (result.missed.length === 0) return null;
  return (
    <details>
      <summary>
        {t('selfTest.missed')} {number(result.missed.length)}
      </summary>
      <div className="scroll-x">
        <PlainTable
          head={[
            { label: t('selfTest.type') },
            ...numbers(
              t('selfTest.levelsTitle'),
              t('selfTest.people'),
              t('selfTest.institutions'),
              t('selfTest.money'),
            ),
          ]}
        >
          {result.missed.map((ring, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: planted rings have no names, and their order is fixed
            <tr key={i}>
              <th scope="row">{detector(ring.type)}</th>
              <td className="right">{ring.camouflage}</td>
              <td className="right">{number(ring.people)}</td>
              <td className="right">{number(ring.institutions)}</td>
              <td className="right">{yuan(ring.fund)}</td>
            </tr>
          ))}
        </PlainTable>
      </div>
    </details>
  );
}

function Result({ result }: { readonly result: SelfTestResult }) {
  const { t, detector, number, yuan } = useText();
  const { floor, planted } = result;
  if (planted === 0) return <p>{t('selfTest.nothing')}</p>;
  return (
    <>
      <p className="muted">{t('selfTest.help')}</p>
      <Table result={result} />
      <p>
        <strong>
          {floor
            ? t('selfTest.floor', {
                type: detector(floor.type),
                people: number(floor.people),
                money: yuan(floor.fund),
                level: floor.camouflage,
              })
            : t('selfTest.noFloor', { planted: number(planted) })}
        </strong>{' '}
        {t('selfTest.notPrecision')}
      </p>
      <Missed result={result} />
      <details>
        <summary>{t('selfTest.levelsTitle')}</summary>
        <ol start={0}>
          {LEVELS.map((level) => (
            <li key={level}>{t(`selfTest.levels.c${level}`)}</li>
          ))}
        </ol>
      </details>
      <p className="muted">
        {t('selfTest.copies', {
          count: result.worlds,
          settlements: number(result.settlements),
          patients: number(result.patients),
        })}{' '}
        {t('selfTest.at')} {dateTime(result.finishedAt)} · {t('selfTest.seed')}{' '}
        <span className="mono">{result.seed}</span>
      </p>
    </>
  );
}

/** What of planted rings the run's search finds, or why that is not known. */
export function SelfTest({ run, test }: { readonly run: string; readonly test: SelfTestReport }) {
  const { t, lang } = useText();
  const { message } = App.useApp();
  const failed = useFailed();
  const start = useStartSelfTest();
  const open = test.state === 'waiting' || test.state === 'active';
  const button = open ? null : (
    <Button
      size="small"
      loading={start.isPending}
      onClick={() =>
        start.mutate(run, {
          onSuccess: () => void message.success(t('selfTest.started')),
          onError: failed,
        })
      }
    >
      {test.result ? t('selfTest.again') : t('selfTest.run')}
    </Button>
  );
  return (
    <section className="detectors" data-self-test={test.state}>
      <header className="page-head">
        <h2>{t('selfTest.title')}</h2>
        {button}
      </header>
      {test.state === 'none' ? (
        <Notice compact title={t('selfTest.none')} help={t('selfTest.noneHelp')} />
      ) : null}
      {open ? (
        <p role="status">
          {t(test.state === 'active' ? 'selfTest.active' : 'selfTest.waiting')} ·{' '}
          <span className="muted">{t('selfTest.waitingHelp')}</span>
        </p>
      ) : null}
      {test.state === 'failed' ? (
        <div className="job-error" role="alert">
          <strong>{t('selfTest.failed')}</strong>{' '}
          {test.error ? said(test.error.message, lang) : null}
          {test.error?.remedy ? <p>{said(test.error.remedy, lang)}</p> : null}
        </div>
      ) : null}
      {test.result && test.state !== 'done' ? (
        <p className="muted">{t('selfTest.earlier')}</p>
      ) : null}
      {test.result ? <Result result={test.result} /> : null}
    </section>
  );
}
