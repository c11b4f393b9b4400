// A task for the test of processes apart: does what it is told to.
import { writeFileSync } from 'node:fs';
import { doTasks } from '../../../dist/analytics/jobs/subprocess.js';
import { openDuck } from '../../../dist/analytics/landing/duck.js';
import { RingfenceError } from '../../../dist/analytics/model/errors.js';

doTasks(async ({ what, file, scratch }, { progress }) => {
  if (file) writeFileSync(file, `${process.pid}`);
  switch (what) {
    case 'echo':
      progress({ phase: 'echo', done: 1, total: 2 });
      return { column: Float64Array.of(1, 2, 3), pid: process.pid };
    case 'refuse':
      throw new RingfenceError('invalid', 'No such county', 'Name another.');
    case 'defect':
      return undefined.length;
    case 'crash':
      return process.abort();
    case 'compute':
      for (let until = 0; ; ) {
        if (Date.now() < until) continue;
        until = Date.now() + 20;
        progress({ phase: 'computing', done: 0 });
      }
    default: {
      // Inside a native call until the end of days.
      const duck = await openDuck({ tempDir: scratch, threads: 2 });
      progress({ phase: 'in DuckDB', done: 0 });
      return duck.rows('SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b');
    }
  }
});
