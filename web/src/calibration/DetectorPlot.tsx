import type { CalibratedDetector, Realised } from '../api/types';
import { useText } from '../i18n';
import { LogPlot, lineOf, plotX, plotY } from './LogPlot';

/** The level that a reader of the list knows. */
export const LIST_LEVEL = 0.05;

/** Where it came more often than the level allows, beyond what so few worlds can do by chance. */
export const exceeded = (levels: readonly Realised[]) => levels.filter((l) => l.low > l.nominal);

/** Realised against nominal share with its interval; the diagonal is what a p-value promises at most. */
export function DetectorPlot({ detector: of }: { readonly detector: CalibratedDetector }) {
  const { t, detector } = useText();
  const { levels } = of;
  const upper = levels.map((l) => [plotX(l.nominal), plotY(l.high)] as const);
  const lower = levels.map((l) => [plotX(l.nominal), plotY(l.low)] as const);
  const first = levels[0]?.nominal ?? 1;
  return (
    <LogPlot
      label={`${t('calibration.plot')}: ${detector(of.id)}`}
      across={t('calibration.nominal')}
    >
      <path className="band" d={`${lineOf([...upper, ...lower.toReversed()])}Z`} />
      <path
        className="diagonal"
        d={lineOf([
          [plotX(first), plotY(first)],
          [plotX(1), plotY(1)],
        ])}
      />
      <path
        className="realised"
        d={lineOf(levels.map((l) => [plotX(l.nominal), plotY(l.hits / l.of)]))}
      />
      {levels.map((l) => (
        <circle
          key={l.nominal}
          className={l.hits === 0 ? 'realised none' : 'realised'}
          cx={plotX(l.nominal)}
          cy={plotY(l.hits / l.of)}
          r={3}
        />
      ))}
    </LogPlot>
  );
}

/** What the drawing means for somebody who reads the list. */
export function useMeaning() {
  const { t, number } = useText();
  return (levels: readonly Realised[]): string | undefined => {
    const at = levels.find((l) => l.nominal === LIST_LEVEL);
    if (!at) return undefined;
    return t('calibration.meaning', {
      worlds: number(at.of),
      hits: number(at.hits),
      level: at.nominal,
      expected: number(at.of * at.nominal),
    });
  };
}
