import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DETECTORS } from '../../../analytics/detectors/index.js';
import { resource } from '../../../analytics/model/resources.js';

describe('every detector', () => {
  it('has an id of its own, a version, and defaults inside its ranges', () => {
    expect(new Set(DETECTORS.map((d) => d.id)).size).toBe(DETECTORS.length);
    for (const d of DETECTORS) {
      expect(d.version).toBeGreaterThan(0);
      expect(() => d.parameters.parse({})).not.toThrow();
    }
  });

  it.each(DETECTORS.map((d) => [d.id, d] as const))(
    '%s has a page that names each parameter and its default',
    (id, d) => {
      const path = resource(`docs/detectors/${id}.md`);
      expect(existsSync(path)).toBe(true);
      const page = readFileSync(path, 'utf8');
      for (const [name, value] of Object.entries(d.parameters.parse({}))) {
        const row = page
          .split('\n')
          .find((line) => line.startsWith(`| ${name} |`) || line.startsWith(`| \`${name}\` |`));
        expect(row, `${name} in ${path}`).toBeDefined();
        if (typeof value === 'number')
          expect(row!.split('|').map((c) => Number(c.trim().split(' ')[0]))).toContain(value);
      }
    },
  );

  it.each(DETECTORS.map((d) => [d.id, d] as const))(
    '%s describes each of its parameters',
    (_, d) => {
      for (const field of Object.values(d.parameters.shape))
        expect((field as { description?: string }).description ?? '').not.toBe('');
    },
  );
});
