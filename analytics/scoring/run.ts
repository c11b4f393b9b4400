import { deserialize, serialize } from 'node:v8';
import { addScreens, type PairScreen } from '../algorithms/pairSums.js';
import { DETECTORS } from '../detectors/index.js';
import { prepareEvents } from '../landing/events.js';
import type { LandingReader } from '../landing/types.js';
import { throwIfAborted } from '../model/errors.js';
import type { DetectionRun, DetectorOutcome, Finding, Ring } from '../model/finding.js';
import type { WorkContext } from '../model/progress.js';
import { deriveSeed } from '../model/rng.js';
import type { RunRules } from '../model/rules.js';
import type { TableName } from '../model/tables.js';
import type { Period } from '../model/time.js';
import { loadWorld } from '../projection/load.js';
import type { World } from '../projection/world.js';
import { assemble } from './assemble.js';
import { feedback } from './feedback.js';
import { ringItems } from './items.js';
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

/** Pair statistics of one county, to be kept in a file until the parent reads it. */
export type CountyArtifact = Uint8Array;

/** Part A of a rebuild: one county's pair statistics, observed and redrawn. */
export async function screenCounty(
  reader: LandingReader,
  request: RunRequest & { readonly county: string },
  context: WorkContext = {},
): Promise<CountyArtifact> {
  await prepareEvents(reader, { ...request.period, counties: [request.county] });
  const world = await loadWorld(
    reader,
    request.period,
    dictionaryOf(request.dataDir, request.rules),
    tablesOf(DETECTORS.filter((d) => d.screen)),
  );
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
  const counties = request.artifacts.map(
    (a) => deserialize(a) as Record<string, readonly PairScreen[]>,
  );
  const outcomes: DetectorOutcome[] = [];
  const findings: Finding[] = [];
  const parameters: Record<string, unknown> = {};
  for (const [k, detector] of DETECTORS.entries()) {
    throwIfAborted(context.signal);
    context.progress?.({ phase: detector.id, done: k, total: DETECTORS.length });
    const began = performance.now();
    const params = parametersOf(detector, request.rules);
    parameters[detector.id] = params;
    const reason = notRun(detector.needs, world);
    const found = reason
      ? []
      : await detector.detect(
          world,
          params,
          { ...context, seed: deriveSeed(request.seed, detector.id) },
          addScreens(counties.map((c) => c[detector.id] ?? [])),
        );
    findings.push(...found);
    outcomes.push({
      detector: detector.id,
      version: detector.version,
      status: reason ? 'not-run' : 'ran',
      ...(reason ? { reason } : {}),
      findings: found.length,
      seconds: Math.round((performance.now() - began) / 10) / 100,
    });
  }
  const ran = new Set(outcomes.filter((o) => o.status === 'ran').map((o) => o.detector));
  const weights = new Map(DETECTORS.filter((d) => ran.has(d.id)).map((d) => [d.id, d.weight ?? 1]));
  const assembled = assemble(findings, weights, period, request.previous);
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

function notRun(needs: readonly string[], world: World): string | undefined {
  const missing = needs.filter((t) => world.missing.has(t as never));
  return missing.length > 0 ? `no ${missing.join(', ')}` : undefined;
}
