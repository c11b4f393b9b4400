import { describe, expect, it } from 'vitest';
import { writeCsv } from '../../../api/export/csv.js';
import { writeGexf } from '../../../api/export/gexf.js';
import { writeGraphml } from '../../../api/export/graphml.js';
import { writeJson } from '../../../api/export/json.js';
import { xmlText } from '../../../api/export/xml.js';
import { DOCUMENT, HOSTILE } from './document.js';

describe('exports of a ring', () => {
  it('are the same bytes every time', async () => {
    expect(writeGraphml(DOCUMENT)).toBe(writeGraphml(structuredClone(DOCUMENT)));
    expect(await writeGexf(DOCUMENT)).toBe(await writeGexf(structuredClone(DOCUMENT)));
    expect(await writeCsv(DOCUMENT)).toBe(await writeCsv(structuredClone(DOCUMENT)));
  });

  it('CSV has a mark for Excel, one table and no formula', async () => {
    const text = await writeCsv(DOCUMENT);
    expect(text.startsWith('\ufeffrecord,kind,id,')).toBe(true);
    expect(text).toContain("patient,P2,'+P2,member");
    expect(text).toContain(`"'=cmd|`);
    // A number below zero stays one.
    expect(text).toMatch(/,1,-0\.5,2025-02-01/);
    const records = text.split('\r\n').map((line) => line.split(',')[0]);
    for (const record of ['ring', 'reason', 'innocent', 'node', 'edge'])
      expect(records).toContain(record);
    expect(text).toContain('card-farming-pharmacy.joint-swipes,card-farming-pharmacy,41,2.3,days');
  });

  it('JSON names the settlements behind each reason', () => {
    const document = JSON.parse(writeJson(DOCUMENT));
    expect(document.ring.reasons[0]).toMatchObject({ measured: 41, settlements: ['S1', 'S2'] });
    expect(document.nodes[0].label).toBe(HOSTILE.label);
    expect(document.edges).toEqual(DOCUMENT.edges);
  });

  it('GraphML types a column by all its values', () => {
    const [first, ...rest] = DOCUMENT.nodes;
    const mixed = { ...first!, attributes: { beds: 1.5, region: 5, spec: 'x' } };
    const text = writeGraphml({
      ...DOCUMENT,
      nodes: [mixed, ...rest.map((n) => ({ ...n, attributes: { beds: 2, region: '5' } }))],
    });
    expect(text).toContain('attr.name="attr_beds" attr.type="double"');
    expect(text).toContain('attr.name="attr_region" attr.type="string"');
    expect(text).toContain('attr.name="fen" attr.type="long"');
  });

  it('XML text keeps what XML allows and nothing else', () => {
    expect(xmlText('a\u0001\u000b\ufffe\udc00b𠮷\r\n<&>"\'')).toBe(
      'ab𠮷&#13;&#10;&lt;&amp;&gt;&quot;&apos;',
    );
  });
});
