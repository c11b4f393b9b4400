import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ringfence, succeed, temporary } from './run.js';

describe('graph', () => {
  const at = temporary('graph');
  const cwd = at.dir;
  afterAll(at.remove);

  it('is exported for neo4j-admin, with the command that loads it', async () => {
    mkdirSync(join(cwd, 'input'));
    writeFileSync(
      join(cwd, 'input', 'setl_d.csv'),
      'setl_id,psn_no,fixmedins_code,fixmedins_name,setl_time,medfee_sumamt\nS1,P1,H1,"第一,医院",2025-03-01,1.50\nS2,P2,H1,"第一,医院",2025-03-02,2.00\n',
    );
    await succeed(['import', 'input'], { cwd });
    const args = ['graph', 'export', '--format', 'neo4j-csv', '--out', 'an export'];
    const { stdout, stderr } = await succeed(args, { cwd });
    const out = join(cwd, 'an export');
    expect(stdout).toMatch(/^neo4j-admin database import full neo4j .*\n$/);
    const both = `VISITED=${out}/VISITED.header.csv,${out}/VISITED.csv`;
    expect(stdout).toContain(`'--relationships=${both}'`);
    expect(stderr).toContain('3 nodes, 2 relationships of ledger version 1');
    const text = (name: string) => readFileSync(join(out, name), 'utf8');
    expect(text('VISITED.csv').split('\n')[0]).toMatch(/^"P1","H1",1,150,\d+,\d+$/);
    expect(text('Institution.csv')).toMatch(/^"H1","第一,医院",.*,"第一,医院","dyyy",/);
    expect(text('Patient.header.csv')).toMatch(/^id:ID\(Patient\),/);
    expect(text('GraphLoad.csv')).toBe('"graph",1,1,1,"ready"\n');
  });

  it('is loaded only from a whole export, by a tool that is there', async () => {
    const none = await ringfence(['graph', 'load', '--bulk', 'input'], { cwd });
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain('holds no graph for neo4j-admin');
    const load = ['graph', 'load', '--bulk', 'an export', '--neo4j-admin', './no-such-tool'];
    const away = await ringfence(load, { cwd });
    expect(away.code).toBe(1);
    expect(away.stderr).toContain('no-such-tool is not on this machine');
    expect(existsSync(join(cwd, 'an export', 'import.report'))).toBe(false);
    expect((await ringfence(['graph', 'export', '--out', 'x'], { cwd })).code).toBe(2);
  });
});
