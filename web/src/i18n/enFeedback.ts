import type { Wide } from './zh';
import type { zhFeedback } from './zhFeedback';

/** English words: rules, verdicts, and what they do to profiles. */
export const enFeedback: Wide<typeof zhFeedback> = {
  rules: {
    title: 'Rules used',
    none: 'No file of rules: every detector ran with its defaults and the code lists that ship with the program.',
    noneInForce: 'The file of rules has none in force for this run.',
    version: 'Version',
    region: 'Region of the data',
    regionNone: 'no single region',
    of: 'For',
    codes: 'Code lists',
    from: 'In force from',
    where: 'In',
    everywhere: 'everywhere',
    sets: 'Sets',
    note: 'Why',
  },
  verdicts: {
    title: 'Verdicts and measured precision',
    none: 'No verdicts yet: how often detectors are right is known once leads have been looked at.',
    counts: '{{confirmed}} rings confirmed, {{dismissed}} dismissed',
    help: 'Precision is confirmed ÷ (confirmed + dismissed), with its 95 % interval. It speaks of the rings that were looked at, not of all; a line of a reason counts the dismissals for that reason alone.',
    unknown: 'No ring was found for these verdicts, so they moved nothing:',
    detector: 'Detector / reason of dismissal',
    confirmed: 'Confirmed',
    dismissed: 'Dismissed',
    precision: 'Precision',
    interval: '{{share}} ({{low}} – {{high}})',
    because: 'Dismissed because: {{reason}}',
  },
  moves: {
    title: 'What moved the score',
    none: 'No verdict moved its score.',
    since: 'Since the run before',
    sinceNone: 'The run before had no profile of it',
    same: 'unchanged',
    inspection: 'Suggested inspection every',
    months_one: '{{count}} month',
    months_other: '{{count}} months',
    dismissed: 'Ring {{ring}} was dismissed ({{reason}}); {{share}} of it had been looked at',
    record:
      'The detector “{{detector}}” was often wrong, at most {{share}} of its rings are confirmed: its finding {{ring}} weighs as much',
    confirmed: 'Was part of the confirmed ring {{ring}}',
    confirmedBecause: 'Was part of the confirmed ring {{ring}} ({{reason}})',
    spread:
      'Close to confirmed rings, {{share}} as close as their own members, mostly through {{via}}; its size is taken into account, and nobody has looked yet',
  },
};
