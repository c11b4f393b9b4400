import { describe, expect, it } from 'vitest';
import { RingfenceError } from '../../analytics/model/errors.js';
import { createLog } from '../../api/log.js';
import { createWatch } from '../../api/watch.js';

function logging() {
  const lines: string[] = [];
  const log = createLog('worker', { LOG_LEVEL: 'info' }, { write: (text) => lines.push(text) });
  return { log, lines };
}

describe('log', () => {
  it('is JSON lines that name their process', () => {
    const { log, lines } = logging();
    log.info({ kind: 'rebuild' }, 'job');
    log.debug('unheard');
    expect(lines.map((l) => JSON.parse(l))).toEqual([
      { level: 30, time: expect.any(Number), process: 'worker', kind: 'rebuild', msg: 'job' },
    ]);
  });

  it('writes no secrets', () => {
    const { log, lines } = logging();
    log.warn(
      {
        password: 'hidden1',
        req: { headers: { authorization: 'hidden2' } },
        a: { token: 'hidden3' },
      },
      'redis://u:hidden4@queue:6379 is away, neo4j://u:hidden5@db/x too',
    );
    expect(lines.join('')).not.toContain('hidden');
    expect(lines.join('')).toContain('redis://queue:6379 is away');
  });

  it('says where a job failed, not in which words', () => {
    const { log, lines } = logging();
    const step = { kind: 'import', job: '7', step: 'run', outcome: 'failed', seconds: 1 } as const;
    const error = new RingfenceError('invalid', 'Patient 500101198001017777 has no row');
    createWatch(log).ended({ ...step, error });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 40,
      job: '7',
      name: 'RingfenceError',
    });
    expect(lines.join('')).not.toContain('500101198001017777');
  });
});
