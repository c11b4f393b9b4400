// One of several processes that go for the same lock at the same moment (lock.slow.test.ts).
import { setTimeout as sleep } from 'node:timers/promises';

const { acquire } = await import('../../../dist/api/owner/lock.js');

process.on('message', async ({ dir, at, keep, die }) => {
  if (die) process.kill(process.pid, 'SIGKILL');
  await sleep(Math.max(0, at - Date.now()));
  const got = acquire(dir, { socket: '', command: 'contender' });
  const won = !('heldBy' in got);
  process.send({ won, heldBy: won ? null : got.heldBy.pid });
  if (won && !keep) setTimeout(() => got.release(), 200);
});
process.send('ready');
