import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartReason } from '../contract/index.js';
import type { Probe } from '../health/monitor.js';
import { volumeMark } from '../records/volume.js';
import type { Workers } from '../records/workers.js';

const DISK_LOW = 2 ** 30;

/** The queue answers, and there is somebody who works on it. */
export function queueProbe(onRedis: boolean, ping: () => Promise<void>, present: Workers): Probe {
  return {
    engine: onRedis ? 'Redis' : 'PostgreSQL',
    async look(): Promise<PartReason | undefined> {
      await ping();
      // Records that are away are told by their own probe.
      const alive = await present.alive().catch(() => true);
      return alive ? undefined : 'no-worker';
    },
  };
}

/** The volume is there, is the one of the records, and has room. */
export function landingProbe(dataDir: string, mark: string): Probe {
  return {
    engine: 'volume',
    async look(): Promise<PartReason | undefined> {
      const there = await stat(join(dataDir, 'landing')).catch(() => undefined);
      if (!there) throw new Error('not there');
      if (volumeMark(dataDir) !== mark) return 'other-volume';
      const { bavail, bsize } = await statfs(dataDir);
      return bavail * bsize < DISK_LOW ? 'disk-low' : undefined;
    },
  };
}
