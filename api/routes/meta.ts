import { existsSync, readFileSync } from 'node:fs';
import type { Application } from 'express';
import { z } from 'zod';
import type { Detector } from '../../analytics/detectors/detector.js';
import { RingfenceError } from '../../analytics/model/errors.js';
import { resource } from '../../analytics/model/resources.js';
import { type DetectorInfo, endpoints } from '../contract/index.js';
import type { Guard } from '../guard.js';
import { mount } from '../handle.js';
import type { Services } from '../wiring.js';

export function packageVersion(): string {
  return (JSON.parse(readFileSync(resource('package.json'), 'utf8')) as { version: string })
    .version;
}

/** What the detector's page says that it looks for: its first section. */
function describeDetector(id: string): string {
  const page = resource(`docs/detectors/${id}.md`);
  if (!existsSync(page)) return '';
  const section = /^## [^\n]*\n+([\s\S]*?)(?=\n## |$(?![\s\S]))/m.exec(
    readFileSync(page, 'utf8'),
  )?.[1];
  return section?.trim() ?? '';
}

function presentDetector(detector: Detector): DetectorInfo {
  const { $schema: _, ...parameters } = z.toJSONSchema(detector.parameters, { io: 'input' });
  return {
    id: detector.id,
    version: detector.version,
    description: describeDetector(detector.id),
    needs: [...detector.needs],
    parameters: parameters as Record<string, unknown>,
  };
}

export function metaRoutes(
  app: Application,
  services: Services,
  guard: Guard,
  detectors: readonly Detector[],
): void {
  const version = packageVersion();
  const described = detectors.map(presentDetector);

  mount(app, endpoints.health, async () => ({ status: 'ok' as const }));
  mount(app, endpoints.status, async () => services.monitor.status());

  /** As last known: the page stands also while a part is away. */
  const known = { ledgerVersion: 0, graphVersion: 0, run: null as string | null };
  const lookUp = <K extends keyof typeof known>(name: K, ask: () => Promise<(typeof known)[K]>) =>
    ask().then(
      (value) => {
        known[name] = value;
      },
      (error) => {
        if (!(error instanceof RingfenceError) || error.kind !== 'unavailable') throw error;
      },
    );

  mount(app, endpoints.meta, async ({ req }) => {
    const signedIn = guard.admits(req);
    if (signedIn)
      await Promise.all([
        lookUp('ledgerVersion', () => services.landing.version()),
        lookUp('graphVersion', () => services.graph.version()),
        lookUp('run', async () => (await services.graph.read.run())?.id ?? null),
      ]);
    const shown = signedIn ? known : { ledgerVersion: 0, graphVersion: 0, run: null };
    return {
      name: 'ringfence',
      version,
      demo: services.demo,
      tokenRequired: guard.required,
      signedIn,
      ...shown,
      detectors: described,
    };
  });

  mount(app, endpoints.signIn, async ({ body, res }) => {
    if (guard.required && !guard.matches(body.token))
      throw new RingfenceError(
        'unauthorised',
        'This is not the token',
        'Ask whoever runs this server for the token.',
      );
    if (guard.required) res.setHeader('set-cookie', guard.cookie);
    return undefined;
  });

  mount(app, endpoints.signOut, async ({ res }) => {
    res.setHeader('set-cookie', guard.clearedCookie);
    return undefined;
  });
}
