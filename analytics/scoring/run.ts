import { serialize } from 'node:v8';
import type { PairScreen } from '../algorithms/pairSums.js';
import { DETECTORS } from '../detectors/index.js';
import { prepareEvents } from '../landing/events.js';
import type { LandingReader } from '../landing/types.js';
import { throwIfAborted } from '../model/errors.js';
import type { DetectionRun, DetectorOutcome, Ring } from '../model/finding.js';
import type { WorkContext } from '../model/progress.js';
import { deriveSeed } from '../model/rng.js';
import type { RunRules } from '../model/rules.js';
import type { TableName } from '../model/tables.js';
import type { Period } from '../model/time.js';
import { loadCounty, loadWorld } from '../projection/load.js';
import type { World } from '../projection/world.js';
import { assemble } from './assemble.js';
import type { CountyArtifact } from './detectOne.js';
import { feedback } from './feedback.js';
import { ringItems } from './items.js';
import { billsOf } from './joining.js';
import { detectAll } from './lanes.js';
import { riskProfiles } from './profiles.js';
import { dictionaryOf, parametersOf } from './rules.js';
import { readVerdicts } from './verdicts.js';

export interface RunRequest {
  readonly period: Period;
  readonly seed: number;
  /** Where a bureau's own dictionaries and verdicts are. */
  readonly dataDir?: string;
  /** The bureau's rules in force, the same for all parts of a run. */
  readonly rules?: RunRules;
}

/** Part A of a rebuild: one county's pair statistics, observed and redrawn. */
export async function screenCounty(
  reader: LandingReader,
  request: RunRequest & { readonly county: string },
  context: WorkContext = {},
): Promise<CountyArtifact> {
  await prepareEvents(reader, { ...request.period, counties: [request.county] });
  const world = await loadCounty(reader);
  const screens: Record<string, readonly PairScreen[]> = {};
  for (const detector of DETECTORS) {
    throwIfAborted(context.signal);
    if (!detector.screen || notRun(detector.needs, world)) continue;
    screens[detector.id] = detector.screen(world, parametersOf(detector, request.rules), {
      ...context,
      seed: deriveSeed(request.seed, detector.id),
    });
  }
  return serialize(screens);
}

/** Part B: joins the counties, searches and calibrates over all, and scores. */
export async function runDetection(
  reader: LandingReader,
  request: RunRequest & {
    readonly id: string;
    readonly code: string;
    readonly artifacts: readonly CountyArtifact[];
    readonly previous: readonly Ring[];
    /** Detectors side by side, each in a thread; 1 unless told. */
    readonly threads?: number;
  },
  context: WorkContext = {},
): Promise<DetectionRun> {
  const { period } = request;
  context.progress?.({ phase: 'reading the period', done: 0 });
  await prepareEvents(reader, { ...period });
  const world = await loadWorld(
    reader,
    period,
    dictionaryOf(request.dataDir, request.rules),
    tablesOf(DETECTORS),
  );
  const reasons = new Map(DETECTORS.map((d) => [d.id, notRun(d.needs, world)]));
  const detected = await detectAll(
    { world, seed: request.seed, ...(request.rules ? { rules: request.rules } : {}) },
    DETECTORS.map((d) => d.id).filter((id) => !reasons.get(id)),
    request.artifacts,
    request.threads ?? 1,
    context,
  );
  const outcomes = DETECTORS.map(({ id, version }): DetectorOutcome => {
    const { findings = [], seconds = 0 } = detected.get(id) ?? {};
    const reason = reasons.get(id);
    return {
      detector: id,
      version,
      status: reason ? 'not-run' : 'ran',
      ...(reason ? { reason } : {}),
      findings: findings.length,
      seconds,
    };
  });
  const findings = DETECTORS.flatMap((d) => detected.get(d.id)?.findings ?? []);
  const parameters = Object.fromEntries(
    DETECTORS.map((d) => [d.id, parametersOf(d, request.rules)]),
  );
  const ran = new Set(outcomes.filter((o) => o.status === 'ran').map((o) => o.detector));
  const weights = new Map(DETECTORS.filter((d) => ran.has(d.id)).map((d) => [d.id, d.weight ?? 1]));
  const bills = billsOf(world, findings);
  const assembled = assemble(findings, weights, period, request.previous, bills);
  const items = await ringItems(reader, assembled.rings);
  const heard = feedback(
    world,
    readVerdicts(request.dataDir),
    [...assembled.rings, ...request.previous],
    context.signal,
  );
  return {
    id: request.id,
    ledgerVersion: reader.version,
    code: request.code,
    seed: request.seed,
    parameters,
    period,
    detectors: outcomes,
    ...(request.rules ? { rules: request.rules } : {}),
    ...(heard ? { verdicts: heard.verdicts } : {}),
    rings: assembled.rings,
    profiles: riskProfiles(world, assembled, items, heard),
  };
}

/** Tables whose rows somebody reads; nobody pays for the others. */
function tablesOf(detectors: typeof DETECTORS): ReadonlySet<TableName> {
  return new Set(detectors.flatMap((d) => [...d.needs, ...(d.uses ?? [])]));
}

function notRun(needs: readonly string[], world: Pick<World, 'missing'>): string | undefined {
  const missing = needs.filter((t) => world.missing.has(t as never));
  return missing.length > 0 ? `no ${missing.join(', ')}` : undefined;
}
