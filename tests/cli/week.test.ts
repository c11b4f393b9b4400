import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { ringfence, serve, succeed, temporary } from './run.js';

interface Week {
  kind: string;
  state: string;
  result?: { state: string; run: string; counts: { finding: number } };
}

describe('the week', () => {
  const at = temporary('week');
  const cwd = at.dir;
  afterAll(at.remove);

  it('imports the inbox, rebuilds, and says so when nothing is new', {
    timeout: 1_800_000,
  }, async () => {
    await succeed(['seed', '--out', 'inbox/first', '--settlements', '5000'], { cwd });
    cpSync(join(cwd, 'inbox', 'first'), join(cwd, 'inbox', 'unfinished'), { recursive: true });
    writeFileSync(join(cwd, 'inbox', 'first', '_DONE'), '');
    const env = { RINGFENCE_INBOX: 'inbox', RINGFENCE_SCHEDULE: '*/5 * * * * *' };
    const serving = await serve([], { cwd, env });
    try {
      let weeks: Week[] = [];
      const over = () => weeks.filter((week) => week.state === 'completed');
      while (over().length < 2) {
        await sleep(200);
        const { jobs } = (await (await fetch(`${serving.url}/api/jobs`)).json()) as {
          jobs: Week[];
        };
        weeks = jobs.filter((job) => job.kind === 'week');
        expect(weeks.map((week) => week.state)).not.toContain('failed');
      }
      const [first, second] = over().reverse();
      expect(first?.result?.state).toBe('published');
      expect(second?.result).toEqual({ ...first?.result, state: 'unchanged' });
    } finally {
      await serving.stop();
    }
    const { stdout } = await ringfence(['imports', 'list', '--format', 'jsonl'], { cwd });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ source: join(cwd, 'inbox', 'first') });
  });
});
