import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resource } from '../../analytics/model/resources.js';
import { type Reference, referenceOf } from '../bench/accuracy/reference.js';
import { measureWorld } from '../bench/accuracy/worlds.js';

/**
 * Two small worlds of the accuracy bench, held to what was found in them when the reference was frozen:
 * `npm run bench -- accuracy --types all --settlements 40000 --seeds 9101 --freeze tests/fixtures/accuracy.json`.
 */
const references = JSON.parse(
  readFileSync(resource('tests/fixtures/accuracy.json'), 'utf8'),
) as Reference[];

describe('accuracy does not fall', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'ringfence-small-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it.each(references.map((r) => [r.plan.kind, r.plan.seed, r] as const))(
    'in the %s world %i',
    async (_kind, _seed, before) => {
      const now = referenceOf(await measureWorld(before.plan, scratch, join(scratch, 'kept')));
      expect(now.found, JSON.stringify(now.types)).toBeGreaterThanOrEqual(before.found);
      expect(now.wrong).toBeLessThanOrEqual(before.wrong);
      expect(now.lookalikes).toBeLessThanOrEqual(before.lookalikes);
      // The reference is of this world: the same rings were planted.
      const planted = (r: Reference) => Object.entries(r.types).map(([type, t]) => [type, t.rings]);
      expect(planted(now)).toEqual(planted(before));
    },
  );
});
