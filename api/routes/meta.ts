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

  mount(app, endpoints.meta, async ({ req }) => {
    const signedIn = guard.admits(req);
    const [ledgerVersion, graphVersion, run] = signedIn
      ? await Promise.all([
          services.landing.version(),
          services.graph.version(),
          services.graph.read.run(),
        ])
      : [0, 0, undefined];
    return {
      name: 'ringfence',
      version,
      demo: services.demo,
      tokenRequired: guard.required,
      signedIn,
      ledgerVersion,
      graphVersion,
      run: run?.id ?? null,
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
