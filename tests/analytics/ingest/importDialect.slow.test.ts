import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { worldOfFile } from './world.js';

const own = worldOfFile();
const { current } = own;

describe('dialects', () => {
  it('lets a bureau map its own files without code', async () => {
    const folder = join(own.world.dir, 'config', 'dialects');
    mkdirSync(folder, { recursive: true });
    const dialect = {
      name: 'clinic',
      title: 'A clinic',
      utcOffset: '+00:00',
      tables: {
        setl_d: [
          {
            files: ['bills*'],
            columns: {
              setl_id: { concat: [{ constant: 'C' }, 'No'], separator: '-' },
              psn_no: { first: ['Card', 'Id'] },
              fixmedins_code: { constant: 'H9' },
              med_type: { from: 'Kind', map: { out: '11' }, else: { constant: '21' } },
              setl_time: 'Time',
              insu_admdvs: { from: 'Region', take: 6 },
              medfee_sumamt: 'Total',
            },
          },
        ],
        fee_list_d: [
          {
            files: ['items*'],
            columns: {
              bkkp_sn: { hash: ['No', 'Item'] },
              mdtrt_id: 'No',
              fixmedins_code: {
                from: 'Bill',
                lookup: { table: 'setl_d', key: 'setl_id', value: 'fixmedins_code' },
                else: { constant: '?' },
              },
              hilist_code: 'Item',
            },
          },
        ],
      },
    };
    writeFileSync(join(folder, 'clinic.json'), JSON.stringify(dialect));
    const { record } = await own.world.load(
      {
        'Bills 2025.csv':
          'no,Card,Id,Kind,Time,Region,Total\n1,,7,out,2025-03-04 02:00,50010199,1\n2,8,7,bed,2025-03-04,,2\n',
        'items.csv': 'No,Item,Bill\n1,x,C-1\n1,y,C-1\n2,x,none\n',
      },
      { dialect: 'clinic' },
    );
    expect(record.dialect).toBe('clinic');
    const at = (text: string) => Date.parse(`${text}+08:00`) / 1000;
    expect(
      await current('setl_d', 'setl_id, psn_no, fixmedins_code, med_type, setl_time, insu_admdvs'),
    ).toEqual([
      ['C-1', '7', 'H9', '11', at('2025-03-04T10:00:00'), '500101'],
      ['C-2', '8', 'H9', '21', at('2025-03-04T00:00:00'), null],
    ]);
    expect(await current('fee_list_d', 'mdtrt_id, fixmedins_code, hilist_code', 'ALL')).toEqual([
      ['1', 'H9', 'x'],
      ['1', 'H9', 'y'],
      ['2', '?', 'x'],
    ]);
  });
});
