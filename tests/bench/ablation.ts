/**
 * What each part earns: worlds are searched once, then judged again with one detector, one null or one innocent
 * explanation left out.
 *
 *   npm run bench -- ablation [--seeds 21-24] [--clean 25-26] [--settlements 200000] [--out FILE]
 *
 * - A detector is left out with its place in the correction.
 * - A null is left out by believing every candidate of the detectors that are calibrated by it. Candidates that no
 *   null could save were dropped before, so this says too little of what it earns.
 * - An explanation is left out of the detector that used it, which then judges anew. Dialysis explains in a
 *   statistic of its own and is not taken apart here.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DETECTORS } from '../../analytics/detectors/index.js';
import type { Finding } from '../../analytics/model/finding.js';
import { assemble } from '../../analytics/scoring/assemble.js';
import { type Evaluation, evaluate } from '../../analytics/scoring/evaluate.js';
import type { TruthRing } from '../../analytics/scoring/evaluateTruth.js';
import { billsOf } from '../../analytics/scoring/joining.js';
import { seedsOf } from './accuracy/seeds.js';
import { type MadeWorld, type Screened, screened, withWorld } from './inProcess.js';

declare global {
  var forgottenExplanation: string | undefined;
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '21-24' },
    clean: { type: 'string', default: '25-26' },
    settlements: { type: 'string', default: '200000' },
    out: { type: 'string' },
  },
});

/** Which null each detector's p comes from (docs/detectors). */
const NULLS: Readonly<Record<string, readonly string[]>> = {
  'redrawn worlds (N1, N2)': [
    ...['patient-brokering-ring', 'card-farming-pharmacy', 'multi-site-convoy'],
    ...['rent-a-patient-core', 'drug-resale-ring', 'unknown-pattern'],
  ],
  'peers (N3)': [
    ...['bed-hanging', 'card-agent-hub', 'impossible-doctor', 'inventory-gap', 'split-admission'],
    ...['steering-loop', 'sudden-change', 'therapy-overcount', 'trace-code-loop', 'clone-records'],
    'duplicate-prescribing',
  ],
  'error rate of records': ['impersonated-dialysis'],
};

interface Variant {
  readonly group: 'detector' | 'null' | 'explanation' | 'correction' | '';
  readonly name: string;
}

interface Outcome {
  readonly variant: Variant;
  readonly found: number;
  readonly rings: number;
  readonly findings: number;
  readonly wrong: number;
  readonly lookalikes: number;
}

type Cases = Pick<MadeWorld, 'truth' | 'lookalikes'> & Pick<Screened, 'period' | 'world'>;

function judged(
  findings: readonly Finding[],
  without: string | undefined,
  cases: Cases,
): Evaluation {
  const weights = new Map(
    DETECTORS.filter((d) => d.id !== without).map((d) => [d.id, d.weight ?? 1]),
  );
  const { rings } = assemble(
    findings.filter((f) => f.detector !== without),
    weights,
    cases.period,
    [],
    billsOf(cases.world, findings),
  );
  const profiles = { patient: [], institution: [] };
  const lookalikes: readonly TruthRing[] = cases.lookalikes;
  return evaluate({ findings: rings, profiles, truth: cases.truth, lookalikes });
}

function outcome(variant: Variant, { overall, lookalikes }: Evaluation): Outcome {
  return {
    variant,
    found: Math.round(overall.rings * (overall.recall.all ?? 0)),
    rings: overall.rings,
    findings: overall.findings,
    wrong: Math.round(overall.findings * (1 - (overall.precision.list ?? 1))),
    lookalikes: lookalikes?.covered ?? 0,
  };
}

const believed = (f: Finding): Finding =>
  f.status === 'finding' && f.p !== null ? { ...f, p: 1e-12 } : f;

/** Explanations that decided something, each with the detector that used it. */
function deciding(findings: readonly Finding[]): Array<{ detector: string; code: string }> {
  const out = new Map<string, { detector: string; code: string }>();
  for (const { detector, status, innocent } of findings) {
    if (status !== 'explained' || detector === 'impersonated-dialysis') continue;
    for (const { code, q, weight } of innocent)
      if (q > 0.05 && weight > 0.1) out.set(`${detector} ${code}`, { detector, code });
  }
  return [...out.values()];
}

async function variants({ reader, ...cases }: MadeWorld): Promise<Outcome[]> {
  const { period, world, detectors, detect } = await screened(reader);
  const searched = { ...cases, period, world };
  const findings: Finding[] = [];
  for (const { id } of detectors) findings.push(...(await detect(id)));
  const out = [outcome({ group: '', name: 'all' }, judged(findings, undefined, searched))];
  for (const { id } of DETECTORS)
    out.push(outcome({ group: 'detector', name: id }, judged(findings, id, searched)));
  for (const [name, ids] of Object.entries(NULLS)) {
    const all = findings.map((f) => (ids.includes(f.detector) ? believed(f) : f));
    out.push(outcome({ group: 'null', name }, judged(all, undefined, searched)));
  }
  const single = findings.map((f) => {
    const weight = DETECTORS.find((d) => d.id === f.detector)!.weight ?? 1;
    const all = DETECTORS.reduce((sum, d) => sum + (d.weight ?? 1), 0);
    return f.p === null ? f : { ...f, p: (f.p * weight) / all };
  });
  const name = 'over detectors (q = p)';
  out.push(outcome({ group: 'correction', name }, judged(single, undefined, searched)));
  for (const { detector, code } of deciding(findings)) {
    globalThis.forgottenExplanation = code;
    const again = await detect(detector);
    globalThis.forgottenExplanation = undefined;
    const all = [...findings.filter((f) => f.detector !== detector), ...again];
    const evaluation = judged(all, undefined, searched);
    out.push(outcome({ group: 'explanation', name: `${code} (${detector})` }, evaluation));
  }
  return out;
}

/** Sums over worlds; a variant that a world did not need is there what all parts together are. */
function table(worlds: ReadonlyArray<{ clean: boolean; outcomes: readonly Outcome[] }>): string[] {
  const key = ({ group, name }: Variant) => `${group} ${name}`;
  const all = new Map(worlds.flatMap((w) => w.outcomes.map((o) => [key(o.variant), o.variant])));
  const rows = [...all.values()].map((variant) => {
    const total = { found: 0, rings: 0, findings: 0, wrong: 0, lookalikes: 0, clean: 0 };
    for (const { clean, outcomes } of worlds) {
      const o = outcomes.find((x) => key(x.variant) === key(variant)) ?? outcomes[0]!;
      total.lookalikes += o.lookalikes;
      if (clean) {
        total.clean += o.findings;
        continue;
      }
      total.found += o.found;
      total.rings += o.rings;
      total.findings += o.findings;
      total.wrong += o.wrong;
    }
    const { found, rings, findings: listed, wrong, lookalikes, clean } = total;
    const precision = listed === 0 ? '–' : (1 - wrong / listed).toFixed(2);
    const cells = [variant.group, variant.name, `${found}/${rings}`, precision, wrong, lookalikes];
    return `| ${[...cells, clean].join(' | ')} |`;
  });
  return [
    '| left out | | rings found | precision of the list | wrong | look-alikes covered | findings in clean worlds |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ];
}

async function main(scratch: string): Promise<void> {
  const settlements = Number(values.settlements);
  const worlds: Array<{ clean: boolean; outcomes: readonly Outcome[] }> = [];
  for (const clean of [false, true])
    for (const seed of seedsOf(clean ? values.clean : values.seeds)) {
      const outcomes = await withWorld({ scratch, seed, settlements, clean }, variants);
      worlds.push({ clean, outcomes });
      process.stderr.write(`${clean ? 'clean' : 'mixed'} ${seed}: ${outcomes.length} variants\n`);
    }
  const text = [
    `What each part earns: ${worlds.length} worlds of ${values.settlements} settlements (mixed ${values.seeds}, clean ${values.clean}).`,
    '',
    ...table(worlds),
    '',
  ].join('\n');
  process.stdout.write(text);
  if (values.out) writeFileSync(values.out, text);
}

const scratch = mkdtempSync(join(tmpdir(), 'ringfence-ablation-'));
try {
  await main(scratch);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
