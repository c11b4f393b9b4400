import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { phaseName } from '../../web/src/i18n/codes';
import { zh } from '../../web/src/i18n/zh';

describe('what a job is at', () => {
  it.each([
    'import: setl_d',
    'import: comparing',
    'graph: hubs',
    'plan',
    'counties',
    'reading the period',
    'redrawing pharmacy circles',
    'telephones',
    'publish',
  ])('%s is said in Chinese', (phase) => {
    expect(phaseName(phase, 'zh')).toMatch(/\p{Script=Han}/u);
    expect(phaseName(phase, 'en')).toBe(phase);
  });

  it('is a detector by its name', () => {
    expect(phaseName('bed-hanging', 'zh')).toBe('挂床住院');
    expect(phaseName('bed-hanging', 'en')).toBe('Bed hanging');
  });

  it('that nobody knows is shown as it is', () => {
    expect(phaseName('constructor', 'zh')).toBe('constructor');
  });
});

describe('a detector', () => {
  it.each(Object.entries(zh.detector))('%s is named as on its page: %s', (id, name) => {
    const [title] = readFileSync(`docs/detectors/${id}.md`, 'utf8').split('\n');
    expect(title).toBe(`# ${id} · ${name}`);
  });
});
