import { randomUUID } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import type { CountyArtifact } from '../scoring/detectOne.js';

/**
 * Whole or not at all: the parent may be told of it only when it stands under its name. Two workers may be at
 * the same county, when one was taken for dead.
 */
export function leaveArtifact(file: string, artifact: CountyArtifact): void {
  const making = `${file}.${randomUUID()}`;
  writeFileSync(making, artifact);
  renameSync(making, file);
}
