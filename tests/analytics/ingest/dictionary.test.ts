import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listDialects, loadDialect } from '../../../analytics/ingest/dialect.js';
import { labelOf, loadDictionary } from '../../../analytics/ingest/dictionary.js';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'ringfence-config-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

function configure(path: string, content: string): void {
  const file = join(data, 'config', path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
}

describe('dictionary', () => {
  it('has the codes and the dialysis words of the contract', () => {
    const d = loadDictionary();
    for (const code of ['11', '13', '14', '21', '22', '28', '41', '51', '52'])
      expect(labelOf(d.medType, code)).toBeDefined();
    expect(labelOf(d.medType, '1401')).toBe('门诊慢特病');
    expect(labelOf(d.medType, '77')).toBeUndefined();
    expect(Object.keys(d.certType)).toEqual(['01', '02', '03']);
    expect(d.dialysis.names).toEqual(['血液透析', '血透', '血液滤过']);
    expect(d.dialysis.notNames).toEqual(['腹膜']);
    expect(d.dialysis.diagnosisPrefixes).toEqual(['M078']);
  });

  it('is overridden part by part: labels are added, lists replaced', () => {
    configure(
      'dictionaries/codes.json',
      `\uFEFF${JSON.stringify({ medType: { '77': '体检' }, dialysis: { notNames: ['腹透'] } })}`,
    );
    const d = loadDictionary(data);
    expect(labelOf(d.medType, '77')).toBe('体检');
    expect(labelOf(d.medType, '41')).toBe('定点药店购药');
    expect(d.dialysis.notNames).toEqual(['腹透']);
    expect(d.dialysis.names).toHaveLength(3);
  });

  it('refuses a file that is not as expected, naming it and the place', () => {
    configure('dictionaries/codes.json', '{"dialysis": {"names": "血透"}}');
    expect(() => loadDictionary(data)).toThrow(/codes\.json is not as expected at dialysis\.names/);
    configure('dictionaries/codes.json', '{');
    expect(() => loadDictionary(data)).toThrow(/codes\.json is not JSON/);
  });
});

describe('dialects', () => {
  it('lists ours and the bureau’s, whose file of the same name counts', () => {
    expect(listDialects(data)).toEqual(['nhsa', 'synthea']);
    const own = { ...loadDialect('nhsa'), title: '本市' };
    configure('dialects/nhsa.json', JSON.stringify(own));
    configure('dialects/town.json', JSON.stringify({ ...own, name: 'town' }));
    expect(listDialects(data)).toEqual(['nhsa', 'synthea', 'town']);
    expect(loadDialect('nhsa', data).title).toBe('本市');
  });

  it('refuses unknown columns, shapes and lookups that cannot be', () => {
    const base = { name: 'x', title: 'x', utcOffset: '+08:00' };
    const table = (columns: object) => ({
      ...base,
      tables: { setl_d: [{ files: ['a'], columns }] },
    });
    configure('dialects/x.json', JSON.stringify(table({ setl_idd: 'a' })));
    expect(() => loadDialect('x', data)).toThrow(/maps to setl_d\.setl_idd, which is no column/);
    configure('dialects/x.json', JSON.stringify(table({ setl_id: { guess: 'a' } })));
    expect(() => loadDialect('x', data)).toThrow(/x\.json is not as expected at tables\.setl_d/);
    const lookup = { table: 'psn_b', key: 'psn_no', value: 'tel' };
    configure('dialects/x.json', JSON.stringify(table({ setl_id: { from: 'a', lookup } })));
    expect(() => loadDialect('x', data)).toThrow(/looks up psn_b for setl_d, which is made before/);
  });
});
