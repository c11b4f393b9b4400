import { existsSync, readFileSync } from 'node:fs';
import type { Application } from 'express';
import { resource } from '../../analytics/model/resources.js';
import { Calibration, endpoints } from '../contract/index.js';
import { mount } from '../handle.js';

/** What ships with the program; null where it was taken away. */
function readCalibration(path: string): Calibration | null {
  return existsSync(path) ? Calibration.parse(JSON.parse(readFileSync(path, 'utf8'))) : null;
}

/** The measured calibration, as `npm run bench -- calibration` wrote it. */
export function calibrationRoutes(
  app: Application,
  path = resource('docs/calibration.json'),
): void {
  const calibration = readCalibration(path);
  mount(app, endpoints.calibration, async () => ({ calibration }));
}
